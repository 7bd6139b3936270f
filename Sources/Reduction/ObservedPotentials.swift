import CellModel

/// The potentials of a cell's segments as they were seen in a run.
package struct ObservedPotentials: Sendable, Equatable {
  /// In mV: section by section, segment by segment in the order of x, as many samples of each.
  package let potentials: [Double]
  /// Between samples, in ms.
  package let interval: Double

  package init(potentials: [Double], interval: Double) {
    self.potentials = potentials
    self.interval = interval
  }

  /// By section, then by segment.
  ///
  /// - Throws: `ReductionError.observed` where there are not as many samples of each segment, at least one, or not
  ///   all are finite.
  func samples(of cell: CellModel) throws(ReductionError) -> [[ArraySlice<Double>]] {
    let segments = cell.sections.reduce(0) { $0 + $1.segments.count }
    guard segments > 0, !potentials.isEmpty, potentials.count.isMultiple(of: segments),
      interval > 0, interval.isFinite, potentials.allSatisfy(\.isFinite)
    else { throw .observed(samples: potentials.count, segments: segments, interval: interval) }
    let count = potentials.count / segments
    var start = 0
    return cell.sections.map { section in
      section.segments.map { _ in
        defer { start += count }
        return potentials[start..<(start + count)]
      }
    }
  }
}

import CellModel

/// The mechanisms of the reduced cables such that each keeps its total over the membrane it came
/// from.
///
/// A parameter that is an amount per area gets Σ(value · area of the original) / (area of the reduced
/// segment); any other the mean weighted by area. The leak's reversal potential is weighted by
/// conductance, so that the current at rest is kept too. Where NEURON inserts a mechanism that no
/// original of the segment has, its densities are 0.
///
/// docs/method.md, section 7.
enum ConservedChannels {
  /// The insertions of every cable.
  ///
  /// - Parameter leakDensities: g_pas that each cable was solved for, in S/cm²; nil where the
  ///   leak is conserved like all else.
  static func insertions(
    of cell: CellModel, map: SegmentMap, cables: [ReducedCable], leakDensities: [Double]? = nil
  ) -> [[Section.Insertion]] {
    var totals = cables.map { cable in
      [Total?](repeating: nil, count: cable.segmentCount)
    }
    for (section, targets) in zip(cell.sections, map.points) {
      for (index, target) in targets.map(\.segment).enumerated() {
        var total = totals[target.cable][target.segment] ?? Total(of: cell)
        totals[target.cable][target.segment] = nil
        for insertion in section.insertions {
          total.add(
            insertion.values[index], of: insertion.mechanism, area: section.segments[index].area)
        }
        totals[target.cable][target.segment] = total
      }
    }
    return cables.indices.map { index in
      let own = totals[index].map { $0?.values(inArea: cables[index].segmentArea) }
      var segments = ChannelTransfer.filled(own)
      for segment in segments.indices where own[segment] == nil {
        segments[segment] = zip(segments[segment], cell.mechanisms).map { values, kind in
          values.map { kind.withoutDensities($0) }
        }
      }
      if let leak = cell.passiveLeak, let density = leakDensities?[index] {
        for segment in segments.indices where segments[segment].indices.contains(leak) {
          guard segments[segment][leak]?.isEmpty == false else { continue }
          segments[segment][leak]?[0] = density
        }
      }
      return ChannelTransfer.insertions(segments, kinds: cell.mechanisms) {
        $0.withoutDensities($0.defaultValues)
      }
    }
  }

  /// Sums over the originals of one reduced segment.
  private struct Total {
    private let kinds: [MechanismKind]
    private let leak: Int?
    private var sums: ChannelTransfer.SegmentValues
    /// Of the originals that have each mechanism, in µm².
    private var areas: [Double]

    init(of cell: CellModel) {
      kinds = cell.mechanisms
      leak = cell.passiveLeak
      sums = ChannelTransfer.SegmentValues(repeating: nil, count: kinds.count)
      areas = [Double](repeating: 0, count: kinds.count)
    }

    mutating func add(_ values: [Double], of mechanism: Int, area: Double) {
      var sum = sums[mechanism] ?? [Double](repeating: 0, count: values.count)
      sums[mechanism] = nil
      for index in sum.indices {
        let isReversal = mechanism == leak && index == 1
        sum[index] += isReversal ? values[0] * values[1] * area : values[index] * area
      }
      sums[mechanism] = sum
      areas[mechanism] += area
    }

    func values(inArea area: Double) -> ChannelTransfer.SegmentValues {
      sums.indices.map { mechanism in
        guard var values = sums[mechanism] else { return nil }
        let conductance = values.first ?? 0
        for (index, isDensity) in kinds[mechanism].densityFlags.enumerated() {
          values[index] /= isDensity ? area : areas[mechanism]
        }
        if mechanism == leak, values.count > 1 {
          // Without any leak its reversal potential means nothing.
          values[1] = conductance > 0 ? values[1] * areas[mechanism] / conductance : 0
        }
        return values
      }
    }
  }
}

extension MechanismKind {
  /// For each value, whether it is an amount per area. The leak's conductance always is.
  fileprivate var densityFlags: [Bool] {
    parameters.enumerated().flatMap { index, parameter in
      let isLeak = name == Self.passiveLeakName && index == 0
      return [Bool](repeating: isLeak || parameter.isDensity, count: parameter.defaults.count)
    }
  }

  /// Values with all densities 0.
  fileprivate func withoutDensities(_ values: [Double]) -> [Double] {
    zip(values, densityFlags).map { $1 ? 0 : $0 }
  }
}

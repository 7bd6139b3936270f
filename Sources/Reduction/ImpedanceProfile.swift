import CableTheory
import CellModel
import ComplexModule
import RealModule

/// Moduli of impedances over frequency, of a passive cell and of its reduction.
package struct ImpedanceProfile: Sendable, Equatable {
  /// A segment of the original, and the moduli of transfer impedances to the middle of the soma, in MΩ,
  /// from it and from the segment of a cable where it went; one for each frequency.
  package struct Site: Sendable, Equatable {
    package let section: Int
    package let segment: Int
    package let full: [Double]
    package let reduced: [Double]
  }

  /// In Hz.
  package let frequencies: [Double]
  /// At the middle of the soma, in MΩ; one for each frequency.
  package let full: [Double]
  package let reduced: [Double]
  package let sites: [Site]

  /// - Parameters:
  ///   - cell: the original.
  ///   - reduction: of that cell.
  ///   - frequencies: in Hz, finite and not negative.
  ///   - siteCount: how many sites at most: the tips that are electrically farthest from the soma, at
  ///     the first frequency, in those subtrees that have the most segments.
  /// - Throws: `ReductionError` where a section's passive properties give no impedances.
  package init(
    of cell: CellModel, _ reduction: Reduction, frequencies: [Double], siteCount: Int
  ) throws(ReductionError) {
    try ReductionError.wrapping { () throws(CellModelError) in
      try cell.checkProperties()
      try reduction.reduced.checkProperties()
    }
    let wholes = (
      full: CellCompartments(of: cell), reduced: CellCompartments(of: reduction.reduced)
    )
    let transfers = (
      full: Self.transfers(in: wholes.full, frequencies),
      reduced: Self.transfers(in: wholes.reduced, frequencies)
    )
    let sectionsOfCables = reduction.sectionsOfCables

    self.frequencies = frequencies
    full = transfers.full.map { $0[0] }
    reduced = transfers.reduced.map { $0[0] }
    let farthest = Self.farthest(
      in: reduction, transfers: transfers.full.first ?? [], wholes.full)
    sites = farthest.prefix(siteCount).map { section, segment in
      let went = reduction.segmentMap.points[section][segment].segment
      let original = wholes.full.segments[section][segment]
      let target = wholes.reduced.segments[sectionsOfCables[went.cable]][went.segment]
      return Site(
        section: section, segment: segment, full: transfers.full.map { $0[original] },
        reduced: transfers.reduced.map { $0[target] })
    }
  }

  /// Logarithmically spaced, both ends included.
  package static func frequencies(from first: Double, to last: Double, count: Int) -> [Double] {
    (0..<count).map { index in
      first * .pow(last / first, Double(index) / Double(max(count - 1, 1)))
    }
  }

  /// By frequency, then by compartment: the moduli of transfer impedances to the soma, in MΩ.
  private static func transfers(in cell: CellCompartments, _ frequencies: [Double]) -> [[Double]] {
    frequencies.map { frequency in
      TreeImpedance(of: cell.tree, frequency: frequency).transfersToRoot().map(\.length)
    }
  }

  /// The segment with the smallest transfer impedance in each subtree; the subtrees with the most
  /// segments first.
  private static func farthest(
    in reduction: Reduction, transfers: [Double], _ cell: CellCompartments
  ) -> [(section: Int, segment: Int)] {
    var counts: [Int: Int] = [:]
    var farthest: [Int: (section: Int, segment: Int, transfer: Double)] = [:]
    for (section, points) in reduction.segmentMap.points.enumerated() {
      for (segment, point) in points.enumerated() {
        let stem = reduction.cables[point.segment.cable].stem
        let transfer = transfers[cell.segments[section][segment]]
        counts[stem, default: 0] += 1
        if transfer < farthest[stem]?.transfer ?? .infinity {
          farthest[stem] = (section, segment, transfer)
        }
      }
    }
    return counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.compactMap { stem, _ in
      farthest[stem].map { ($0.section, $0.segment) }
    }
  }
}

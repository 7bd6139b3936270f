import CellModel

/// How much of the membrane makes inward currents when it is depolarised: the peak conductances of mechanisms that
/// make the current of an ion that reverses at positive potentials, sodium and calcium in most cells.
struct InwardConductance {
  private let cell: CellModel
  /// By mechanism: the offsets of the peak conductances per area, and the ions.
  private let makers: [(densities: [(offset: Int, factor: Double)], ions: [Int])]

  init(of cell: CellModel) {
    self.cell = cell
    makers = cell.mechanisms.map { kind in
      let ions = cell.mechanisms.indices.filter {
        cell.mechanisms[$0].isIon && kind.currents.contains(cell.mechanisms[$0].ionName)
      }
      return (ions.isEmpty ? [] : kind.conductances, ions)
    }
  }

  /// By segment of a tree, with its spines, in µS.
  func values(at tree: FoldingTree) -> [Double] {
    tree.segments.map { segment in
      segment.spines.reduce(value(ofSection: segment.section, segment: segment.segment)) {
        $0 + value(ofSection: $1.section, segment: $1.segment)
      }
    }
  }

  /// Of a segment, in µS.
  func value(ofSection section: Int, segment: Int) -> Double {
    let density = densities(ofSection: section, segment: segment).reduce(0) { $0 + $1.density }
    let value = density * cell.sections[section].segments[segment].area * 1e-2
    return value.isFinite ? value : 0
  }

  /// Of each mechanism that makes inward currents in a segment: its conductance in S/cm², and the ions.
  func densities(
    ofSection section: Int, segment: Int
  ) -> [(mechanism: Int, ions: [Int], density: Double)] {
    let insertions = cell.sections[section].insertions
    return insertions.compactMap { insertion in
      let maker = makers[insertion.mechanism]
      let ions = maker.ions.filter { ion in
        // An ion's first value is its reversal potential.
        (insertions.first { $0.mechanism == ion }?.values[segment].first ?? 0) > 0
      }
      guard !ions.isEmpty else { return nil }
      let density = maker.densities.reduce(0) {
        $0 + max(0, insertion.values[segment][$1.offset]) * $1.factor
      }
      return density > 0 ? (insertion.mechanism, ions, density) : nil
    }
  }
}

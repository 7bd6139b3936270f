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

  /// By segment of a tree, in µS.
  func values(at tree: FoldingTree) -> [Double] {
    tree.segments.map { place in
      let insertions = cell.sections[place.section].insertions
      var density = 0.0
      for insertion in insertions {
        let maker = makers[insertion.mechanism]
        guard
          maker.ions.contains(where: { ion in
            // An ion's first value is its reversal potential.
            (insertions.first { $0.mechanism == ion }?.values[place.segment].first ?? 0) > 0
          })
        else { continue }
        for (offset, factor) in maker.densities {
          density += max(0, insertion.values[place.segment][offset]) * factor
        }
      }
      return density.isFinite ? density * place.area * 1e-2 : 0
    }
  }
}

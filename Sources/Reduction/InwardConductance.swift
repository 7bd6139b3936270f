import CellModel

/// How much of the membrane makes inward currents when it is depolarised: the peak conductances of mechanisms that
/// make the current of an ion that reverses at positive potentials, sodium and calcium in most cells.
struct InwardConductance {
  private let cell: CellModel
  /// By mechanism: the offsets of the peak conductances per area, and the ions.
  private let makers: [(densities: [(offset: Int, factor: Double)], ions: [Int])]

  /// A permeability in cm/s as a conductance in S/cm²: that of calcium at 2 mM outside, (2F)²·c / (R·T).
  private static let conductancePerPermeability = 29.0

  init(of cell: CellModel) {
    self.cell = cell
    makers = cell.mechanisms.map { kind in
      let ions = cell.mechanisms.indices.filter {
        cell.mechanisms[$0].isIon && kind.currents.contains(cell.mechanisms[$0].ionName)
      }
      var offset = 0
      var densities: [(Int, Double)] = []
      for parameter in kind.parameters {
        if parameter.isDensity {
          let isPermeability = !parameter.unit.contains("2")
          for element in parameter.defaults.indices {
            densities.append(
              (offset + element, isPermeability ? Self.conductancePerPermeability : 1))
          }
        }
        offset += parameter.defaults.count
      }
      return (ions.isEmpty ? [] : densities, ions)
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

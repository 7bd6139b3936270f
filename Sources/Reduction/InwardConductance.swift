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
        if let factor = Self.conductance(perUnit: parameter.unit) {
          densities += parameter.defaults.indices.map { (offset + $0, factor) }
        }
        offset += parameter.defaults.count
      }
      return (ions.isEmpty ? [] : densities, ions)
    }
  }

  /// In S/cm² of a conductance or a permeability; nil for what is neither.
  private static func conductance(perUnit unit: String) -> Double? {
    DensityUnit.siemensPerSquareCentimeter(unit)
      ?? DensityUnit.centimetersPerSecond(unit).map { $0 * conductancePerPermeability }
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

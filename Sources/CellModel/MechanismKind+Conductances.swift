extension MechanismKind {
  /// A permeability in cm/s as a conductance in S/cm²: that of calcium at 2 mM outside, (2F)²·c / (R·T).
  private static let conductancePerPermeability = 29.0

  /// Those of an instance's values that are a conductance or a permeability per area: where they are among the
  /// values, and what they are multiplied by to be in S/cm².
  package var conductances: [(offset: Int, factor: Double)] {
    var offset = 0
    var found: [(Int, Double)] = []
    for parameter in parameters {
      if let factor = Self.conductance(perUnit: parameter.unit) {
        found += parameter.defaults.indices.map { (offset + $0, factor) }
      }
      offset += parameter.defaults.count
    }
    return found
  }

  private static func conductance(perUnit unit: String) -> Double? {
    DensityUnit.siemensPerSquareCentimeter(unit)
      ?? DensityUnit.centimetersPerSecond(unit).map { $0 * conductancePerPermeability }
  }
}

/// Units of amounts per membrane area, as mechanisms write them.
package enum DensityUnit {
  private static let areas = ["cm2": 1.0, "um2": 1e8, "m2": 1e-4]
  private static let conductances = [
    "S": 1, "siemens": 1, "mho": 1, "mS": 1e-3, "millimho": 1e-3, "mmho": 1e-3, "uS": 1e-6,
    "umho": 1e-6, "micromho": 1e-6, "nS": 1e-9, "pS": 1e-12,
  ]
  private static let velocities = [
    "cm/s": 1.0, "cm/sec": 1, "cm/ms": 1e3, "um/s": 1e-4, "um/ms": 0.1,
  ]

  /// What a conductance per area in a unit is multiplied by to be in S/cm²; nil where the unit is not one.
  package static func siemensPerSquareCentimeter(_ unit: String) -> Double? {
    let text = unit.filter { !" ()^".contains($0) }
    guard let slash = text.firstIndex(of: "/"),
      let conductance = conductances[String(text[..<slash])],
      let area = areas[String(text[text.index(after: slash)...])]
    else { return nil }
    return conductance * area
  }

  /// What a permeability in a unit is multiplied by to be in cm/s; nil where the unit is not one.
  package static func centimetersPerSecond(_ unit: String) -> Double? {
    velocities[unit.filter { !" ()^".contains($0) }]
  }
}

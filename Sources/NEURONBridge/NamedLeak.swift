import CellModel

/// A leak by names.
package struct NamedLeak {
  let mechanism, conductance: String
  let reversal: String?
  /// To S/cm²; nil for the one that the parameter's unit says.
  let factor: Double?

  package init(mechanism: String, conductance: String, reversal: String?, factor: Double?) {
    self.mechanism = mechanism
    self.conductance = conductance
    self.reversal = reversal
    self.factor = factor
  }

  /// The leak in a cell's terms.
  func leak(of cell: CellModel) throws(BridgeError) -> Leak {
    let densities = cell.mechanisms.filter { !$0.isIon }
    guard let index = cell.mechanisms.firstIndex(where: { $0.name == mechanism && !$0.isIon })
    else {
      throw .leak(
        named: mechanism,
        expected: "a density mechanism of the cell: "
          + densities.map(\.name).joined(separator: ", "))
    }
    let kind = cell.mechanisms[index]
    let unit = try Self.parameter(conductance, of: kind).unit
    return Leak(
      mechanism: index, conductance: try Self.offset(of: conductance, in: kind),
      factor: factor ?? Self.siemensPerSquareCentimeter(unit),
      reversal: try reversal.map { name throws(BridgeError) in try Self.offset(of: name, in: kind) }
    )
  }

  private static func offset(of name: String, in kind: MechanismKind) throws(BridgeError) -> Int {
    kind.offset(ofParameter: try parameter(name, of: kind).name) ?? 0
  }

  /// A parameter by its name with or without the mechanism's.
  private static func parameter(
    _ name: String, of kind: MechanismKind
  ) throws(BridgeError) -> MechanismKind.Parameter {
    let names = [name, "\(name)_\(kind.name)"]
    guard let found = kind.parameters.first(where: { names.contains($0.name) }),
      found.defaults.count == 1
    else {
      throw .leak(
        named: name,
        expected: "a parameter of \(kind.name): "
          + kind.parameters.map(\.name).joined(separator: ", "))
    }
    return found
  }

  /// What a conductance per area in a unit is multiplied by to be in S/cm²; 1 where the unit is not one,
  /// as mechanisms that state none mean it.
  static func siemensPerSquareCentimeter(_ unit: String) -> Double {
    DensityUnit.siemensPerSquareCentimeter(unit) ?? 1
  }
}

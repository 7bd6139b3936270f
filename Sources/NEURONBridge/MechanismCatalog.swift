import CNEURON
import CellModel

/// What NEURON knows of the mechanisms in this session, by asking it (MechanismType and
/// MechanismStandard): nothing here depends on a mechanism's name.
package struct MechanismCatalog {
  /// Names of all density mechanisms and ions of the session.
  package let densityNames: [String]
  /// Names of all point processes of the session that sit on sections.
  package let pointProcessNames: Set<String>
  private let ionNames: Set<String>
  private let neuron: NEURON

  /// NEURON's own pseudo-mechanisms, whose parameters diam and cm are part of every segment.
  static let structural: Set<String> = ["morphology", "capacitance"]

  /// NEURON's own mechanism that keeps its potentials with each node and not in arrays.
  static let extracellular = "extracellular"

  package init(_ neuron: NEURON) throws(BridgeError) {
    self.neuron = neuron
    let densities = try Self.names(neuron, ofPointProcesses: false, flag: "is_ion")
    densityNames = densities.map(\.name).filter { !Self.structural.contains($0) }
    ionNames = Set(densities.filter(\.flag).map(\.name))
    pointProcessNames = Set(
      try Self.names(neuron, ofPointProcesses: true, flag: "is_artificial")
        .filter { !$0.flag }.map(\.name))
  }

  /// The kind of a density mechanism, ion or point process.
  ///
  /// An ion's parameters are the first three of its variables, reversal potential and the two
  /// concentrations, whatever role NEURON gives them at the moment.
  package func kind(named name: String) throws(BridgeError) -> MechanismKind {
    let isIon = ionNames.contains(name)
    return MechanismKind(
      name: name, isIon: isIon,
      parameters: isIon ? try ionParameters(of: name) : try parameters(of: name, .parameter),
      globals: try globals(of: name),
      currents: isIon || pointProcessNames.contains(name)
        ? [] : IonUse.currents(inSource: try source(of: name)))
  }

  /// The NMODL that a density mechanism was made of; empty where NEURON does not have it.
  private func source(of mechanism: String) throws(BridgeError) -> String {
    let types = try neuron.newObject("MechanismType", .number(0))
    defer { neuron.api.object_unref(types) }
    try neuron.call(
      neuron.method("select", of: types), of: types, .string(HocString(mechanism)))
    guard case .string(let source) = try neuron.call(neuron.method("code", of: types), of: types)
    else { return "" }
    return source
  }

  /// An ion's parameters with the values it has in a section where it was just inserted, which
  /// MechanismStandard does not know.
  private func ionParameters(of ion: String) throws(BridgeError) -> [MechanismKind.Parameter] {
    let variables = try parameters(of: ion, .all).prefix(3)
    guard let scratch = neuron.api.section_new("neuron_reduce_scratch") else { return [] }
    defer { neuron.delete(scratch) }
    neuron.api.mechanism_insert(scratch, try neuron.symbol(ion))
    return try variables.map { variable throws(BridgeError) in
      let symbol = try neuron.symbol(variable.name)
      return MechanismKind.Parameter(
        name: variable.name, defaults: [neuron.api.range_variable(symbol, scratch, 0.5)])
    }
  }

  private func parameters(
    of mechanism: String, _ kind: NEURON.VariableKind
  ) throws(BridgeError) -> [MechanismKind.Parameter] {
    try variables(of: mechanism, kind) { standard, name, size throws(BridgeError) in
      let get = try neuron.method("get", of: standard)
      var defaults: [Double] = []
      for element in 0..<size {
        defaults.append(
          try neuron.call(get, of: standard, .string(name), .number(Double(element))).number)
      }
      return MechanismKind.Parameter(
        name: name.text, defaults: defaults,
        unit: pointProcessNames.contains(mechanism) ? "" : try unit(of: name))
    }
  }

  /// The unit that a density mechanism's source states for one of its variables.
  private func unit(of variable: HocString) throws(BridgeError) -> String {
    guard case .string(let unit) = try neuron.call(neuron.symbol("units"), .string(variable)) else {
      return ""
    }
    return unit
  }

  private func globals(of mechanism: String) throws(BridgeError) -> [MechanismKind.Global] {
    try variables(of: mechanism, .global) { _, name, size throws(BridgeError) in
      let data = neuron.api.symbol(name.cString).flatMap { neuron.api.symbol_data($0) }
      return MechanismKind.Global(
        name: name.text, values: data.map { data in (0..<size).map { data[$0] } } ?? [])
    }
  }

  /// The names and array sizes of all of a mechanism's variables, parameters and others.
  func allVariables(of mechanism: String) throws(BridgeError) -> [(name: String, size: Int)] {
    try variables(of: mechanism, .all) { _, name, size in (name.text, size) }
  }

  /// Goes through a mechanism's variables of one kind: its MechanismStandard, name and array size.
  private func variables<Variable>(
    of mechanism: String, _ kind: NEURON.VariableKind,
    _ body: (ObjectReference, HocString, Int) throws(BridgeError) -> Variable
  ) throws(BridgeError) -> [Variable] {
    let standard = try neuron.mechanismStandard(mechanism, kind)
    defer { neuron.api.object_unref(standard) }
    let nameMethod = try neuron.method("name", of: standard)
    let count = try neuron.call(neuron.method("count", of: standard), of: standard).count
    let text = HocString()
    var variables: [Variable] = []
    for index in 0..<count {
      let size = try neuron.call(
        nameMethod, of: standard, .string(text), .number(Double(index))
      ).count
      variables.append(try body(standard, text, size))
    }
    return variables
  }

  /// The names of all point processes and artificial cells of a session.
  static func pointProcessNames(_ neuron: NEURON) throws(BridgeError) -> [String] {
    try names(neuron, ofPointProcesses: true, flag: "is_artificial").map(\.name)
  }

  private static func names(
    _ neuron: NEURON, ofPointProcesses: Bool, flag: String
  ) throws(BridgeError) -> [(name: String, flag: Bool)] {
    let types = try neuron.newObject("MechanismType", .number(ofPointProcesses ? 1 : 0))
    defer { neuron.api.object_unref(types) }
    let select = try neuron.method("select", of: types)
    let selected = try neuron.method("selected", of: types)
    let flagMethod = try neuron.method(flag, of: types)
    let count = try neuron.call(neuron.method("count", of: types), of: types).count
    let text = HocString()
    var names: [(String, Bool)] = []
    for index in 0..<count {
      try neuron.call(select, of: types, .number(Double(index)))
      try neuron.call(selected, of: types, .string(text))
      let isSet = try neuron.call(flagMethod, of: types, .number(Double(index))).number
      names.append((text.text, isSet != 0))
    }
    return names
  }
}

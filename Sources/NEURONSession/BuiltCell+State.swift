import CNEURON
import CellFile
import NEURONBridge

/// What of a kept cell is no parameter: streams of random numbers, FUNCTION_TABLEs, played Vectors.
extension KeptCellBuilder {
  /// By mechanism of the file what is known of the session's mod file.
  func sources(_ catalog: MechanismCatalog) throws -> [String: ModSource] {
    let processes = Set(catalog.pointProcessNames)
    var found: [String: ModSource] = [:]
    for each in kept.mechanisms {
      found[each.name] = try ModSource(
        of: each.name, isPointProcess: processes.contains(each.name), in: neuron)
    }
    return found
  }

  /// That a file has the streams that the session's mechanism has.
  func checkStreams(
    _ given: [String], of mechanism: String, _ expected: [String], path: String
  ) throws(KeepingError) {
    if let unknown = given.first(where: { !expected.contains($0) }) {
      throw KeepingError(
        description:
          "\(path).\(unknown) is no RANDOM variable of the session's \(mechanism); expected "
          + (expected.isEmpty ? "none" : expected.joined(separator: ", ")))
    }
    if let missing = expected.first(where: { !given.contains($0) }) {
      throw KeepingError(
        description:
          "\(path) has no \(missing), which the session's \(mechanism) has; expected the mechanism that the cell "
          + "was saved with")
    }
  }

  /// That the session's mechanisms have the FUNCTION_TABLEs that a file has.
  func checkTables(_ sources: [String: ModSource]) throws(KeepingError) {
    for (index, each) in kept.mechanisms.enumerated() {
      let known = sources[each.name]?.tables ?? []
      for table in each.tables where !known.contains(table.name) {
        throw KeepingError(
          description:
            "mechanisms[\(index)].tables.\(table.name) is no FUNCTION_TABLE of the session's \(each.name); "
            + "expected one")
      }
    }
  }

  /// - Parameter isForced: whether those are set too that the session has set: they belong to it.
  func setTables(isForced: Bool, _ processes: [ObjectReference]) throws(BridgeError) {
    for each in kept.mechanisms {
      for described in each.tables {
        let owner = zip(kept.pointProcesses, processes).first { $0.0.mechanism == each.name }?.1
        let table = FunctionTable(
          mechanism: each.name, name: described.name, owner: owner, neuron: neuron)
        if isForced || !table.isSet { try table.set(x: described.x, y: described.y) }
      }
    }
  }

  /// Plays values into a parameter.
  ///
  /// - Returns: the Vectors, which have to live as long as that is to be so.
  func play(
    _ each: KeptCell.Play, _ sections: [SectionReference], _ processes: [ObjectReference]
  ) throws -> [ObjectReference] {
    let variable: HocArgument
    let owner: SectionReference
    if let process = each.process {
      owner = sections[kept.pointProcesses[process].section]
      variable = try property(each, of: processes[process])
    } else {
      owner = sections[each.section ?? 0]
      variable = try range(each, in: owner)
    }
    let values = try neuron.vector(of: each.values)
    var vectors = [values]
    var arguments = [variable]
    if let times = each.times {
      vectors.append(try neuron.vector(of: times))
      arguments.append(.object(vectors[1]))
      if let jumps = each.jumps {
        vectors.append(try neuron.vector(of: jumps.map { Double($0) }))
        arguments.append(.object(vectors[2]))
      } else if each.isContinuous {
        arguments.append(.number(1))
      }
    } else {
      arguments.append(.number(each.interval ?? 1))
    }
    try neuron.with(section: owner) { () throws(BridgeError) in
      try neuron.perform("play", of: values, arguments)
      try neuron.check(doing: "playing values into \(each.variable)")
    }
    return vectors
  }

  private func property(
    _ each: KeptCell.Play, of process: ObjectReference
  ) throws -> HocArgument {
    let name = HocString(each.variable)
    var count: Int?
    if let index = each.process,
      case .array(let values) = kept.pointProcesses[index].parameters.first(where: {
        $0.name == each.variable
      })?.value
    {
      count = values.count
    }
    guard let symbol = neuron.api.method_symbol(process, name.cString),
      try isNumber(symbol, each.element, of: count)
    else { throw Self.unknown(each, "a \(String(cString: neuron.api.class_name(process)))") }
    return .property(process, name, element: each.element ?? 0)
  }

  private func range(
    _ each: KeptCell.Play, in section: SectionReference
  ) throws -> HocArgument {
    let position = each.position ?? 0.5
    let place = "\(neuron.name(of: section))(\(position))"
    let arrays = kept.sections[each.section ?? 0].insertions.flatMap(\.arrays)
    guard let symbol = neuron.api.symbol(each.variable),
      try isNumber(
        symbol, each.element, of: arrays.first { $0.name == each.variable }?.value.count)
    else { throw Self.unknown(each, place) }
    if each.element == nil {
      // Says whether the section has it.
      _ = neuron.api.range_variable(symbol, section, position)
      try neuron.check(doing: "looking for \(each.variable) in \(place)")
    }
    return .range(
      RangeVariable(symbol: symbol, name: each.variable, element: each.element), section,
      position: position)
  }

  /// Whether a mechanism's variable is a number: no POINTER, whose subtype is that of NEURON's membfunc.h, nor anything
  /// else. NEURON does not look whether an array has an element.
  ///
  /// - Parameter count: of the elements of an array that is a PARAMETER.
  private func isNumber(
    _ symbol: SymbolReference, _ element: Int?, of count: Int?
  ) throws(BridgeError) -> Bool {
    guard neuron.api.symbol_type(symbol) == neuron.api.symbol_type(try neuron.symbol("v")),
      neuron.api.symbol_subtype(symbol) != 4
    else { return false }
    guard let element else { return !neuron.api.symbol_is_array(symbol) }
    return neuron.api.symbol_is_array(symbol) && element < count ?? 0
  }

  private static func unknown(_ play: KeptCell.Play, _ owner: String) -> KeepingError {
    let element = play.element.map { "[\($0)]" } ?? ""
    return KeepingError(
      description:
        "values are played into \(play.variable)\(element), which is no number of \(owner); expected one"
    )
  }
}

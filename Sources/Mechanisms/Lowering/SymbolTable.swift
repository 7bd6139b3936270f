/// The names of a mechanism and the variables that they are.
struct SymbolTable {
  private(set) var symbols: [String: Symbol] = [:]
  var variables: [Mechanism.InstanceVariable] = []
  var globals: [Mechanism.GlobalVariable] = []
  var ions: [Mechanism.Ion] = []
  /// STATEs that are the mechanism's own, in the order of the source.
  var ownStates: [(index: Int, start: Double, isUncertain: Bool)] = []

  static let specials: [String: Variable] = [
    "v": .voltage, "t": .time, "dt": .timeStep, "celsius": .celsius, "diam": .diameter,
    "area": .area,
  ]

  init(_ source: MechanismSource) throws(MechanismError) {
    for (name, variable) in Self.specials { symbols[name] = .variable(variable) }
    for name in source.pointers where !source.randoms.contains(name) {
      enter(.init(name: name, role: .pointer))
    }
    for name in source.corePointers where !source.randoms.contains(name) {
      symbols[name] = .unusable("BBCOREPOINTER \(name)")
    }
    for name in source.externals.sorted() { enter(.init(name: name, isExternal: true)) }
    for name in source.randoms.sorted() {
      // What nobody has filled gives no numbers.
      enter(
        .init(name: name, role: .stream, count: RandomStream.count, initialValue: .nan))
    }
    try enterIons(source)
    let currents = Set(source.nonspecificCurrents + source.electrodeCurrents)
    for parameter in source.parameters where symbols[parameter.name] == nil {
      if source.ranges.contains(parameter.name) || currents.contains(parameter.name) {
        enter(
          .init(
            name: parameter.name, role: currents.contains(parameter.name) ? .current : .parameter,
            count: parameter.count ?? 1, isRange: true, initialValue: parameter.value))
      } else {
        enter(
          .init(name: parameter.name, count: parameter.count ?? 1, initialValue: parameter.value))
      }
    }
    let declared = source.assigned.map { ($0, false) } + source.states.map { ($0, true) }
    for (declaration, isState) in declared {
      let name = declaration.name
      let isArray = source.indexedNames.contains(name)
      guard let count = isArray ? Int(exactly: declaration.length) : 1,
        (1...1_000_000).contains(count)
      else {
        throw .tree(
          mechanism: source.name, found: "\(name)[\(declaration.length)]",
          expected: "another length")
      }
      let start = declaration.start(isArray: isArray)
      if case .variable(.instance(let index)) = symbols[name] {
        if isState, case .ion = variables[index].role { variables[index].count = count }
        continue
      }
      guard symbols[name] == nil else { continue }
      if isState {
        ownStates.append((variables.count, start, declaration.isUncertain))
        enter(.init(name: name, role: .state, count: count, isRange: true, initialValue: start))
      } else if source.globals.contains(name) {
        enter(.init(name: name, count: count, initialValue: start))
      } else {
        let isCurrent = currents.contains(name)
        enter(
          .init(
            name: name, role: isCurrent ? .current : .assigned, count: count,
            isRange: isCurrent || source.ranges.contains(name)))
      }
    }
    for name in source.nonspecificCurrents + source.electrodeCurrents where symbols[name] == nil {
      enter(.init(name: name, role: .current, isRange: true))
    }
    for (name, value) in source.constants where symbols[name] == nil {
      symbols[name] = .number(value)
    }
    for (name, value) in source.definitions where symbols[name] == nil {
      symbols[name] = .number(Double(value))
    }
    for (name, count) in source.fileLocals where symbols[name] == nil {
      enter(.init(name: name, count: count, isHidden: true))
    }
  }

  private mutating func enterIons(_ source: MechanismSource) throws(MechanismError) {
    for ion in source.ions {
      var entry = Mechanism.Ion(name: ion.name, valence: ion.valence)
      for (names, isRead) in [(ion.reads, true), (ion.writes, false)] {
        for name in names {
          let quantity: Mechanism.IonQuantity
          switch name {
          case "e" + ion.name: quantity = .reversal
          case "i" + ion.name: quantity = .current
          case ion.name + "i": quantity = .inside
          case ion.name + "o": quantity = .outside
          default:
            throw .tree(
              mechanism: source.name, found: "USEION \(ion.name) … \(name)",
              expected: "a quantity of the ion")
          }
          if isRead { entry.reads.append(quantity) } else { entry.writes.append(quantity) }
          if symbols[name] == nil {
            enter(
              Mechanism.InstanceVariable(
                name: name, role: .ion(ions.count, quantity), isRange: source.ranges.contains(name))
            )
          }
        }
      }
      ions.append(entry)
    }
  }

  private mutating func enter(_ variable: Mechanism.InstanceVariable) {
    symbols[variable.name] = .variable(.instance(variables.count))
    variables.append(variable)
  }

  mutating func enter(_ global: Mechanism.GlobalVariable) {
    symbols[global.name] = .variable(.global(globals.count))
    globals.append(global)
  }

  /// Whether a POINTER is set; nil for what is none.
  mutating func pointing(_ pointer: String) -> Variable? {
    guard case .variable(.instance(let index)) = symbols[pointer],
      variables[index].role == .pointer
    else { return nil }
    let known = variables.firstIndex { $0.role == .pointing(index) }
    if let known { return .instance(known) }
    // No source has such a name.
    enter(.init(name: "nrn_pointing(\(pointer))", role: .pointing(index)))
    return .instance(variables.count - 1)
  }

  subscript(name: String) -> Symbol? { symbols[name] }

  /// The global of this name, made where there is none yet.
  mutating func global(
    named name: String, initialValue: Double, isHidden: Bool = false
  ) -> Variable {
    if case .variable(let variable) = symbols[name] { return variable }
    enter(.init(name: name, initialValue: initialValue, isHidden: isHidden))
    return .global(globals.count - 1)
  }

  /// NEURON's generator behind `scop_random`.
  mutating func generator() -> Variable {
    if case .variable(let variable) = symbols["scop_random"] { return variable }
    enter(.init(name: "scop_random", role: .generator))
    return .instance(variables.count - 1)
  }

  func count(of variable: Variable) -> Int {
    switch variable {
    case .instance(let index): variables[index].count
    case .global(let index): globals[index].count
    default: 1
    }
  }
}

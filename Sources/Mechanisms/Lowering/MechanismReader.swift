/// From the JSON of a mod file's syntax tree, as `nmodl` writes it, to what the mechanism computes.
package enum MechanismReader {
  package static func read(_ json: some Sequence<UInt8>) throws(MechanismError) -> Mechanism {
    try lower(SourceReader.read(SyntaxTreeReader.read(Array(json))))
  }

  package static func read(_ json: String) throws(MechanismError) -> Mechanism {
    try read(json.utf8)
  }

  static func lower(_ source: MechanismSource) throws(MechanismError) -> Mechanism {
    let state = try LoweringState(source)
    var mechanism = Mechanism(name: source.name, kind: source.kind)
    mechanism.isThreadSafe = source.isThreadSafe
    mechanism.initial = try block(state, "INITIAL", source.initial) { $0.isInitial = true }
    var advance = BlockBuilder(state, place: "BREAKPOINT")
    var others: [SourceStatement] = []
    var solved: [(name: String, method: String?)] = []
    for statement in source.breakpoint {
      if let other = statement.withoutSolve(&solved) { others.append(other) }
    }
    for (name, method) in solved { try advance.solve(name, method) }
    guard Set(solved.map(\.name)).count == solved.count else {
      throw .unsupported(
        mechanism: source.name, block: "BREAKPOINT", construct: "SOLVE of one block twice")
    }
    let currents =
      source.nonspecificCurrents + source.electrodeCurrents
      + source.ions.flatMap { ion in ion.writes.filter { $0 == "i" + ion.name } }
    if currents.isEmpty {
      // NEURON then has no function for currents: all happens when states advance.
      try advance.nested(others)
    } else {
      mechanism.currents = try block(state, "BREAKPOINT", others) { _ in }
    }
    mechanism.advance = advance.finish()
    mechanism.beforeBreakpoint = try block(state, "BEFORE BREAKPOINT", source.beforeBreakpoint) {
      _ in
    }
    mechanism.afterSolve = try block(state, "AFTER SOLVE", source.afterSolve) { _ in }
    mechanism.beforeStep = try block(state, "BEFORE STEP", source.beforeStep) { _ in }
    if let receiver = source.receiver { mechanism.receiver = try receive(state, receiver) }
    guard source.electrodeCurrents.isEmpty || source.electrodeCurrents.count == currents.count
    else {
      throw .unsupported(
        mechanism: source.name, block: "NEURON",
        construct: "ELECTRODE_CURRENT beside other currents")
    }
    mechanism.isElectrode = !source.electrodeCurrents.isEmpty
    for name in currents {
      guard case .variable(.instance(let index))? = state.symbols[name] else {
        throw .unknownName(mechanism: source.name, block: "NEURON", name: name)
      }
      if !mechanism.currentVariables.contains(index) { mechanism.currentVariables.append(index) }
    }
    mechanism.ions = state.symbols.ions
    mechanism.tables = state.tables
    mechanism.functionTables = state.functionTables
    mechanism.variables = state.symbols.variables
    mechanism.globals = state.symbols.globals
    try mechanism.startStates(state)
    mechanism.localizeHiddenGlobals()
    mechanism.pruneBlocks()
    mechanism.markAssignedGlobals()
    mechanism.mayRunInThreads =
      source.isThreadSafe
      || !source.hasVerbatim && source.fileLocals.isEmpty && source.externals.isEmpty
        && !mechanism.globals.contains(where: \.isAssigned)
    try mechanism.checkPointers()
    return mechanism
  }

  private static func block(
    _ state: LoweringState, _ place: String, _ statements: [SourceStatement],
    _ prepare: (inout BlockBuilder) -> Void
  ) throws(MechanismError) -> Block {
    var builder = BlockBuilder(state, place: place)
    prepare(&builder)
    try builder.lower(statements)
    return builder.finish()
  }

  private static func receive(
    _ state: LoweringState, _ routine: MechanismSource.Routine
  ) throws(MechanismError) -> Mechanism.Receiver {
    func lower(_ statements: [SourceStatement]) throws(MechanismError) -> Block {
      try block(state, "NET_RECEIVE", statements) { builder in
        builder.isReceiver = true
        builder.bind("flag", .place(.flag, count: 1))
        for (index, name) in routine.arguments.enumerated() {
          builder.bind(name, .place(.weight(index), count: 1))
        }
      }
    }
    var initial: Block?
    var others: [SourceStatement] = []
    for statement in routine.body {
      if case .initial(let statements) = statement {
        initial = try lower(statements)
      } else {
        others.append(statement)
      }
    }
    return .init(
      weightCount: routine.arguments.count, initial: initial, block: try lower(others))
  }
}

extension SourceStatement {
  /// What is left of a statement of BREAKPOINT: NEURON takes SOLVE out of it and does it in any case, whatever
  /// IF it is in.
  fileprivate func withoutSolve(
    _ solved: inout [(name: String, method: String?)]
  ) -> SourceStatement? {
    switch self {
    case .solve(let name, let method):
      solved.append((name, method))
      return nil
    case .conditional(let condition, let then, let otherwise):
      return .conditional(
        condition, then: then.compactMap { $0.withoutSolve(&solved) },
        otherwise: otherwise.compactMap { $0.withoutSolve(&solved) })
    case .block(let statements):
      return .block(statements.compactMap { $0.withoutSolve(&solved) })
    default: return self
    }
  }
}

extension BlockBuilder {
  /// Emits what a PROCEDURE or FUNCTION does, for these arguments; a FUNCTION's value is the result.
  @discardableResult
  mutating func writeOut(
    _ routine: MechanismSource.Routine, _ arguments: [Expression]
  ) throws(MechanismError) -> Expression {
    guard arguments.count >= routine.arguments.count else {
      throw unsupported("\(routine.name) with \(arguments.count) arguments")
    }
    try spend()
    guard routines.count < Self.deepestRoutine else {
      throw unsupported("calls that deep in calls")
    }
    guard !routines.contains(routine.name) else {
      throw unsupported("\(routine.name), which calls itself")
    }
    if let table = routine.body.firstTable { return try lookUp(routine, table, arguments) }
    let outer = scopes
    scopes = [[:]]
    for (name, value) in zip(routine.arguments, arguments) {
      try bindArgument(name, value, isAssigned: routine.body.mayAssign(name))
    }
    let result = try writeBody(of: routine)
    scopes = outer
    return result
  }

  private mutating func bindArgument(
    _ name: String, _ value: Expression, isAssigned: Bool
  ) throws(MechanismError) {
    if case .number = value, !isAssigned {
      bind(name, .value(value))
      return
    }
    let local = newLocal(String(name.trimmingPrefix("_l")))
    try emit(.assign(local, value))
    bind(name, .place(local, count: 1))
  }

  /// Emits the body in the scope of its arguments.
  mutating func writeBody(of routine: MechanismSource.Routine) throws(MechanismError) -> Expression
  {
    routines.append(routine.name)
    let outerSolver = solver
    if solver != .none, solver != .collect { solver = .none }
    var result = Expression.number(0)
    if routine.isFunction {
      let local = newLocal(routine.name)
      bind(routine.name, .place(local, count: 1))
      result = .variable(local)
      if !routine.body.certainlyAssigns(routine.name) { try emit(.assign(local, .number(0))) }
    }
    try lower(routine.body)
    solver = outerSolver
    routines.removeLast()
    return result
  }

  private mutating func lookUp(
    _ routine: MechanismSource.Routine, _ table: SourceTable, _ arguments: [Expression]
  ) throws(MechanismError) -> Expression {
    guard routine.arguments.count == 1 else {
      throw unsupported("a TABLE over \(routine.arguments.count) arguments")
    }
    let index: Int
    if let made = state.tableOfRoutine[routine.name] {
      index = made
    } else {
      index = try makeTable(of: routine, table)
      state.tableOfRoutine[routine.name] = index
    }
    guard routine.isFunction else {
      try emit(.lookUp(table: index, argument: arguments[0]))
      return .number(0)
    }
    let result = newLocal(routine.name)
    try emit(.lookUpValue(table: index, result: result, argument: arguments[0]))
    return .variable(result)
  }

  private func makeTable(
    of routine: MechanismSource.Routine, _ table: SourceTable
  ) throws(MechanismError) -> Int {
    var builder = BlockBuilder(state, place: routine.name)
    builder.routines = routines
    let argument = builder.newLocal(String(routine.arguments[0].trimmingPrefix("_l")))
    builder.bind(routine.arguments[0], .place(argument, count: 1))
    let value = try builder.writeBody(of: routine)
    let body = builder.finish()
    guard !draws(body.statements) else { throw unsupported("a TABLE of random numbers") }
    var results: [Variable] = []
    var dependencies = table.names
    if routine.isFunction {
      guard case .variable(let variable) = value else { throw unsupported("TABLE") }
      results = [variable]
    } else {
      // DEPEND names what the procedure does not assign.
      let assigned = Effects(of: body, state.tables).mayAssign
      var names = table.names
      while let name = names.last, let variable = plainVariable(name), !assigned.contains(variable)
      {
        names.removeLast()
      }
      dependencies = Array(table.names.dropFirst(names.count))
      for name in names {
        guard let variable = plainVariable(name) else { throw unsupported("TABLE \(name)") }
        results.append(variable)
      }
    }
    var depend: [Variable] = []
    for name in dependencies {
      switch state.symbols[name] {
      case .variable(let variable)?: depend.append(variable)
      case .number?: break
      default: throw .unknownName(mechanism: source.name, block: routine.name, name: name)
      }
    }
    var bounds = BlockBuilder(state, place: routine.name)
    let lowest = try bounds.lower(table.lowest).simplified
    let highest = try bounds.lower(table.highest).simplified
    guard bounds.output.isEmpty else { throw unsupported("TABLE from what a FUNCTION gives") }
    let switched = state.symbols.global(named: "usetable", initialValue: 1)
    guard case .global(let switchGlobal) = switched else {
      throw unsupported("a variable usetable")
    }
    state.tables.append(
      Table(
        results: results, dependencies: depend, lowest: lowest, highest: highest,
        intervals: table.intervals, switchGlobal: switchGlobal, body: body))
    return state.tables.count - 1
  }

  private func plainVariable(_ name: String) -> Variable? {
    if case .variable(let variable)? = state.symbols[name] { return variable }
    return nil
  }
}

extension Effects {
  init(of block: Block, _ tables: [Table]) {
    self.init()
    follow(block.statements, tables)
  }
}

extension String {
  /// Without the prefix, where it is there; `nmodl` puts `_l` before the names of arguments.
  func trimmingPrefix(_ prefix: String) -> Substring {
    hasPrefix(prefix) ? dropFirst(prefix.count) : Substring(self)
  }
}

extension [SourceStatement] {
  var firstTable: SourceTable? {
    for statement in self {
      if case .table(let table) = statement { return table }
    }
    return nil
  }

  /// Whether a statement anywhere within assigns to the name.
  func mayAssign(_ name: String) -> Bool {
    contains { statement in
      switch statement {
      case .assign(let target, _): target.name == name
      case .conditional(_, let then, let otherwise):
        then.mayAssign(name) || otherwise.mayAssign(name)
      case .loop(let variable, _, _, _, let body): variable == name || body.mayAssign(name)
      case .whileLoop(_, let body), .block(let body), .initial(let body): body.mayAssign(name)
      default: false
      }
    }
  }

  func certainlyAssigns(_ name: String) -> Bool {
    contains { statement in
      switch statement {
      case .assign(let target, _): target.name == name && target.index == nil
      case .conditional(_, let then, let otherwise):
        then.certainlyAssigns(name) && otherwise.certainlyAssigns(name)
      case .block(let body): body.certainlyAssigns(name)
      default: false
      }
    }
  }
}

extension BlockBuilder {
  /// The expression by variables; statements that it needs first (of FUNCTIONs it calls) are emitted.
  mutating func lower(_ expression: SourceExpression) throws(MechanismError) -> Expression {
    switch expression {
    case .number(let value): return .number(value)
    case .name(let name):
      switch try binding(of: name) {
      case .value(let value): return value
      case .place(let variable, let count):
        // An array without an index is its first element.
        return count > 1 ? .element(variable, .number(0)) : .variable(variable)
      }
    case .element(let name, let index): return try place(name, index: index).reading
    case .negative(let operand):
      if case .number(let value) = operand { return .number(-value) }
      return .negative(try lower(operand))
    case .not(let operand): return .not(try lower(operand))
    case .binary(let operation, let left, let right) where operation == .and || operation == .or:
      return try lower(left, isAnd: operation == .and, right)
    case .binary(let operation, let left, let right):
      return try lower(left, operation, right)
    case .call(let name, let arguments): return try call(name, arguments)
    case .text: throw unsupported("a text")
    }
  }

  /// An operation: what its left side reads is what it was before a call on its right side set it, as C++
  /// compilers have it.
  private mutating func lower(
    _ left: SourceExpression, _ operation: Expression.Operator, _ right: SourceExpression
  ) throws(MechanismError) -> Expression {
    let first = try lower(left)
    let (second, statements) = try lowerSeparately(right)
    guard !assigned(statements).isDisjoint(with: first.variables) else {
      for statement in statements { try emit(statement) }
      return .binary(operation, first, second)
    }
    let kept = newLocal("left")
    try emit(.assign(kept, first))
    for statement in statements { try emit(statement) }
    return .binary(operation, .variable(kept), second)
  }

  /// The values of a call's arguments. Which of them is computed first is the C++ compiler's to choose.
  private mutating func lower(
    arguments: [SourceExpression]
  ) throws(MechanismError) -> [Expression] {
    var values: [Expression] = []
    var known: [(read: Set<Variable>, set: Set<Variable>)] = []
    for argument in arguments {
      let (value, statements) = try lowerSeparately(argument)
      let own = (
        read: value.variables.union(
          Effects(of: [Block(statements: statements)], state.tables).liveIn),
        set: assigned(statements)
      )
      for other in known
      where !own.set.isDisjoint(with: other.read.union(other.set))
        || !other.set.isDisjoint(with: own.read)
      {
        throw unsupported("arguments of which one sets what another one reads,")
      }
      known.append(own)
      for statement in statements { try emit(statement) }
      values.append(value)
    }
    return values
  }

  /// An expression, and the statements that it needs first.
  private mutating func lowerSeparately(
    _ expression: SourceExpression
  ) throws(MechanismError) -> (value: Expression, statements: [Statement]) {
    var value = Expression.number(0)
    let statements = try separately { builder throws(MechanismError) in
      value = try builder.lower(expression)
    }
    return (value, statements)
  }

  /// What statements set, but for what is local.
  private func assigned(_ statements: [Statement]) -> Set<Variable> {
    if statements.isEmpty { return [] }
    var effects = Effects()
    effects.follow(statements, state.tables)
    return effects.mayAssign.filter { if case .local = $0 { false } else { true } }
  }

  /// A condition whose right side is looked at only where the left one does not decide.
  private mutating func lower(
    _ left: SourceExpression, isAnd: Bool, _ right: SourceExpression
  ) throws(MechanismError) -> Expression {
    let first = try lower(left)
    var second = Expression.number(0)
    let inside = try separately { builder throws(MechanismError) in
      second = try builder.lower(right)
    }
    var effects = Effects()
    effects.follow(inside, state.tables)
    let isPure = effects.mayAssign.allSatisfy {
      if case .local = $0 { true } else { false }
    }
    if isPure {
      for statement in inside { try emit(statement) }
      return .binary(isAnd ? .and : .or, first, second)
    }
    let result = newLocal("condition")
    let decided = Expression.number(isAnd ? 0 : 1)
    try emit(.assign(result, decided))
    let rest = inside + [.assign(result, .binary(.unequal, second, .number(0)))]
    try emit(
      .conditional(first, then: isAnd ? rest : [], otherwise: isAnd ? [] : rest))
    return .variable(result)
  }

  mutating func place(_ target: SourceTarget) throws(MechanismError) -> Place {
    if let index = target.index { return try place(target.name, index: index) }
    guard case .place(let variable, let count) = try binding(of: target.name) else {
      throw unsupported("assigning to the constant \(target.name)")
    }
    return count > 1 ? .element(variable, .number(0)) : .variable(variable)
  }

  private mutating func place(
    _ name: String, index: SourceExpression
  ) throws(MechanismError) -> Place {
    guard case .place(let variable, let count) = try binding(of: name) else {
      throw unsupported("an index of the constant \(name)")
    }
    let position = try lower(index).simplified
    if case .number(let value) = position {
      guard value >= 0, value < Double(count) else {
        throw unsupported("\(name)[\(value)], which has \(count) elements")
      }
      return count > 1
        ? .element(variable, .number(value.rounded(.towardZero))) : .variable(variable)
    }
    guard count > 1 else { throw unsupported("an index of \(name), which is no array") }
    return .element(variable, position)
  }

  private mutating func call(
    _ name: String, _ arguments: [SourceExpression]
  ) throws(MechanismError) -> Expression {
    if let count = source.functionTables[name] {
      guard count == 1, arguments.count == 1 else {
        throw unsupported("FUNCTION_TABLE \(name) of \(count) arguments")
      }
      let index = Expression.number(Double(state.functionTable(named: name)))
      return .call(.functionTable, [index, try lower(arguments[0])])
    }
    if let value = try random(name, arguments) { return value }
    if source.routines[name] == nil, let value = try scopRandom(name, arguments) { return value }
    if name == "nrn_pointing", arguments.count == 1, case .name(let pointer) = arguments[0],
      let variable = state.symbols.pointing(pointer)
    {
      return .variable(variable)
    }
    let values = try lower(arguments: arguments)
    if let routine = source.routines[name] { return try writeOut(routine, values) }
    if let function = Expression.Function(rawValue: name), function.isOfNMODL {
      guard values.count == function.argumentCount else {
        throw unsupported("\(name) with \(values.count) arguments")
      }
      return .call(function, values)
    }
    switch (name, values.count) {
    case ("at_time", 1): return Self.atTime(values[0])
    case ("exprelr", 1): return try relative(values[0])
    default: throw unsupported("\(name)()")
    }
  }

  /// Whether the time was met within the last step: with fixed steps NEURON takes it 1e-11 ms early.
  private static func atTime(_ time: Expression) -> Expression {
    let early = Expression.binary(.subtract, time, .number(1e-11))
    return .binary(
      .and, .binary(.lessOrEqual, early, .variable(.time)),
      .binary(
        .greater, early, .binary(.subtract, .variable(.time), .variable(.timeStep))))
  }

  /// x / (exp(x) - 1), which is 1 at 0.
  private mutating func relative(_ argument: Expression) throws(MechanismError) -> Expression {
    let x = newLocal("x")
    let result = newLocal("exprelr")
    try emit(.assign(x, argument))
    let quotient = Expression.binary(
      .divide, .variable(x), .binary(.subtract, .call(.exp, [.variable(x)]), .number(1)))
    try emit(
      .conditional(
        .binary(.equal, .binary(.add, .number(1), .variable(x)), .number(1)),
        then: [.assign(result, .number(1))], otherwise: [.assign(result, quotient)]))
    return .variable(result)
  }
}

extension Expression.Function {
  /// Whether a source may call it by its name.
  var isOfNMODL: Bool { ![.randomWord, .nextRandom, .functionTable].contains(self) }

  package var argumentCount: Int {
    switch self {
    case .randomWord: 5
    case .atan2, .fmod, .pow, .fmin, .fmax, .functionTable: 2
    case .nernst: 3
    case .ghk: 4
    default: 1
    }
  }
}

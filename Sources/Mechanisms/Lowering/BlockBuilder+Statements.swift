extension BlockBuilder {
  mutating func lower(_ statements: [SourceStatement]) throws(MechanismError) {
    for statement in statements { try lower(statement) }
  }

  private mutating func lower(_ statement: SourceStatement) throws(MechanismError) {
    switch statement {
    case .assign(let target, let value):
      let value = try lower(value)
      let place = try place(target)
      if case .variable(.time) = place { throw unsupported("assigning to t") }
      if case .variable(.timeStep) = place { throw unsupported("assigning to dt") }
      try emit(place.assigning(value))
    case .call(let name, let arguments): try callStatement(name, arguments)
    case .conditional(let condition, let then, let otherwise):
      let condition = try lower(condition)
      let first = try separately { builder throws(MechanismError) in try builder.nested(then) }
      let second = try separately { builder throws(MechanismError) in try builder.nested(otherwise)
      }
      try emit(.conditional(condition, then: first, otherwise: second))
    case .loop(let variable, let first, let last, let step, let body):
      try loop(variable, first, last, step, body)
    case .whileLoop(let condition, let body):
      try whileLoop(condition, body)
    case .block(let statements): try nested(statements)
    case .locals(let variables):
      for (name, count) in variables {
        var elements = 1
        if let count {
          guard case .number(let value) = try lower(count), let number = Int(exactly: value),
            (1...1_000_000).contains(number)
          else { throw unsupported("LOCAL \(name)") }
          elements = number
        }
        let local = newLocal(name, count: elements)
        bind(name, .place(local, count: elements))
      }
    case .solve(let block, let method): try solve(block, method)
    case .derivative(let target, let order, let value): try derivative(target, order, value)
    case .reaction(let reaction): try collect(reaction)
    case .compartment(let index, let volume, let names): try collect(index, volume, names)
    case .conserve(let species, let total): try collect(species, total)
    case .equation(let left, let right): try collect(left, right)
    case .initial: throw unsupported("INITIAL within a block")
    case .watch(let watches): for watch in watches { try self.watch(watch.condition, watch.flag) }
    case .unsupported(let construct): throw unsupported(construct)
    case .verbatim, .leave, .leaveLoop: throw unsupported("VERBATIM")
    case .table, .nothing: break
    }
  }

  mutating func nested(_ statements: [SourceStatement]) throws(MechanismError) {
    try inScope { builder throws(MechanismError) in try builder.lower(statements) }
  }

  private mutating func whileLoop(
    _ condition: SourceExpression, _ body: [SourceStatement]
  ) throws(MechanismError) {
    let before = output.count
    let value = try lower(condition)
    guard output.count > before else {
      let inside = try separately { builder throws(MechanismError) in try builder.nested(body) }
      try emit(.whileLoop(value, inside))
      return
    }
    // What the condition needs first is computed before the loop and at the end of each turn.
    let isTrue = newLocal("while")
    try emit(.assign(isTrue, value))
    let inside = try separately { builder throws(MechanismError) in
      try builder.nested(body)
      let again = try builder.lower(condition)
      try builder.emit(.assign(isTrue, again))
    }
    try emit(.whileLoop(.variable(isTrue), inside))
  }

  private mutating func loop(
    _ variable: String, _ first: SourceExpression, _ last: SourceExpression,
    _ step: SourceExpression?, _ body: [SourceStatement]
  ) throws(MechanismError) {
    let first = try bound(first)
    let last = try bound(last)
    var by = Expression.number(1)
    if let step { by = try bound(step) }
    let constants = [first, last, by].compactMap { bound -> Double? in
      if case .number(let value) = bound { value } else { nil }
    }
    if unrolls, constants.count == 3 {
      let (low, high, by) = (constants[0], constants[1], constants[2])
      guard by >= 1, (high - low) / by < 10_000 else { throw unsupported("FROM with such bounds") }
      var index = low
      while index <= high {
        try spend()
        try inScope { builder throws(MechanismError) in
          builder.bind(variable, .value(.number(index)))
          try builder.lower(body)
        }
        index += by
      }
      return
    }
    let local = newLocal(variable)
    guard case .local(let index) = local else { return }
    let (outer, found) = (unrolls, collected.count)
    unrolls = false
    let inside = try separately { builder throws(MechanismError) in
      try builder.inScope { builder throws(MechanismError) in
        builder.bind(variable, .place(local, count: 1))
        try builder.lower(body)
      }
    }
    unrolls = outer
    guard collected.count == found else {
      throw unsupported("FROM with bounds that are no constants")
    }
    try emit(.loop(local: index, first: first, last: last, step: by, inside))
  }

  /// Bounds are whole numbers.
  private mutating func bound(_ expression: SourceExpression) throws(MechanismError) -> Expression {
    let value = try lower(expression).simplified
    if case .number(let number) = value { return .number(number.rounded(.towardZero)) }
    return value
  }

  private mutating func callStatement(
    _ name: String, _ arguments: [SourceExpression]
  ) throws(MechanismError) {
    if source.routines[name] == nil {
      switch (name, arguments.count) {
      case ("printf", _), ("fprintf", _), ("prints", _), ("fflush", _), ("nrn_prop_data_free", _):
        return
      case ("net_send", 2):
        let delay = try lower(arguments[0])
        try emit(.sendToItself(delay: delay, flag: try lower(arguments[1])))
        return
      case ("net_event", 1):
        try emit(.sendEvent(time: try lower(arguments[0])))
        return
      case ("net_move", 1):
        try emit(.moveEvent(time: try lower(arguments[0])))
        return
      case ("state_discontinuity", 2), ("neuron_reduce_state_discontinuity", 2):
        let target: SourceTarget
        switch arguments[0] {
        case .name(let name): target = SourceTarget(name: name, index: nil)
        case .element(let name, let index): target = SourceTarget(name: name, index: index)
        default: throw unsupported("state_discontinuity of an expression")
        }
        let value = try lower(arguments[1])
        try emit(try place(target).assigning(value))
        return
      default: break
      }
    }
    _ = try lower(SourceExpression.call(name, arguments))
  }

  private mutating func watch(
    _ condition: SourceExpression, _ flag: SourceExpression
  ) throws(MechanismError) {
    guard isReceiver, case .binary(let operation, let left, let right) = condition,
      operation == .greater || operation == .less
    else { throw unsupported("WATCH") }
    let before = output.count
    let first = try lower(left)
    let second = try lower(right)
    let value = try lower(flag)
    guard output.count == before else { throw unsupported("WATCH over a FUNCTION") }
    try emit(.watch(left: first, isUpwards: operation == .greater, right: second, flag: value))
  }
}

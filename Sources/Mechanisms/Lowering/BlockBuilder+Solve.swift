extension BlockBuilder {
  /// SOLVE: emits one time step of what the block describes, or finds its steady state in INITIAL.
  mutating func solve(_ name: String, _ method: String?) throws(MechanismError) {
    if let routine = source.routines[name], !routine.isFunction, routine.arguments.isEmpty {
      try writeOut(routine, [])
      return
    }
    guard let system = source.solvables[name] else {
      throw .unknownName(mechanism: source.name, block: place, name: name)
    }
    guard !routines.contains(name) else { throw unsupported("SOLVE within what is solved") }
    routines.append(name)
    let outer = (scopes, solver, unrolls, collected)
    scopes = [[:]]
    collected = Collected()
    switch (system.system, method) {
    case (.derivative, "cnexp") where !isInitial:
      solver = .exponential
      try lower(system.body)
    case (.derivative, "euler") where !isInitial:
      solver = .explicitEuler
      delayed = []
      try lower(system.body)
      for (place, rate) in delayed {
        try emit(
          place.assigning(
            .binary(.add, place.reading, .binary(.multiply, .variable(.timeStep), rate))))
      }
    case (.derivative, "derivimplicit") where !isInitial: try solveImplicitly(system.body)
    case (.kinetic, "sparse"): try solveKinetics(system.body)
    case (.linear, _), (.nonlinear, _): try solveEquations(system.body)
    default:
      throw unsupported("SOLVE \(isInitial ? "STEADYSTATE" : "METHOD") \(method ?? "unnamed")")
    }
    (scopes, solver, unrolls, collected) = outer
    routines.removeLast()
  }

  mutating func derivative(
    _ target: SourceTarget, _ order: Int, _ source: SourceExpression
  ) throws(MechanismError) {
    guard order == 1 else { throw unsupported("\(target.name)'' of order \(order)") }
    let place = try place(target)
    let before = output.count
    let rate = try lower(source)
    guard !draws(output[before...]) else { throw unsupported("a random number in equations") }
    switch solver {
    case .none: throw unsupported("\(target.name)'")
    case .exponential: try advanceExponentially(place, rate, after: before)
    case .explicitEuler:
      let local = newLocal("\(target.name)_rate")
      try emit(.assign(local, rate))
      delayed.append((place, .variable(local)))
    case .collect: collected.equations.append(Equation(unknown: place, value: try kept(rate)))
    }
  }

  /// The same number where what it reads changes later: in a local variable, unless it is a constant.
  mutating func kept(_ value: Expression) throws(MechanismError) -> Expression {
    if case .number = value.simplified { return value.simplified }
    let local = newLocal("kept")
    try emit(.assign(local, value))
    return .variable(local)
  }

  /// cnexp: y' = a + b y has the solution y + (1 - exp(b dt)) (-a/b - y).
  private mutating func advanceExponentially(
    _ place: Place, _ rate: Expression, after before: Int
  ) throws(MechanismError) {
    let y = newLocal("y")
    func hidden(_ expression: Expression) -> Expression {
      expression.replacing { $0 == place.reading ? .variable(y) : nil }
    }
    let inlined = Substitution(of: output[before...], unknowns: [place.variable])
    guard let whole = inlined.expression(rate), let form = hidden(whole).linear(in: y),
      !form.constant.reads(y), !form.slope.reads(y)
    else { throw unsupported("METHOD cnexp for an equation that is not linear in its state") }
    guard !form.slope.reads(place.variable) || place.reading != .variable(place.variable) else {
      throw unsupported("METHOD cnexp")
    }
    let dt = Expression.variable(.timeStep)
    let old = place.reading
    if form.slope == .number(0) {
      try emit(
        place.assigning(.binary(.add, old, .binary(.multiply, dt, form.constant))))
      return
    }
    let change = Expression.binary(
      .subtract, .number(1), .call(.exp, [.binary(.multiply, dt, form.slope)]))
    let limit = Expression.negative(.binary(.divide, form.constant, form.slope)).simplified
    let distance = Expression.binary(.subtract, limit, old).simplified
    try emit(place.assigning(.binary(.add, old, .binary(.multiply, change, distance))))
  }
}

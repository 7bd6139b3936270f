extension BlockBuilder {
  mutating func collect(_ left: SourceExpression, _ right: SourceExpression) throws(MechanismError)
  {
    guard solver == .collect else { throw unsupported("~") }
    let first = try lower(left)
    let second = try lower(right)
    collected.equations.append(
      Equation(unknown: nil, value: Expression.binary(.subtract, first, second).simplified))
  }

  mutating func collect(_ reaction: SourceReaction) throws(MechanismError) {
    guard solver == .collect else { throw unsupported("~") }
    let left = try species(reaction.left)
    let right = try species(reaction.right)
    var forward = try kept(try lower(reaction.rates[0]))
    var backward = Expression.number(0)
    switch reaction.kind {
    case .reversible:
      backward = Self.product(try kept(try lower(reaction.rates[1])), right)
      forward = Self.product(forward, left)
    case .decay: forward = Self.product(forward, left)
    // A flux adds to its species.
    case .flux: (forward, backward) = (.number(0), forward)
    }
    collected.reactions.append(
      Reaction(
        left: left, right: right,
        flux: Expression.binary(.subtract, forward, backward).simplified))
    for (name, value) in [("f_flux", forward), ("b_flux", backward)] {
      guard case .place(let local, _)? = scopes[0][name] else { continue }
      try emit(.assign(local, value))
    }
  }

  private mutating func species(_ list: [SourceSpecies]) throws(MechanismError) -> [Species] {
    var result: [Species] = []
    for item in list {
      let place = try place(item.target)
      var isState = false
      if case .instance(let index) = place.variable {
        let name = state.symbols.variables[index].name
        isState = source.states.contains { $0.name == name }
      }
      result.append(Species(factor: item.factor, place: place, isState: isState))
    }
    return result
  }

  private static func product(_ rate: Expression, _ species: [Species]) -> Expression {
    var result = rate
    for item in species {
      var left = item.factor
      while left >= 1 {
        result = .binary(.multiply, result, item.place.reading)
        left -= 1
      }
    }
    return result.simplified
  }

  mutating func collect(
    _ index: String?, _ volume: SourceExpression, _ names: [String]
  ) throws(MechanismError) {
    guard solver == .collect else { throw unsupported("COMPARTMENT") }
    for name in names {
      // The list may name what is no STATE of this mechanism.
      guard state.symbols[name] != nil, case .place(let variable, let count) = try binding(of: name)
      else { continue }
      for element in 0..<count {
        try inScope { builder throws(MechanismError) in
          if let index { builder.bind(index, .value(.number(Double(element)))) }
          let value = try builder.kept(try builder.lower(volume))
          let place =
            count > 1
            ? Place.element(variable, .number(Double(element))) : Place.variable(variable)
          builder.collected.volumes[place] = value
        }
      }
    }
  }

  mutating func collect(
    _ sum: [SourceSpecies], _ total: SourceExpression
  ) throws(MechanismError) {
    guard solver == .collect else { throw unsupported("CONSERVE") }
    let species = try species(sum)
    collected.conserved.append(
      Conservation(species: species, total: try kept(try lower(total))))
  }

  /// KINETIC … METHOD sparse: backward Euler, with a step of 1e9 ms for the steady state.
  mutating func solveKinetics(_ body: [SourceStatement]) throws(MechanismError) {
    for name in ["f_flux", "b_flux"] where body.mentions(name) {
      bind(name, .place(newLocal(name), count: 1))
    }
    let compartmentsFirst = body.filter { if case .compartment = $0 { true } else { false } }
    let others = body.filter { if case .compartment = $0 { false } else { true } }
    let before = try collectSystem(compartmentsFirst + others)
    try checkRepeated(before)
    let reactions = collected.reactions
    var places: [Place] = []
    for reaction in reactions {
      for item in reaction.left + reaction.right where item.isState { places.append(item.place) }
    }
    for equation in collected.equations { if let place = equation.unknown { places.append(place) } }
    let unknowns = try unknowns(places)
    guard !unknowns.isEmpty else { throw unsupported("a KINETIC block without reactions") }
    for unknown in unknowns {
      let count = reactions.count { reaction in
        (reaction.left + reaction.right).contains { $0.place == unknown.place }
      }
      guard count <= 200 else { throw unsupported("\(count) reactions of one species") }
    }
    let rates = netRates(unknowns)
    let substitution = Substitution(
      of: before, unknowns: Set(unknowns.map(\.place.variable)), tables: state.tables)
    for statement in before { try emit(statement) }
    try load(unknowns)
    let variables = unknowns.map(\.variable)
    let residuals = try balances(unknowns, rates)
    if let system = linearSystem(residuals, variables),
      !isInitial || !readsDependent(rates, substitution)
    {
      try emit(.solveLinear(unknowns: variables, matrix: system.matrix, right: system.right))
    } else {
      // What follows from the states is taken with what they are in each turn, and has no part in the derivatives.
      func whole(_ expression: Expression) throws(MechanismError) -> Expression {
        guard let found = substitution.expression(expression) else {
          throw unsupported("a nonlinear KINETIC block over IF or TABLE of a state")
        }
        return written(found, by: unknowns)
      }
      var jacobian: [[Expression]] = []
      for residual in residuals {
        var row: [Expression] = []
        for variable in variables {
          guard let slope = residual.derivative(in: variable) else {
            throw unsupported("a KINETIC block whose rates have no derivatives")
          }
          row.append(try whole(slope))
        }
        jacobian.append(row)
      }
      var deviations: [Expression] = []
      for residual in residuals { deviations.append(try whole(residual)) }
      let iteration = Iteration.kinetic(jacobian: jacobian)
      try emit(.solveNonlinear(iteration, unknowns: variables, residuals: deviations))
    }
    try store(unknowns)
    for statement in substitution.dependents { try emit(statement) }
  }

  private func readsDependent(_ rates: [Expression], _ substitution: Substitution) -> Bool {
    rates.contains { substitution.expression($0) != $0 }
  }

  /// What flows into each unknown.
  private func netRates(_ unknowns: [Unknown]) -> [Expression] {
    unknowns.map { unknown in
      var sum = Expression.number(0)
      for reaction in collected.reactions {
        var factor = 0.0
        for item in reaction.left where item.place == unknown.place { factor -= item.factor }
        for item in reaction.right where item.place == unknown.place { factor += item.factor }
        if factor != 0 {
          sum = .binary(.add, sum, .binary(.multiply, .number(factor), reaction.flux))
        }
      }
      for equation in collected.equations where equation.unknown == unknown.place {
        sum = .binary(.add, sum, equation.value)
      }
      return written(sum.simplified, by: unknowns)
    }
  }

  /// volume · (y - old) / dt - rate = 0 for each unknown, or the CONSERVE statement in its place.
  private mutating func balances(
    _ unknowns: [Unknown], _ rates: [Expression]
  ) throws(MechanismError) -> [Expression] {
    let step: Expression = isInitial ? .number(1e9) : .variable(.timeStep)
    var residuals: [Expression] = []
    for (unknown, rate) in zip(unknowns, rates) {
      let old = newLocal("old")
      try emit(.assign(old, .variable(unknown.variable)))
      let change = Expression.binary(
        .divide, .binary(.subtract, .variable(unknown.variable), .variable(old)), step)
      let volume = collected.volumes[unknown.place] ?? .number(1)
      residuals.append(
        Expression.binary(.subtract, .binary(.multiply, volume, change), rate).simplified)
    }
    for conserved in collected.conserved {
      guard let last = conserved.species.last(where: \.isState),
        let row = unknowns.firstIndex(where: { $0.place == last.place })
      else { throw unsupported("CONSERVE") }
      var sum = Expression.number(0)
      for item in conserved.species {
        let volume = collected.volumes[item.place] ?? .number(1)
        let amount = Expression.binary(.multiply, volume, item.place.reading)
        sum = .binary(.add, sum, .binary(.multiply, .number(item.factor), amount))
      }
      residuals[row] = written(
        Expression.binary(.subtract, sum, conserved.total).simplified, by: unknowns)
    }
    return residuals
  }
}

extension [SourceStatement] {
  /// Whether the name occurs in an expression of these statements.
  func mentions(_ name: String) -> Bool {
    func occurs(_ expression: SourceExpression) -> Bool {
      var found = false
      expression.visit { part in if part == .name(name) { found = true } }
      return found
    }
    return contains { statement in
      switch statement {
      case .assign(_, let value), .derivative(_, _, let value): occurs(value)
      case .call(_, let arguments): arguments.contains(where: occurs)
      case .conditional(let condition, let then, let otherwise):
        occurs(condition) || then.mentions(name) || otherwise.mentions(name)
      case .loop(_, _, _, _, let body), .block(let body): body.mentions(name)
      case .whileLoop(let condition, let body): occurs(condition) || body.mentions(name)
      case .reaction(let reaction): reaction.rates.contains(where: occurs)
      default: false
      }
    }
  }
}

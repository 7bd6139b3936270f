extension BlockBuilder {
  /// An unknown of a system: its place, and the variable that stands for it in the equations.
  struct Unknown {
    var place: Place
    var variable: Variable
    var isElement: Bool
  }

  /// Follows a block whose equations are collected.
  mutating func collectSystem(_ body: [SourceStatement]) throws(MechanismError) -> [Statement] {
    solver = .collect
    unrolls = true
    let statements = try separately { builder throws(MechanismError) in try builder.lower(body) }
    // How often NEURON does them depends on how soon its iteration ends.
    guard !draws(statements) else { throw unsupported("a random number in equations") }
    return statements
  }

  /// NEURON does such a block until the states are near enough, and once more: what counts in it counts that.
  func checkRepeated(_ statements: [Statement]) throws(MechanismError) {
    var effects = Effects()
    effects.follow(statements, state.tables)
    var counting: Set<Variable> = []
    for statement in statements {
      statement.visit {
        if case .assign(let variable, let value) = $0, value.reads(variable) {
          counting.insert(variable)
        }
      }
    }
    for variable in counting.intersection(effects.liveIn) {
      switch variable {
      case .instance(let index):
        throw unsupported("\(state.symbols.variables[index].name), which counts,")
      case .global(let index):
        throw unsupported("\(state.symbols.globals[index].name), which counts,")
      default: break
      }
    }
  }

  mutating func unknowns(_ places: [Place]) throws(MechanismError) -> [Unknown] {
    var seen: Set<Place> = []
    var result: [Unknown] = []
    for place in places where seen.insert(place).inserted {
      switch place {
      case .variable(let variable):
        result.append(Unknown(place: place, variable: variable, isElement: false))
      case .element(_, .number(let index)):
        let local = newLocal("y\(Int(exactly: index) ?? 0)")
        result.append(Unknown(place: place, variable: local, isElement: true))
      case .element: throw unsupported("an equation for an element with a variable index")
      }
    }
    guard result.count <= 300 else { throw unsupported("\(result.count) equations") }
    return result
  }

  func written(_ expression: Expression, by unknowns: [Unknown]) -> Expression {
    expression.replacing { part in
      unknowns.first { $0.isElement && $0.place.reading == part }.map { .variable($0.variable) }
    }
  }

  mutating func load(_ unknowns: [Unknown]) throws(MechanismError) {
    for unknown in unknowns where unknown.isElement {
      try emit(.assign(unknown.variable, unknown.place.reading))
    }
  }

  mutating func store(_ unknowns: [Unknown]) throws(MechanismError) {
    for unknown in unknowns where unknown.isElement {
      try emit(unknown.place.assigning(.variable(unknown.variable)))
    }
  }

  /// The rows `Σ matrix · unknown = right` of equations that are 0; nil where one is not linear.
  func linearSystem(
    _ residuals: [Expression], _ variables: [Variable]
  ) -> (matrix: [[Expression]], right: [Expression])? {
    var matrix: [[Expression]] = []
    var right: [Expression] = []
    let set = Set(variables)
    for residual in residuals {
      guard let form = residual.linear(in: set) else { return nil }
      matrix.append(variables.map { form.slopes[$0] ?? .number(0) })
      right.append(Expression.negative(form.constant).simplified)
    }
    return (matrix, right)
  }

  /// LINEAR and NONLINEAR: as many equations as STATEs occur in them.
  mutating func solveEquations(_ body: [SourceStatement]) throws(MechanismError) {
    let before = try collectSystem(body)
    for statement in before { try emit(statement) }
    let states = Set(state.symbols.ownStates.map { Variable.instance($0.index) })
    var places: [Place] = []
    for equation in collected.equations {
      equation.value.visit { part in
        switch part {
        case .variable(let variable) where states.contains(variable):
          places.append(.variable(variable))
        case .element(let variable, let index) where states.contains(variable):
          places.append(.element(variable, index))
        default: break
        }
      }
    }
    let unknowns = try unknowns(places)
    guard unknowns.count == collected.equations.count else {
      throw unsupported("\(collected.equations.count) equations for \(unknowns.count) states")
    }
    let variables = unknowns.map(\.variable)
    let residuals = collected.equations.map { written($0.value, by: unknowns) }
    try load(unknowns)
    if let system = linearSystem(residuals, variables) {
      try emit(.solveLinear(unknowns: variables, matrix: system.matrix, right: system.right))
    } else {
      try emit(.solveNonlinear(.newton, unknowns: variables, residuals: residuals))
    }
    try store(unknowns)
  }

  /// derivimplicit: backward Euler.
  mutating func solveImplicitly(_ body: [SourceStatement]) throws(MechanismError) {
    let before = try collectSystem(body)
    try checkRepeated(before)
    let equations = collected.equations
    let unknowns = try unknowns(equations.compactMap(\.unknown))
    guard unknowns.count == equations.count else {
      throw unsupported("two equations for one state")
    }
    let states = Set(unknowns.map(\.place.variable))
    let substitution = Substitution(of: before, unknowns: states, tables: state.tables)
    var rates: [Expression] = []
    for equation in equations {
      guard let whole = substitution.expression(equation.value) else {
        throw unsupported("derivimplicit over IF or TABLE of a state")
      }
      rates.append(written(whole, by: unknowns))
    }
    for statement in before { try emit(statement) }
    try load(unknowns)
    try stepBackward(unknowns, rates)
    try store(unknowns)
    // NEURON leaves what the block assigns as the new states give it.
    for statement in substitution.dependents { try emit(statement) }
  }

  private mutating func stepBackward(
    _ unknowns: [Unknown], _ rates: [Expression]
  ) throws(MechanismError) {
    let dt = Expression.variable(.timeStep)
    let variables = unknowns.map(\.variable)
    if unknowns.count == 1, let form = rates[0].linear(in: variables[0]) {
      let y = Expression.variable(variables[0])
      let above = Expression.binary(.add, y, .binary(.multiply, dt, form.constant))
      let below = Expression.binary(.subtract, .number(1), .binary(.multiply, dt, form.slope))
      try emit(.assign(variables[0], Expression.binary(.divide, above, below).simplified))
      return
    }
    var old: [Variable] = []
    for variable in variables {
      let local = newLocal("old")
      try emit(.assign(local, .variable(variable)))
      old.append(local)
    }
    let changes = zip(variables, old).map { new, old in
      Expression.binary(.subtract, .variable(new), .variable(old))
    }
    let steps = zip(changes, rates).map { change, rate in
      Expression.binary(.subtract, change, .binary(.multiply, dt, rate)).simplified
    }
    if let system = linearSystem(steps, variables) {
      try emit(.solveLinear(unknowns: variables, matrix: system.matrix, right: system.right))
      return
    }
    // NEURON's own, in units of the rates: of these it has a tolerance.
    let residuals = zip(changes, rates).map { change, rate in
      Expression.binary(.subtract, rate, .binary(.divide, change, dt)).simplified
    }
    try emit(.solveNonlinear(.newton, unknowns: variables, residuals: residuals))
  }
}

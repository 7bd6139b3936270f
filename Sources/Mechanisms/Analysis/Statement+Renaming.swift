extension Expression {
  /// The same over other variables.
  package func renaming(_ new: (Variable) -> Variable) -> Expression {
    switch self {
    case .number: self
    case .variable(let variable): .variable(new(variable))
    case .element(let variable, let index): .element(new(variable), index.renaming(new))
    case .negative(let operand): .negative(operand.renaming(new))
    case .not(let operand): .not(operand.renaming(new))
    case .binary(let operation, let left, let right):
      .binary(operation, left.renaming(new), right.renaming(new))
    case .call(let function, let arguments): .call(function, arguments.map { $0.renaming(new) })
    }
  }
}

extension Statement {
  /// The same over other variables; the local of a loop keeps its number.
  package func renaming(_ new: (Variable) -> Variable) -> Statement {
    func all(_ statements: [Statement]) -> [Statement] { statements.map { $0.renaming(new) } }
    func all(_ expressions: [Expression]) -> [Expression] { expressions.map { $0.renaming(new) } }
    switch self {
    case .assign(let variable, let value): return .assign(new(variable), value.renaming(new))
    case .assignElement(let variable, let index, let value):
      return .assignElement(new(variable), index: index.renaming(new), value.renaming(new))
    case .conditional(let condition, let then, let otherwise):
      return .conditional(condition.renaming(new), then: all(then), otherwise: all(otherwise))
    case .loop(let local, let first, let last, let step, let body):
      return .loop(
        local: local, first: first.renaming(new), last: last.renaming(new),
        step: step.renaming(new), all(body))
    case .whileLoop(let condition, let body): return .whileLoop(condition.renaming(new), all(body))
    case .lookUp(let table, let argument):
      return .lookUp(table: table, argument: argument.renaming(new))
    case .lookUpValue(let table, let result, let argument):
      return .lookUpValue(table: table, result: new(result), argument: argument.renaming(new))
    case .solveLinear(let unknowns, let matrix, let right):
      return .solveLinear(unknowns: unknowns.map(new), matrix: matrix.map(all), right: all(right))
    case .solveNonlinear(let iteration, let unknowns, let residuals):
      let own: Iteration
      switch iteration {
      case .newton: own = .newton
      case .kinetic(let jacobian): own = .kinetic(jacobian: jacobian.map(all))
      }
      return .solveNonlinear(own, unknowns: unknowns.map(new), residuals: all(residuals))
    case .sendToItself(let delay, let flag):
      return .sendToItself(delay: delay.renaming(new), flag: flag.renaming(new))
    case .sendEvent(let time): return .sendEvent(time: time.renaming(new))
    case .moveEvent(let time): return .moveEvent(time: time.renaming(new))
    case .watch(let left, let isUpwards, let right, let flag):
      return .watch(
        left: left.renaming(new), isUpwards: isUpwards, right: right.renaming(new),
        flag: flag.renaming(new))
    }
  }
}

extension Statement {
  /// Visits this statement and those within it.
  package func visit(_ body: (Statement) -> Void) {
    body(self)
    switch self {
    case .conditional(_, let then, let otherwise):
      for statement in then { statement.visit(body) }
      for statement in otherwise { statement.visit(body) }
    case .loop(_, _, _, _, let statements), .whileLoop(_, let statements):
      for statement in statements { statement.visit(body) }
    default: break
    }
  }

  /// The expressions of this statement itself, not those of statements within it.
  package var expressions: [Expression] {
    switch self {
    case .assign(_, let value): [value]
    case .assignElement(_, let index, let value): [index, value]
    case .conditional(let condition, _, _), .whileLoop(let condition, _): [condition]
    case .loop(_, let first, let last, let step, _): [first, last, step]
    case .lookUp(_, let argument), .lookUpValue(_, _, let argument): [argument]
    case .solveLinear(_, let matrix, let right): matrix.flatMap { $0 } + right
    case .solveNonlinear(let iteration, _, let residuals): residuals + iteration.expressions
    case .sendToItself(let delay, let flag): [delay, flag]
    case .sendEvent(let time), .moveEvent(let time): [time]
    case .watch(let left, _, let right, let flag): [left, right, flag]
    }
  }

  /// What this statement itself may assign, not what those within it may. `tables` are the mechanism's.
  package func assignedItself(_ tables: [Table]) -> [Variable] {
    switch self {
    case .assign(let variable, _), .assignElement(let variable, _, _): [variable]
    case .loop(let local, _, _, _, _): [.local(local)]
    case .lookUp(let table, _): tables.indices.contains(table) ? tables[table].results : []
    case .lookUpValue(_, let result, _): [result]
    case .solveLinear(let unknowns, _, _), .solveNonlinear(_, let unknowns, _): unknowns
    default: []
    }
  }
}

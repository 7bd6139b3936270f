extension Block {
  /// The same without what sets local variables that nothing reads afterwards, except those in `results`.
  package func pruned(keeping results: Set<Variable> = []) -> Block {
    var live = results
    var block = self
    block.statements = Self.prune(statements, &live)
    return block
  }

  private static func prune(_ statements: [Statement], _ live: inout Set<Variable>) -> [Statement] {
    var kept: [Statement] = []
    for statement in statements.reversed() {
      if let statement = prune(statement, &live) { kept.append(statement) }
    }
    return kept.reversed()
  }

  private static func isLocal(_ variable: Variable) -> Bool {
    if case .local = variable { true } else { false }
  }

  private static func prune(_ statement: Statement, _ live: inout Set<Variable>) -> Statement? {
    switch statement {
    case .assign(let variable, _) where isLocal(variable),
      .lookUpValue(_, let variable, _) where isLocal(variable):
      guard live.remove(variable) != nil else { return nil }
      live.formUnion(statement.ownReads)
      return statement
    case .conditional(let condition, let then, let otherwise):
      var other = live
      let first = prune(then, &live)
      let second = prune(otherwise, &other)
      guard !first.isEmpty || !second.isEmpty else { return nil }
      live.formUnion(other)
      live.formUnion(condition.variables)
      return .conditional(condition, then: first, otherwise: second)
    default:
      // A loop may read in its next turn what it sets in this one: nothing in it is left out.
      statement.visit { live.formUnion($0.ownReads) }
      return statement
    }
  }
}

extension Statement {
  /// What the expressions of this statement itself read, and an iteration's start.
  fileprivate var ownReads: Set<Variable> {
    var reads = expressions.reduce(into: Set<Variable>()) { $0.formUnion($1.variables) }
    if case .solveNonlinear(_, let unknowns, _) = self { reads.formUnion(unknowns) }
    return reads
  }
}

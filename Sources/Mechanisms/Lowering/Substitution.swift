/// Straight-line statements as a mapping: what the variables that depend on some unknowns are, written by
/// the unknowns and by variables that do not depend on them.
struct Substitution {
  private let unknowns: Set<Variable>
  private var definitions: [Variable: Expression] = [:]
  /// Depend on the unknowns in a way that no expression says.
  private var opaque: Set<Variable> = []
  static let largestExpression = 20_000

  init(of statements: some Sequence<Statement>, unknowns: Set<Variable>, tables: [Table] = []) {
    self.unknowns = unknowns
    for statement in statements { follow(statement, tables) }
  }

  /// Whether anything that was assigned depends on the unknowns.
  var hasDependents: Bool { !definitions.isEmpty || !opaque.isEmpty }

  private func depends(_ expression: Expression) -> Bool {
    let variables = expression.variables
    return !variables.isDisjoint(with: unknowns) || !variables.isDisjoint(with: opaque)
      || variables.contains { definitions[$0] != nil }
  }

  private mutating func follow(_ statement: Statement, _ tables: [Table]) {
    guard case .assign(let variable, let value) = statement else {
      var changed: [Variable] = []
      var depends = false
      statement.visit { part in
        changed += part.assignedItself(tables)
        for expression in part.expressions where self.depends(expression) { depends = true }
      }
      for variable in changed {
        definitions[variable] = nil
        if depends {
          opaque.insert(variable)
        } else if case .assign = statement {
          opaque.remove(variable)
        }
      }
      return
    }
    definitions[variable] = nil
    if depends(value) {
      if let whole = expression(value) {
        definitions[variable] = whole
        opaque.remove(variable)
      } else {
        opaque.insert(variable)
      }
    } else {
      opaque.remove(variable)
    }
  }

  /// The expression by the unknowns; nil where it depends on them otherwise.
  func expression(_ expression: Expression) -> Expression? {
    guard expression.variables.isDisjoint(with: opaque) else { return nil }
    let whole = expression.replacing { part in
      if case .variable(let variable) = part { return definitions[variable] }
      return nil
    }
    return whole.size <= Self.largestExpression ? whole : nil
  }
}

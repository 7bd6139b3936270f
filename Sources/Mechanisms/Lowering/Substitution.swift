/// Straight-line statements as a mapping: what the variables that depend on some unknowns are, written by
/// the unknowns and by variables that do not depend on them.
struct Substitution {
  private let unknowns: Set<Variable>
  private var definitions: [Variable: Expression] = [:]
  /// Depend on the unknowns in a way that no expression says.
  private var opaque: Set<Variable> = []
  /// The statements that have to be done again when the unknowns have changed.
  private(set) var dependents: [Statement] = []
  private var isStable = true
  static let largestExpression = 20_000
  static let deepestExpression = 500

  init(of statements: some Sequence<Statement>, unknowns: Set<Variable>, tables: [Table] = []) {
    self.unknowns = unknowns
    var effects = Effects()
    for statement in statements {
      let isDependent = follow(statement, tables)
      var own = Effects()
      own.follow(statement, tables)
      // What a statement to be done again has read must not have changed since.
      if !own.mayAssign.isDisjoint(with: effects.liveIn) { isStable = false }
      if isDependent {
        dependents.append(statement)
        effects.follow(statement, tables)
      }
    }
    if !isStable, !dependents.isEmpty { dependents = Array(statements) }
  }

  private func depends(_ expression: Expression) -> Bool {
    let variables = expression.variables
    return !variables.isDisjoint(with: unknowns) || !variables.isDisjoint(with: opaque)
      || variables.contains { definitions[$0] != nil }
  }

  /// Whether the statement depends on the unknowns.
  private mutating func follow(_ statement: Statement, _ tables: [Table]) -> Bool {
    guard case .assign(let variable, let value) = statement else {
      var effects = Effects()
      effects.follow(statement, tables)
      let isDependent = effects.liveIn.contains { depends(.variable($0)) }
      for variable in effects.mayAssign {
        if isDependent {
          definitions[variable] = nil
          opaque.insert(variable)
        } else if effects.certainlyAssigned.contains(variable) {
          definitions[variable] = nil
          opaque.remove(variable)
        } else if definitions.removeValue(forKey: variable) != nil {
          opaque.insert(variable)
        }
      }
      return isDependent
    }
    let isDependent = depends(value)
    let whole = isDependent ? expression(value) : nil
    definitions[variable] = whole
    if isDependent, whole == nil { opaque.insert(variable) } else { opaque.remove(variable) }
    return isDependent
  }

  /// The expression by the unknowns; nil where it depends on them otherwise.
  func expression(_ expression: Expression) -> Expression? {
    guard expression.variables.isDisjoint(with: opaque) else { return nil }
    let whole = expression.replacing { part in
      if case .variable(let variable) = part { return definitions[variable] }
      return nil
    }
    return whole.size <= Self.largestExpression && whole.depth <= Self.deepestExpression
      ? whole : nil
  }
}

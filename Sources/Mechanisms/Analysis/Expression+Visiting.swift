extension Expression {
  /// Visits this expression and all that it consists of.
  package func visit(_ body: (Expression) -> Void) {
    body(self)
    switch self {
    case .number, .variable: break
    case .element(_, let operand), .negative(let operand), .not(let operand): operand.visit(body)
    case .binary(_, let left, let right):
      left.visit(body)
      right.visit(body)
    case .call(_, let arguments): for argument in arguments { argument.visit(body) }
    }
  }

  /// The variables that its value depends on; an array counts as one.
  package var variables: Set<Variable> {
    var found: Set<Variable> = []
    visit { part in
      switch part {
      case .variable(let variable), .element(let variable, _): found.insert(variable)
      default: break
      }
    }
    return found
  }

  /// This expression with each part replaced for which `replacement` gives one, from the outside in.
  package func replacing(_ replacement: (Expression) -> Expression?) -> Expression {
    if let new = replacement(self) { return new }
    switch self {
    case .number, .variable: return self
    case .element(let variable, let index): return .element(variable, index.replacing(replacement))
    case .negative(let operand): return .negative(operand.replacing(replacement))
    case .not(let operand): return .not(operand.replacing(replacement))
    case .binary(let operation, let left, let right):
      return .binary(operation, left.replacing(replacement), right.replacing(replacement))
    case .call(let function, let arguments):
      return .call(function, arguments.map { $0.replacing(replacement) })
    }
  }

  /// Whether the variable, or an element of it, occurs.
  package func reads(_ variable: Variable) -> Bool { variables.contains(variable) }

  /// How many operations are within each other.
  package var depth: Int {
    switch self {
    case .number, .variable: 1
    case .element(_, let operand), .negative(let operand), .not(let operand): 1 + operand.depth
    case .binary(_, let left, let right): 1 + max(left.depth, right.depth)
    case .call(_, let arguments): 1 + (arguments.map(\.depth).max() ?? 0)
    }
  }

  /// How many operations and values it consists of.
  package var size: Int {
    var count = 0
    visit { _ in count += 1 }
    return count
  }
}

import Mechanisms

/// Functions of what no block sets, such as exp(−dt/τ) of a synapse whose τ is a parameter: they are computed
/// once, when a run begins, and kept.
struct Invariants {
  /// The largest such expressions of some blocks, in the order in which they are met.
  private(set) var expressions: [Expression] = []
  private let isConstant: (Variable) -> Bool
  private let isVector: (Variable) -> Bool

  /// - Parameters:
  ///   - isConstant: whether nothing sets a variable while the cell runs.
  ///   - isVector: whether it differs between instances: what does not is folded by the compiler, but for the
  ///     time step, which it does not know.
  init(
    of blocks: [Block], isConstant: @escaping (Variable) -> Bool,
    isVector: @escaping (Variable) -> Bool
  ) {
    self.isConstant = isConstant
    self.isVector = isVector
    for block in blocks { visit(block.statements) }
  }

  private mutating func visit(_ statements: [Statement]) {
    for statement in statements {
      switch statement {
      case .assign(_, let value): visit(value)
      case .assignElement(_, _, let value): visit(value)
      case .conditional(let condition, let then, let otherwise):
        visit(condition)
        visit(then)
        visit(otherwise)
      case .loop(_, _, _, _, let body): visit(body)
      case .whileLoop(_, let body): visit(body)
      case .solveLinear(_, let matrix, let right):
        for expression in matrix.joined() { visit(expression) }
        for expression in right { visit(expression) }
      case .lookUp, .lookUpValue, .solveNonlinear, .sendToItself, .sendEvent, .moveEvent, .watch:
        break
      }
    }
  }

  private mutating func visit(_ expression: Expression) {
    switch expression {
    case .number, .variable, .element: break
    case .negative(let operand), .not(let operand): visit(operand)
    case .binary(_, let left, let right):
      visit(left)
      visit(right)
    case .call(_, let arguments):
      let variables = expression.variables
      if variables.allSatisfy(isConstant),
        variables.contains(where: { isVector($0) || $0 == .timeStep })
      {
        if !expressions.contains(expression) { expressions.append(expression) }
      } else {
        for argument in arguments { visit(argument) }
      }
    }
  }
}

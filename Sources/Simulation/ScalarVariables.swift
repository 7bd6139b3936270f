import Mechanisms

/// Locals and globals that have the same value in all instances, as far as a block says.
struct ScalarVariables {
  private(set) var variables: Set<Variable>
  private let bindings: [Variable: Binding]
  private let tables: [Table]
  private let tracked: Set<Variable>

  /// - Parameter globals: those that the block may set and that are taken to be so.
  init(
    of block: Block, tables: [Table], bindings: [Variable: Binding], globals: Set<Variable> = []
  ) {
    self.tables = tables
    self.bindings = bindings
    variables = globals.union(block.locals.indices.map(Variable.local))
    tracked = variables
    var count = -1
    while count != variables.count {
      count = variables.count
      exclude(block.statements, isUnderMask: false)
    }
  }

  private mutating func exclude(_ statements: [Statement], isUnderMask: Bool) {
    for statement in statements {
      switch statement {
      case .assign(let variable, let value):
        if isUnderMask || isVector(value) { variables.remove(variable) }
      case .assignElement(let variable, let index, let value):
        if isUnderMask || isVector(value) || isVector(index) { variables.remove(variable) }
      case .conditional(let condition, let then, let otherwise):
        let isUnderMask = isUnderMask || isVector(condition)
        exclude(then, isUnderMask: isUnderMask)
        exclude(otherwise, isUnderMask: isUnderMask)
      case .loop(let local, let first, let last, let step, let body):
        let differs = [first, last, step].contains { isVector($0) } || isVector(.local(local))
        if differs { variables.remove(.local(local)) }
        exclude(body, isUnderMask: isUnderMask || differs)
      case .whileLoop(let condition, let body):
        exclude(body, isUnderMask: isUnderMask || isVector(condition))
      case .lookUp(let table, _):
        if tables.indices.contains(table) { variables.subtract(tables[table].results) }
      case .lookUpValue(_, let result, _): variables.remove(result)
      case .solveLinear(let unknowns, _, _), .solveNonlinear(_, let unknowns, _):
        variables.subtract(unknowns)
      case .sendToItself, .sendEvent, .moveEvent, .watch: break
      }
    }
  }

  private func isVector(_ expression: Expression) -> Bool {
    switch expression {
    case .number: false
    case .variable(let variable): isVector(variable)
    case .element(let variable, let index): isVector(variable) || isVector(index)
    case .negative(let operand), .not(let operand): isVector(operand)
    case .binary(_, let left, let right): isVector(left) || isVector(right)
    case .call(_, let arguments): arguments.contains { isVector($0) }
    }
  }

  private func isVector(_ variable: Variable) -> Bool {
    if tracked.contains(variable) { return !variables.contains(variable) }
    return bindings[variable]?.isVector ?? true
  }
}

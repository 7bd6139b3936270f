import Mechanisms

/// What blocks read and set.
struct LiveVariables {
  /// Variables that are read before they were certainly set.
  private(set) var read: Set<Variable> = []
  private var set: Set<Variable> = []
  private let tables: [Table]

  /// - Parameter blocks: one after the other.
  init(_ blocks: [Block], tables: [Table]) {
    self.tables = tables
    for block in blocks {
      visit(block.statements)
      set = set.filter { if case .local = $0 { false } else { true } }
      read = read.filter { if case .local = $0 { false } else { true } }
    }
  }

  /// Every variable that statements may set.
  static func assigned(in statements: [Statement], tables: [Table]) -> Set<Variable> {
    var found: Set<Variable> = []
    for statement in statements {
      switch statement {
      case .assign(let variable, _), .assignElement(let variable, _, _): found.insert(variable)
      case .conditional(_, let then, let otherwise):
        found.formUnion(assigned(in: then + otherwise, tables: tables))
      case .loop(let local, _, _, _, let body):
        found.insert(.local(local))
        found.formUnion(assigned(in: body, tables: tables))
      case .whileLoop(_, let body): found.formUnion(assigned(in: body, tables: tables))
      case .lookUp(let table, _):
        if tables.indices.contains(table) { found.formUnion(tables[table].results) }
      case .lookUpValue(_, let result, _): found.insert(result)
      case .solveLinear(let unknowns, _, _), .solveNonlinear(let unknowns, _):
        found.formUnion(unknowns)
      case .sendToItself, .sendEvent, .moveEvent, .watch: break
      }
    }
    return found
  }

  /// Every variable of an expression.
  static func variables(of expression: Expression) -> Set<Variable> {
    switch expression {
    case .number: []
    case .variable(let variable): [variable]
    case .element(let variable, let index): variables(of: index).union([variable])
    case .negative(let operand), .not(let operand): variables(of: operand)
    case .binary(_, let left, let right): variables(of: left).union(variables(of: right))
    case .call(_, let arguments):
      arguments.reduce(into: []) { $0.formUnion(variables(of: $1)) }
    }
  }

  private mutating func use(_ expressions: Expression...) {
    for expression in expressions {
      read.formUnion(Self.variables(of: expression).subtracting(set))
    }
  }

  private mutating func visit(_ statements: [Statement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func visit(_ statement: Statement) {
    switch statement {
    case .assign(let variable, let value):
      use(value)
      set.insert(variable)
    case .assignElement(let variable, let index, let value):
      use(index, value)
      // The other elements are as they were.
      if !set.contains(variable) { read.insert(variable) }
    case .conditional(let condition, let then, let otherwise):
      use(condition)
      let before = set
      visit(then)
      let afterThen = set
      set = before
      visit(otherwise)
      set.formIntersection(afterThen)
      // What only one branch sets keeps its value in the other.
      let partly = Self.assigned(in: then + otherwise, tables: tables).subtracting(set)
      read.formUnion(partly.subtracting(before))
    case .loop(let local, let first, let last, let step, let body):
      use(first, last, step)
      nested(body, setting: .local(local))
    case .whileLoop(let condition, let body):
      use(condition)
      nested(body)
    case .lookUp(let table, let argument):
      use(argument)
      guard tables.indices.contains(table) else { return }
      set.formUnion(tables[table].results)
    case .lookUpValue(_, let result, let argument):
      use(argument)
      set.insert(result)
    case .solveLinear(let unknowns, let matrix, let right):
      for expression in matrix.joined() { use(expression) }
      for expression in right { use(expression) }
      set.formUnion(unknowns)
    case .solveNonlinear(let unknowns, let residuals):
      for unknown in unknowns { use(.variable(unknown)) }
      for residual in residuals { use(residual) }
      set.formUnion(unknowns)
    case .sendToItself(let delay, let flag): use(delay, flag)
    case .sendEvent(let time), .moveEvent(let time): use(time)
    case .watch(let left, _, let right, let flag): use(left, right, flag)
    }
  }

  private mutating func nested(_ body: [Statement], setting counter: Variable? = nil) {
    let before = set
    if let counter { set.insert(counter) }
    visit(body)
    let partly = Self.assigned(in: body, tables: tables)
    read.formUnion(partly.subtracting(before))
    set = before
  }
}

import Mechanisms

/// What blocks read and set.
struct LiveVariables {
  /// Variables that are read before they were certainly set.
  private(set) var read: Set<Variable> = []
  private var set: Set<Variable> = []
  /// By array: which elements were certainly set.
  private var elements: [Variable: Set<Int>] = [:]
  /// Elements that were set at an index that is computed, until what it is computed from changes.
  private var indexed: Set<Expression> = []
  private let tables: [Table]

  /// What is set whatever happens, arrays only where each element is.
  var certainlySet: Set<Variable> { return self.set }

  /// - Parameter blocks: one after the other.
  init(_ blocks: [Block], tables: [Table]) {
    self.tables = tables
    for block in blocks {
      visit(block.statements)
      set = set.filter { if case .local = $0 { false } else { true } }
      elements = elements.filter { if case .local = $0.key { false } else { true } }
      indexed = []
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
    for expression in expressions { use(expression) }
  }

  private mutating func use(_ expression: Expression) {
    switch expression {
    case .number: break
    case .variable(let variable): if !set.contains(variable) { read.insert(variable) }
    case .element(let variable, let index):
      use(index)
      let isSet =
        set.contains(variable) || indexed.contains(expression)
        || Self.whole(index).map { elements[variable]?.contains($0) ?? false } ?? false
      if !isSet { read.insert(variable) }
    case .negative(let operand), .not(let operand): use(operand)
    case .binary(_, let left, let right):
      use(left)
      use(right)
    case .call(_, let arguments): for argument in arguments { use(argument) }
    }
  }

  private static func whole(_ expression: Expression) -> Int? {
    guard case .number(let value) = expression else { return nil }
    return Int(exactly: value)
  }

  /// What was set at an index that this changes is no longer known.
  private mutating func change(_ variable: Variable) {
    indexed = indexed.filter {
      guard case .element(_, let index) = $0 else { return false }
      return !Self.variables(of: index).contains(variable)
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
      change(variable)
    case .assignElement(let variable, let index, let value):
      use(index, value)
      if let index = Self.whole(index) {
        elements[variable, default: []].insert(index)
      } else {
        indexed.insert(.element(variable, index))
      }
    case .conditional(let condition, let then, let otherwise):
      use(condition)
      let before = (set, elements, indexed)
      visit(then)
      let afterThen = (set, elements, indexed)
      (set, elements, indexed) = before
      visit(otherwise)
      set.formIntersection(afterThen.0)
      elements = elements.merging(afterThen.1) { $0.intersection($1) }.filter {
        elements[$0.key] != nil && afterThen.1[$0.key] != nil
      }
      indexed.formIntersection(afterThen.2)
      // What only one branch sets keeps its value in the other.
      let partly = Self.scalars(in: then + otherwise, tables: tables).subtracting(set)
      read.formUnion(partly.subtracting(before.0))
    case .loop(let local, let first, let last, let step, let body):
      use(first, last, step)
      nested(body, setting: .local(local))
      if let first = Self.whole(first), let last = Self.whole(last), Self.whole(step) == 1,
        first <= last
      {
        for case .assignElement(let variable, index: .variable(.local(local)), _) in body {
          elements[variable, default: []].formUnion(first...last)
        }
      }
    case .whileLoop(let condition, let body):
      use(condition)
      nested(body)
    case .lookUp(let table, let argument):
      use(argument)
      guard tables.indices.contains(table) else { return }
      set.formUnion(tables[table].results)
      for result in tables[table].results { change(result) }
    case .lookUpValue(_, let result, let argument):
      use(argument)
      set.insert(result)
      change(result)
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
    let before = (set, elements, indexed)
    if let counter {
      set.insert(counter)
      change(counter)
    }
    visit(body)
    let partly = Self.scalars(in: body, tables: tables)
    read.formUnion(partly.subtracting(before.0))
    (set, elements, indexed) = before
    for variable in Self.assigned(in: body, tables: tables) { change(variable) }
  }

  /// What statements may set as a whole: of elements of arrays it matters only which are read.
  private static func scalars(in statements: [Statement], tables: [Table]) -> Set<Variable> {
    var found: Set<Variable> = []
    for statement in statements {
      statement.visit {
        if case .assignElement = $0 { return }
        found.formUnion($0.assignedItself(tables))
      }
    }
    return found
  }
}

/// What some statements read and assign.
package struct Effects: Sendable, Equatable {
  /// What may be read before it was certainly assigned; an array as one variable, where that is so of an element.
  package var liveIn: Set<Variable> = []
  /// What is assigned whatever happens; of arrays nothing.
  package var certainlyAssigned: Set<Variable> = []
  package var mayAssign: Set<Variable> = []
  /// By array: elements that were assigned whatever happened.
  private var elements: [Variable: Set<Int>] = [:]
  /// Elements that were assigned at an index that is computed, until what it is computed from changes.
  private var indexed: Set<Expression> = []

  mutating func read(_ expression: Expression) {
    switch expression {
    case .number: break
    case .variable(let variable):
      if !certainlyAssigned.contains(variable) { liveIn.insert(variable) }
    case .element(let variable, let index):
      read(index)
      let isAssigned =
        certainlyAssigned.contains(variable) || indexed.contains(expression)
        || (index.whole.map { elements[variable]?.contains($0) ?? false } ?? false)
      if !isAssigned { liveIn.insert(variable) }
    case .negative(let operand), .not(let operand): read(operand)
    case .binary(_, let left, let right):
      read(left)
      read(right)
    case .call(_, let arguments): for argument in arguments { read(argument) }
    }
  }

  mutating func assign(_ variable: Variable) {
    certainlyAssigned.insert(variable)
    mayAssign.insert(variable)
    change(variable)
  }

  /// What was assigned at an index that this changes is no longer known.
  private mutating func change(_ variable: Variable) {
    indexed = indexed.filter {
      guard case .element(_, let index) = $0 else { return false }
      return !index.reads(variable)
    }
  }

  mutating func follow(_ statements: [Statement], _ tables: [Table]) {
    for statement in statements { follow(statement, tables) }
  }

  mutating func follow(_ statement: Statement, _ tables: [Table]) {
    for expression in statement.expressions { read(expression) }
    switch statement {
    case .assignElement(let variable, let index, _):
      mayAssign.insert(variable)
      if let index = index.whole {
        elements[variable, default: []].insert(index)
      } else {
        indexed.insert(.element(variable, index))
      }
    case .conditional(_, let then, let otherwise):
      var first = self
      var second = self
      first.follow(then, tables)
      second.follow(otherwise, tables)
      liveIn = first.liveIn.union(second.liveIn)
      certainlyAssigned = first.certainlyAssigned.intersection(second.certainlyAssigned)
      mayAssign = first.mayAssign.union(second.mayAssign)
      elements = first.elements.reduce(into: [:]) {
        $0[$1.key] = $1.value.intersection(second.elements[$1.key] ?? [])
      }
      indexed = first.indexed.intersection(second.indexed)
    case .loop(let local, let first, let last, let step, let statements):
      assign(.local(local))
      followPerhaps(statements, tables)
      guard let first = first.whole, let last = last.whole, step.whole == 1, first <= last else {
        break
      }
      for case .assignElement(let variable, index: .variable(.local(local)), _) in statements {
        elements[variable, default: []].formUnion(first...last)
      }
    case .whileLoop(_, let statements): followPerhaps(statements, tables)
    case .lookUp(let table, _), .lookUpValue(let table, _, _):
      if tables.indices.contains(table) { readTable(tables[table], tables) }
      for variable in statement.assignedItself(tables) { assign(variable) }
    case .solveNonlinear(_, let unknowns, _):
      // It begins with what the unknowns are.
      for variable in unknowns { read(.variable(variable)) }
      for variable in unknowns { assign(variable) }
    default: for variable in statement.assignedItself(tables) { assign(variable) }
    }
  }

  /// Statements that may not happen at all.
  private mutating func followPerhaps(_ statements: [Statement], _ tables: [Table]) {
    var inside = self
    inside.follow(statements, tables)
    liveIn = inside.liveIn
    mayAssign = inside.mayAssign
    for variable in inside.mayAssign { change(variable) }
  }

  private mutating func readTable(_ table: Table, _ tables: [Table]) {
    read(.variable(.global(table.switchGlobal)))
    for variable in table.dependencies { read(.variable(variable)) }
    read(table.lowest)
    read(table.highest)
    // A table's body looks up other tables at most to a finite depth: routines do not call themselves.
    var body = Effects()
    body.follow(table.body.statements, tables)
    for variable in body.liveIn {
      if case .local = variable { continue }
      read(.variable(variable))
    }
  }
}

extension Expression {
  /// Its value where it is a whole number.
  fileprivate var whole: Int? {
    guard case .number(let value) = self else { return nil }
    return Int(exactly: value)
  }
}

extension Block {
  /// What it reads and assigns, its own locals left out; `tables` are the mechanism's.
  package func effects(_ tables: [Table]) -> Effects {
    var effects = allEffects(tables)
    func isOutside(_ variable: Variable) -> Bool {
      if case .local = variable { return false }
      return true
    }
    effects.liveIn = effects.liveIn.filter(isOutside)
    effects.certainlyAssigned = effects.certainlyAssigned.filter(isOutside)
    effects.mayAssign = effects.mayAssign.filter(isOutside)
    return effects
  }

  package func allEffects(_ tables: [Table]) -> Effects {
    var effects = Effects()
    effects.follow(statements, tables)
    return effects
  }
}

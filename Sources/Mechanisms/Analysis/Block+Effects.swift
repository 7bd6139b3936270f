/// What some statements read and assign.
package struct Effects: Sendable, Equatable {
  /// What may be read before it was certainly assigned; an array counts as one variable.
  package var liveIn: Set<Variable> = []
  /// What is assigned whatever happens; of arrays nothing.
  package var certainlyAssigned: Set<Variable> = []
  package var mayAssign: Set<Variable> = []

  mutating func read(_ expression: Expression) {
    liveIn.formUnion(expression.variables.subtracting(certainlyAssigned))
  }

  mutating func assign(_ variable: Variable) {
    certainlyAssigned.insert(variable)
    mayAssign.insert(variable)
  }

  mutating func follow(_ statements: [Statement], _ tables: [Table]) {
    for statement in statements { follow(statement, tables) }
  }

  mutating func follow(_ statement: Statement, _ tables: [Table]) {
    for expression in statement.expressions { read(expression) }
    switch statement {
    case .assignElement(let variable, _, _): mayAssign.insert(variable)
    case .conditional(_, let then, let otherwise):
      var first = self
      var second = self
      first.follow(then, tables)
      second.follow(otherwise, tables)
      liveIn = first.liveIn.union(second.liveIn)
      certainlyAssigned = first.certainlyAssigned.intersection(second.certainlyAssigned)
      mayAssign = first.mayAssign.union(second.mayAssign)
    case .loop(let local, _, _, _, let statements):
      assign(.local(local))
      followPerhaps(statements, tables)
    case .whileLoop(_, let statements): followPerhaps(statements, tables)
    case .lookUp(let table, _), .lookUpValue(let table, _, _):
      if tables.indices.contains(table) { readTable(tables[table], tables) }
      for variable in statement.assignedItself(tables) { assign(variable) }
    case .solveNonlinear(let unknowns, _):
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

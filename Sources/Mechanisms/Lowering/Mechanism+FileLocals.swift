extension Mechanism {
  /// LOCAL variables outside of blocks that hold nothing from one block to the next become local to the
  /// blocks; the others stay globals that hoc cannot see.
  mutating func localizeHiddenGlobals() {
    var remaining: [GlobalVariable] = []
    var places: [Variable: Variable] = [:]
    for index in globals.indices {
      let global = Variable.global(index)
      if globals[index].isHidden && !isKept(global) {
        let name = globals[index].name
        forEachBlock { $0.makeLocal(global, name) }
      } else {
        places[global] = .global(remaining.count)
        remaining.append(globals[index])
      }
    }
    globals = remaining
    func new(_ variable: Variable) -> Variable { places[variable] ?? variable }
    forEachBlock { block in block.statements = block.statements.map { $0.renaming(new) } }
    tables = tables.map { table in
      var table = table
      table.results = table.results.map(new)
      table.dependencies = table.dependencies.map(new)
      table.lowest = table.lowest.renaming(new)
      table.highest = table.highest.renaming(new)
      if case .global(let index) = new(.global(table.switchGlobal)) { table.switchGlobal = index }
      return table
    }
  }

  /// Whether a block may read what another one, or an earlier run of it, has left in the global.
  private func isKept(_ global: Variable) -> Bool {
    if case .global(let index) = global, globals[index].count > 1 { return true }
    return tables.contains { table in
      table.results.contains(global) || table.dependencies.contains(global)
        || table.lowest.reads(global) || table.highest.reads(global)
    } || blocks.contains { $0.effects(tables).liveIn.contains(global) }
  }

  /// Changes all blocks, the bodies of tables among them.
  mutating func forEachBlock(_ change: (inout Block) -> Void) {
    change(&initial)
    change(&currents)
    change(&advance)
    change(&beforeBreakpoint)
    change(&afterSolve)
    change(&beforeStep)
    for index in tables.indices { change(&tables[index].body) }
    guard var receiver else { return }
    change(&receiver.block)
    if var block = receiver.initial {
      change(&block)
      receiver.initial = block
    }
    self.receiver = receiver
  }
}

extension Block {
  /// Replaces a variable by a local of its own, where it occurs.
  fileprivate mutating func makeLocal(_ variable: Variable, _ name: String) {
    var occurs = false
    for statement in statements {
      statement.visit { part in
        if part.assignedItself([]).contains(variable) { occurs = true }
        for expression in part.expressions where expression.reads(variable) { occurs = true }
      }
    }
    guard occurs else { return }
    locals.append(name)
    localCounts.append(1)
    let local = Variable.local(locals.count - 1)
    statements = statements.map { $0.renaming { $0 == variable ? local : $0 } }
  }
}

extension Mechanism {
  /// LOCAL variables outside of blocks that hold nothing from one block to the next become local to the
  /// blocks; the others stay globals that hoc cannot see.
  mutating func localize(_ candidates: Set<Int>) {
    for index in candidates.sorted() {
      let global = Variable.global(index)
      let isPinned =
        globals[index].count > 1
        || tables.contains { table in
          table.results.contains(global) || table.dependencies.contains(global)
            || table.body.allEffects(tables).mayAssign.contains(global)
            || table.body.allEffects(tables).liveIn.contains(global)
            || table.lowest.reads(global) || table.highest.reads(global)
        }
        || blocks.contains { $0.effects(tables).liveIn.contains(global) }
      guard !isPinned else { continue }
      let name = globals[index].name
      initial.makeLocal(global, name)
      currents.makeLocal(global, name)
      advance.makeLocal(global, name)
      beforeBreakpoint.makeLocal(global, name)
      afterSolve.makeLocal(global, name)
      beforeStep.makeLocal(global, name)
      receiver?.block.makeLocal(global, name)
      receiver?.initial?.makeLocal(global, name)
    }
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

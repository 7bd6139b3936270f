import Mechanisms

extension Mechanism {
  /// All blocks that run, without the bodies of tables, which `blocks` has too.
  var blocksThatRun: [Block] { [initial] + blocksAfterInitial }

  var blocksAfterInitial: [Block] {
    blocksOfSteps + [receiver?.block, receiver?.initial].compactMap { $0 }
  }

  /// Those that are done in each step.
  var blocksOfSteps: [Block] { [advance, afterSolve, beforeStep, beforeBreakpoint, currents] }

  /// Its tables as those see them who look something up: what they were made from is no matter then.
  var tablesMade: [Table] {
    tables.map { table in
      var copy = table
      copy.body = Block()
      copy.dependencies = []
      copy.lowest = .number(0)
      copy.highest = .number(0)
      return copy
    }
  }

  /// How many numbers a variable is.
  func count(of variable: Variable) -> Int {
    switch variable {
    case .instance(let index): variables[index].count
    case .global(let index): globals[index].count
    default: 1
    }
  }

  /// The same with what some tables interpolate computed instead.
  func computing(_ isComputed: (Table) -> Bool) -> Mechanism {
    let computed = tables.map(isComputed)
    guard computed.contains(true) else { return self }
    let change = { (block: Block) in
      var inlining = TableInlining(tables: tables, isComputed: computed, block: block)
      return inlining.inlined()
    }
    var copy = self
    copy.initial = change(initial)
    copy.advance = change(advance)
    copy.currents = change(currents)
    copy.beforeBreakpoint = change(beforeBreakpoint)
    copy.afterSolve = change(afterSolve)
    copy.beforeStep = change(beforeStep)
    copy.receiver?.block = change(receiver?.block ?? Block())
    copy.receiver?.initial = receiver?.initial.map(change)
    for index in tables.indices { copy.tables[index].body = change(tables[index].body) }
    return copy
  }

  /// Tables that a block looks something up in, or another such table does.
  var usedTables: Set<Int> {
    var used: Set<Int> = []
    var unvisited = blocksThatRun
    while let block = unvisited.popLast() {
      for statement in block.statements {
        statement.visit {
          switch $0 {
          case .lookUp(let table, _), .lookUpValue(let table, _, _):
            guard tables.indices.contains(table), used.insert(table).inserted else { return }
            unvisited.append(tables[table].body)
          default: break
          }
        }
      }
    }
    return used
  }
}

/// Writes out the bodies of tables where a block looks something up in them.
private struct TableInlining {
  let tables: [Table]
  let isComputed: [Bool]
  var block: Block

  mutating func inlined() -> Block {
    block.statements = rewritten(block.statements)
    return block
  }

  private mutating func rewritten(_ statements: [Statement]) -> [Statement] {
    var result: [Statement] = []
    for statement in statements { result += rewritten(statement) }
    return result
  }

  private mutating func rewritten(_ statement: Statement) -> [Statement] {
    switch statement {
    case .conditional(let condition, let then, let otherwise):
      return [
        .conditional(
          condition, then: rewritten(then), otherwise: rewritten(otherwise))
      ]
    case .loop(let local, let first, let last, let step, let body):
      return [
        .loop(local: local, first: first, last: last, step: step, rewritten(body))
      ]
    case .whileLoop(let condition, let body):
      return [.whileLoop(condition, rewritten(body))]
    case .lookUp(let table, let argument) where isComputed(table):
      return body(of: tables[table], argument).statements
    case .lookUpValue(let table, let result, let argument) where isComputed(table):
      let (statements, rename) = body(of: tables[table], argument)
      guard let value = tables[table].results.first else { return statements }
      return statements + [.assign(result, .variable(rename(value)))]
    default: return [statement]
    }
  }

  private func isComputed(_ table: Int) -> Bool {
    isComputed.indices.contains(table) && isComputed[table]
  }

  /// A table's body with locals that are this block's.
  private mutating func body(
    of table: Table, _ argument: Expression
  ) -> (statements: [Statement], rename: (Variable) -> Variable) {
    let first = block.locals.count
    block.locals += table.body.locals
    block.localCounts += table.body.localCounts
    let rename = { (variable: Variable) in
      if case .local(let index) = variable { Variable.local(first + index) } else { variable }
    }
    let own = table.body.statements.map { Self.renamed($0, by: first, rename) }
    let statements = rewritten(own)
    return ([.assign(.local(first), argument)] + statements, rename)
  }

  private static func renamed(
    _ statement: Statement, by shift: Int, _ rename: (Variable) -> Variable
  ) -> Statement {
    switch statement {
    case .loop(let local, let first, let last, let step, let body):
      .loop(
        local: local + shift, first: first.renaming(rename), last: last.renaming(rename),
        step: step.renaming(rename), body.map { renamed($0, by: shift, rename) })
    case .conditional(let condition, let then, let otherwise):
      .conditional(
        condition.renaming(rename), then: then.map { renamed($0, by: shift, rename) },
        otherwise: otherwise.map { renamed($0, by: shift, rename) })
    case .whileLoop(let condition, let body):
      .whileLoop(condition.renaming(rename), body.map { renamed($0, by: shift, rename) })
    default: statement.renaming(rename)
    }
  }
}

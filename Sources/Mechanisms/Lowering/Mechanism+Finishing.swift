extension Mechanism {
  /// All blocks that run in a simulation.
  package var blocks: [Block] {
    var blocks = [initial, currents, advance, beforeBreakpoint, afterSolve, beforeStep]
    if let receiver {
      blocks.append(receiver.block)
      if let initial = receiver.initial { blocks.append(initial) }
    }
    return blocks + tables.map(\.body)
  }

  /// NEURON sets each STATE x to the parameter x0 before INITIAL. What INITIAL sets anyhow before it reads it
  /// is left out.
  mutating func startStates(_ state: LoweringState) throws(MechanismError) {
    let effects = initial.effects(tables)
    var starts: [Statement] = []
    for (index, start, isUncertain) in state.symbols.ownStates {
      let variable = Variable.instance(index)
      guard effects.liveIn.contains(variable) || !effects.certainlyAssigned.contains(variable)
      else {
        continue
      }
      guard !isUncertain else {
        throw .unsupported(
          mechanism: name, block: "STATE",
          construct: "START or a tolerance of \(variables[index].name)")
      }
      let value: Expression
      switch state.symbols[variables[index].name + "0"] {
      case .variable(let parameter)?: value = .variable(parameter)
      case .number(let constant)?: value = .number(constant)
      default: value = .number(start)
      }
      if variables[index].count == 1 {
        starts.append(.assign(variable, value))
      } else {
        initial.locals.append("i")
        initial.localCounts.append(1)
        let local = initial.locals.count - 1
        starts.append(
          .loop(
            local: local, first: .number(0), last: .number(Double(variables[index].count - 1)),
            step: .number(1),
            [.assignElement(variable, index: .variable(.local(local)), value)]))
      }
    }
    initial.statements = starts + initial.statements
  }

  mutating func pruneBlocks() {
    let results = Set(tables.flatMap(\.results))
    forEachBlock { $0 = $0.pruned(keeping: results) }
  }

  /// What a POINTER points to is another's: nothing here sets it.
  func checkPointers() throws(MechanismError) {
    for block in blocks {
      let assigned = block.effects(tables).mayAssign
      for index in variables.indices
      where variables[index].role == .pointer && assigned.contains(.instance(index)) {
        throw .unsupported(
          mechanism: name, block: "NEURON",
          construct: "POINTER \(variables[index].name), which is assigned to,")
      }
    }
  }

  mutating func markAssignedGlobals() {
    for block in blocks {
      for variable in block.effects(tables).mayAssign {
        if case .global(let index) = variable { globals[index].isAssigned = true }
      }
    }
    for table in tables {
      for result in table.results {
        if case .global(let index) = result { globals[index].isAssigned = true }
      }
    }
  }
}

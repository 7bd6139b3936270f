import Mechanisms

extension Mechanism {
  /// The names of ions whose currents INITIAL reads as they were before the run.
  package var ionsReadFirst: [String] {
    let first = initial.effects(tablesMade).liveIn
    return variables.indices.compactMap { index in
      guard case .ion(let ion, .current) = variables[index].role, first.contains(.instance(index))
      else { return nil }
      return ions[ion].name
    }
  }

  /// The names of POINTERs that blocks read, as hoc has them.
  package var namesOfPointers: [String] {
    usedPointers.map { InstancePlan.name(of: variables[$0].name, of: self) }
  }

  /// The names of scalar variables whose values from before a run matter, although they are no parameters, as
  /// hoc has them: what hoc set, or an earlier run left, is read before a block sets it.
  package var namesReadFirst: [String] {
    let first = initial.effects(tablesMade)
    // Whatever INITIAL may leave alone, other blocks may find as it was.
    let later = blocksThatRun.reduce(into: first.liveIn) {
      $0.formUnion($1.effects(tablesMade).liveIn.subtracting(first.certainlyAssigned))
    }
    return variables.enumerated().compactMap { index, variable in
      guard variable.isRange, variable.count == 1, later.contains(.instance(index)) else {
        return nil
      }
      switch variable.role {
      case .assigned, .current: return InstancePlan.name(of: variable.name, of: self)
      case .parameter, .state, .ion, .stream, .generator, .pointer, .pointing: return nil
      }
    }
  }
}

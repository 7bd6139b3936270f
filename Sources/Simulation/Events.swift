import Mechanisms

/// A WATCH statement's condition: `left` above `right`, or below.
struct Watch {
  let left: Expression
  let isUpwards: Bool
  let right: Expression
}

extension Block {
  /// Whether it sends events to its own instance.
  var sendsEvents: Bool { contains { if case .sendToItself = $0 { true } else { false } } }

  var sendsToOthers: Bool { contains { if case .sendEvent = $0 { true } else { false } } }

  var movesEvents: Bool { contains { if case .moveEvent = $0 { true } else { false } } }

  /// In the order in which they are written.
  var watches: [Watch] {
    var found: [Watch] = []
    for statement in statements {
      statement.visit {
        if case .watch(let left, let isUpwards, let right, _) = $0 {
          found.append(Watch(left: left, isUpwards: isUpwards, right: right))
        }
      }
    }
    return found
  }
}

extension Mechanism {
  /// Whether NET_RECEIVE, and nothing else, calls net_event.
  var sendsToOthers: Bool {
    guard let receiver, receiver.block.sendsToOthers else { return false }
    return !([initial, receiver.initial].compactMap { $0 } + blocksOfSteps).contains(
      where: \.sendsToOthers)
  }

  /// Whether something may be as it was before the block of currents, and may not: what that reads of itself, or
  /// does not always set.
  var mayLeaveInCurrents: Bool {
    [beforeBreakpoint, currents].contains {
      let effects = $0.effects(tables)
      return !effects.mayAssign.isSubset(of: effects.certainlyAssigned)
        || !effects.mayAssign.isDisjoint(with: effects.liveIn)
    }
  }

  /// Variables that blocks set, but not every step: what they are then is what they were.
  var namesLeftBySteps: [String] {
    let steps = [advance, currents, beforeBreakpoint, afterSolve, beforeStep].map {
      $0.effects(tables)
    }
    var left = steps.reduce(into: Set<Variable>()) { $0.formUnion($1.mayAssign) }
    if let receiver { left.formUnion(receiver.block.effects(tables).mayAssign) }
    for step in steps { left.subtract(step.certainlyAssigned) }
    return left.compactMap {
      guard case .instance(let index) = $0 else { return nil }
      return InstancePlan.name(of: variables[index].name, of: self)
    }
  }

  /// Whether nothing is done before or after steps.
  var isAloneInSteps: Bool { beforeBreakpoint.isEmpty && afterSolve.isEmpty && beforeStep.isEmpty }
}

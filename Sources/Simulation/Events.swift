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

  /// Whether what computes currents reads what it left the last time.
  var remembersInCurrents: Bool {
    [beforeBreakpoint, currents].contains {
      let effects = $0.effects(tables)
      return !effects.liveIn.isDisjoint(with: effects.mayAssign)
    }
  }

  /// Whether nothing is done before or after steps.
  var isAloneInSteps: Bool { beforeBreakpoint.isEmpty && afterSolve.isEmpty && beforeStep.isEmpty }
}

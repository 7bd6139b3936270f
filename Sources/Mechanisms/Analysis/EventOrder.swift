/// Of which events at the same time the order can matter to a NET_RECEIVE.
package enum EventOrder: Sendable, Equatable {
  /// Of none: whichever comes first, the same is left, but for rounding.
  case indifferent
  /// Of one that a NetCon delivers and one that was sent to itself on behalf of the same NetCon.
  case withinConnections
  /// Of those of different NetCons too.
  case significant
}

extension Mechanism {
  /// Whether it is certain that the order of events at the same time does not matter to one instance, or to all
  /// where they share a GLOBAL.
  ///
  /// It does not where each variable that events have in common is only added to, or only multiplied, or only set
  /// to what is the same for all of them, and nothing else is read of it: `g = g + weight` for example. What is
  /// read by nobody before it is set anew does not count.
  ///
  /// - Parameter isKept: whether what a block leaves in a variable may be seen later.
  package func eventOrder(isKept: (Variable) -> Bool) -> EventOrder {
    guard let receiver else { return .indifferent }
    let sends = blocksWithEvents.contains {
      $0.contains { if case .sendToItself = $0 { true } else { false } }
    }
    var apart = EventFlow(receiver.block, tables, weightsAreShared: false, isKept)
    if apart.orderMatters { return .significant }
    guard sends else { return .indifferent }
    var together = EventFlow(receiver.block, tables, weightsAreShared: true, isKept)
    return together.orderMatters ? .withinConnections : .indifferent
  }

  private var blocksWithEvents: [Block] { [initial] + [receiver?.block].compactMap { $0 } }
}

extension Block {
  /// Whether a statement of it, or one within such, is as wanted.
  package func contains(_ isWanted: (Statement) -> Bool) -> Bool {
    var found = false
    for statement in statements { statement.visit { found = found || isWanted($0) } }
    return found
  }
}

/// What of a NET_RECEIVE depends on what another event at the same time may have changed.
private struct EventFlow {
  /// What a number is to two events at the same time.
  enum Share: Int, Comparable {
    /// The same number, whichever of them comes first.
    case common
    /// One that each has for itself, whichever comes first.
    case own
    /// One that the other may have changed.
    case changed

    static func < (a: Share, b: Share) -> Bool { a.rawValue < b.rawValue }
  }

  /// What is done to a variable that events have in common; two events that do the same may change places.
  enum Change: Equatable {
    case adds, scales
    case sets(Expression)
  }

  let block: Block
  let tables: [Table]
  /// What both events may change and the other one, or somebody later, may see.
  let shared: Set<Variable>
  /// Of locals and of what nobody sees later: whatever is assigned to them anywhere.
  private var shares: [Variable: Share] = [:]
  private var changes: [Variable: Change] = [:]
  private var isWrong = false
  private var hasGrown = false

  init(
    _ block: Block, _ tables: [Table], weightsAreShared: Bool, _ isKept: (Variable) -> Bool
  ) {
    self.block = block
    self.tables = tables
    let effects = block.effects(tables)
    shared = effects.mayAssign.filter { variable in
      switch variable {
      case .weight: weightsAreShared
      case .local: false
      default: effects.liveIn.contains(variable) || isKept(variable)
      }
    }
  }

  /// Goes over the block until no share grows any more: loops may bring what is below to what is above.
  var orderMatters: Bool {
    mutating get {
      repeat {
        hasGrown = false
        changes = [:]
        isWrong = false
        follow(block.statements, under: .common)
      } while hasGrown && !isWrong
      return isWrong
    }
  }

  private func share(of variable: Variable) -> Share {
    if shared.contains(variable) { return .changed }
    switch variable {
    case .weight, .flag: return max(.own, shares[variable] ?? .common)
    default: return shares[variable] ?? .common
    }
  }

  private func share(of expression: Expression) -> Share {
    expression.variables.map { share(of: $0) }.max() ?? .common
  }

  private func share(ofAll expressions: [Expression], under guardShare: Share) -> Share {
    expressions.reduce(guardShare) { max($0, share(of: $1)) }
  }

  private mutating func grow(_ variable: Variable, to share: Share) {
    if share > shares[variable] ?? .common {
      shares[variable] = share
      hasGrown = true
    }
  }

  private mutating func follow(_ statements: [Statement], under guardShare: Share) {
    for statement in statements { follow(statement, under: guardShare) }
  }

  private mutating func follow(_ statement: Statement, under guardShare: Share) {
    switch statement {
    case .assign(let variable, let value): assign(variable, value, under: guardShare)
    case .conditional(let condition, let then, let otherwise):
      let inside = max(guardShare, share(of: condition))
      follow(then, under: inside)
      follow(otherwise, under: inside)
    case .loop(let local, let first, let last, let step, let statements):
      let inside = share(ofAll: [first, last, step], under: guardShare)
      grow(.local(local), to: inside)
      follow(statements, under: inside)
    case .whileLoop(let condition, let statements):
      follow(statements, under: max(guardShare, share(of: condition)))
    case .sendToItself, .sendEvent:
      if share(ofAll: statement.expressions, under: guardShare) == .changed { isWrong = true }
    case .moveEvent, .watch: isWrong = true
    case .assignElement, .lookUp, .lookUpValue, .solveLinear, .solveNonlinear:
      var found = share(ofAll: statement.expressions, under: guardShare)
      switch statement {
      case .lookUp(let table, _), .lookUpValue(let table, _, _):
        found = max(found, share(ofTable: table))
      default: break
      }
      for variable in statement.assignedItself(tables) {
        if shared.contains(variable) { isWrong = true } else { leave(found, in: variable) }
      }
    }
  }

  private func share(ofTable table: Int) -> Share {
    guard tables.indices.contains(table) else { return .changed }
    var effects = Effects()
    effects.follow(.lookUp(table: table, argument: .number(0)), tables)
    return effects.liveIn.map { share(of: $0) }.max() ?? .common
  }

  /// Assigns what events do not have in common.
  private mutating func leave(_ share: Share, in variable: Variable) {
    // The next event of the same NetCon finds it.
    if case .weight = variable, share == .changed { isWrong = true }
    grow(variable, to: share)
  }

  private mutating func assign(
    _ variable: Variable, _ value: Expression, under guardShare: Share
  ) {
    guard shared.contains(variable) else {
      leave(max(guardShare, share(of: value)), in: variable)
      return
    }
    guard guardShare < .changed, let change = change(of: variable, value) else {
      isWrong = true
      return
    }
    if let other = changes[variable], other != change { isWrong = true }
    changes[variable] = change
  }

  private func change(of variable: Variable, _ value: Expression) -> Change? {
    if !value.reads(variable) {
      // Locals may be another number elsewhere.
      let hasOthers = value.variables.contains {
        switch $0 {
        case .local: true
        // What all instances share one of them sets to what the others need not have.
        case .instance: if case .global = variable { true } else { false }
        default: false
        }
      }
      return share(of: value) == .common && !hasOthers ? .sets(value.simplified) : nil
    }
    guard let form = value.linear(in: variable), share(of: form.constant) < .changed,
      share(of: form.slope) < .changed
    else { return nil }
    if form.slope == .number(1) { return .adds }
    return form.constant == .number(0) ? .scales : nil
  }
}

extension Mechanism {
  /// Whether events that NetCons deliver change nothing: NET_RECEIVE takes notice of other flags than 0 alone.
  package var ignoresDeliveries: Bool {
    guard let receiver else { return true }
    return Self.areIdle(receiver.block.statements)
  }

  /// Whether statements do nothing where the flag is 0.
  private static func areIdle(_ statements: [Statement]) -> Bool {
    statements.allSatisfy { statement in
      switch statement {
      case .conditional(let condition, let then, let otherwise):
        let decided = condition.replacing { $0 == .variable(.flag) ? .number(0) : nil }.simplified
        guard case .number(let value) = decided else { return areIdle(then) && areIdle(otherwise) }
        return areIdle(value != 0 ? then : otherwise)
      case .loop(_, _, _, _, let body): return areIdle(body)
      // What is local is read by other statements alone.
      case .assign(.local, _): return true
      default: return false
      }
    }
  }
}

import Mechanisms

extension Mechanism {
  /// The POINTERs that a block reads.
  var usedPointers: [Int] {
    let pointers = variables.indices.filter { variables[$0].role == .pointer }
    if pointers.isEmpty { return [] }
    let read = Effects(of: blocksThatRun, tables).liveIn
    return pointers.filter { read.contains(.instance($0)) }
  }

  /// Whether it writes a concentration or a reversal potential.
  var writesIonStates: Bool {
    ions.contains { $0.writes.contains { $0 != .current } }
  }
}

extension Mechanism.Ion {
  var writesConcentration: Bool { writes.contains(.inside) || writes.contains(.outside) }

  var usesConcentration: Bool {
    writesConcentration || reads.contains(.inside) || reads.contains(.outside)
  }
}

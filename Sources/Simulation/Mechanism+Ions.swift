import Mechanisms

extension Mechanism {
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

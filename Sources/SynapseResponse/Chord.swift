/// The conductance of a response that depends on the voltage, at the middle of the potentials: the
/// current over the distance to where it reverses, or, where that is near, its slope.
struct Chord {
  /// Currents at the middle, and at the potentials between which they reverse.
  let middle, below, above: StandCurrent
  /// Of the two potentials.
  let indices: (below: Int, above: Int)

  private var isNear: Bool {
    indices == (MeasuringProtocol.low, MeasuringProtocol.high)
  }

  private var potentials: (below: Double, middle: Double, above: Double) {
    (
      MeasuringProtocol.potentials[indices.below],
      MeasuringProtocol.potentials[MeasuringProtocol.middle],
      MeasuringProtocol.potentials[indices.above]
    )
  }

  /// In µS per unit of weight.
  func conductances(weight: Double) -> [Double] {
    let (low, middlePotential, high) = potentials
    if isNear {
      return zip(below.values, above.values).map { ($0 - $1) / (high - low) / weight }
    }
    let reversal = reversal ?? .nan
    return middle.values.map { $0 / (reversal - middlePotential) / weight }
  }

  /// Where the current reverses, in mV.
  var reversal: Double? {
    Comparison.reversal(of: (below, above), at: (potentials.below, potentials.above))
  }

  /// Whether the current reverses between the two potentials.
  var reverses: Bool { Comparison.charge(below.values) > 0 && Comparison.charge(above.values) <= 0 }

  /// Whether the current at the middle is that of a straight line through the other two.
  var isStraight: Bool {
    let (low, middlePotential, high) = potentials
    let share = (middlePotential - low) / (high - low)
    let line = zip(below.values, above.values).map { $0 + share * ($1 - $0) }
    return Comparison.areEqual(
      line, middle.values,
      within: Comparison.tolerance * max(below.largest, middle.largest, above.largest))
  }
}

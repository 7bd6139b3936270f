/// What the protocols say that ask less: nil where a point process is not like others of its class.
extension MeasuredResponse {
  init?(linear currents: [StandCurrent], weight: Double) {
    let (low, high, together) = (currents[0], currents[1], currents[2])
    let bound = Comparison.negligible * max(low.largest, high.largest, together.largest)
    let isTonic = currents.contains { $0.largestBaseline > bound }
    if currents.allSatisfy({ $0.largest <= Comparison.rounding * $0.largestBaseline }) {
      self.init(.none, isTonic ? .tonicCurrent : .nothingSeen, brief: .linear)
      return
    }
    let potentials = MeasuringProtocol.potentials
    let (lowest, highest) = (potentials[MeasuringProtocol.low], potentials[MeasuringProtocol.high])
    let share = (MeasuringProtocol.pairing - lowest) / (highest - lowest)
    let line = zip(low.values, high.values).map { $0 + share * ($1 - $0) }
    guard Self.isSum(together, of: line) else { return nil }
    let superposition: Superposition = isTonic ? .tonicCurrent : .holds
    let isCurrent = Comparison.areEqual(
      low.values, high.values, within: Comparison.tolerance * max(low.largest, high.largest))
    self.init(
      isCurrent ? .current : .linearConductance, superposition,
      conductances: isCurrent
        ? [] : zip(low.values, high.values).map { ($0 - $1) / (highest - lowest) / weight },
      brief: .linear)
  }

  init?(chord currents: [StandCurrent], of used: MeasuringProtocol, weight: Double) {
    let chord = Chord(
      middle: currents[0], below: currents[1], above: currents[2], indices: used.bracket)
    let largest = max(chord.below.largest, chord.above.largest)
    // Where there is hardly a current at the middle, it says nothing.
    guard chord.middle.largest > 1e-2 * largest, chord.reverses else { return nil }
    let addsUp = Self.isSum(currents[3], of: chord.middle.values)
    if addsUp && chord.isStraight { return nil }
    let isTonic = currents.contains { $0.largestBaseline > Comparison.negligible * largest }
    self.init(
      .nonlinearConductance, addsUp ? (isTonic ? .tonicCurrent : .holds) : .interaction,
      conductances: chord.conductances(weight: weight), brief: used)
  }

  init?(random currents: [StandCurrent]) {
    let largest = max(currents[0].largest, currents[1].largest)
    guard
      !Comparison.areEqual(
        currents[0].values, currents[1].values, within: Comparison.tolerance * largest)
    else { return nil }
    self.init(.stochastic, .randomness, brief: .random)
  }

  /// Whether the events of the brief protocols each make one response.
  private static func isSum(_ together: StandCurrent, of response: [Double]) -> Bool {
    let sum = Comparison.sum(
      of: response, [MeasuringProtocol.briefFirst, MeasuringProtocol.briefSecond])
    return Comparison.agree(
      sum, together.values, tolerance: Comparison.tolerance,
      rounding: Comparison.rounding * max(together.largest, together.largestBaseline))
  }
}

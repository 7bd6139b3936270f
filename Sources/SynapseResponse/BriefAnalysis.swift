/// What the protocols say that ask less: nil where a point process is not like others of its class.
extension MeasuredResponse {
  /// Of the largest current: one that is hardly there, since it reverses there, says nothing.
  private static let little = 1e-2

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
    guard together.largest > Self.little * max(low.largest, high.largest),
      Self.isSeen(together), Self.isSum(together, of: line, before: MeasuringProtocol.volley)
    else { return nil }
    // A limit that many events come near, and few do not.
    let hasNoLimit = Self.isSum(together, of: line)
    let superposition: Superposition =
      hasNoLimit ? (isTonic ? .tonicCurrent : .holds) : .interaction
    let isCurrent = Comparison.areEqual(
      low.values, high.values, within: Comparison.tolerance * max(low.largest, high.largest))
    self.init(
      isCurrent ? .current : .linearConductance, superposition,
      conductances: isCurrent
        ? [] : zip(low.values, high.values).map { ($0 - $1) / (highest - lowest) / weight },
      reversal: isCurrent ? nil : Comparison.reversal(of: (low, high), at: (lowest, highest)),
      brief: .linear)
  }

  init?(chord currents: [StandCurrent], of used: MeasuringProtocol, weight: Double) {
    let chord = Chord(
      middle: currents[0], below: currents[1], above: currents[2], indices: used.bracket)
    let largest = max(chord.below.largest, chord.above.largest)
    guard chord.middle.largest > Self.little * largest, chord.reverses else { return nil }
    guard let last = currents.last, Self.isSeen(last) else { return nil }
    let addsUp = Self.isSum(last, of: chord.middle.values)
    if addsUp && chord.isStraight { return nil }
    var superposes = addsUp
    if case .history = used {
      let sum = zip(currents[3].values, currents[4].values).map { $0 + $1 }
      superposes = Comparison.agree(
        last.values, sum, tolerance: Comparison.strictTolerance,
        rounding: Comparison.rounding * max(last.largest, last.largestBaseline))
    }
    let isTonic = currents.contains { $0.largestBaseline > Comparison.negligible * largest }
    self.init(
      .nonlinearConductance, superposes ? (isTonic ? .tonicCurrent : .holds) : .interaction,
      conductances: chord.conductances(weight: weight), reversal: chord.reversal, addsUp: addsUp,
      isOhmic: chord.isStraight, brief: used)
  }

  init?(random currents: [StandCurrent]) {
    let largest = max(currents[0].largest, currents[1].largest)
    guard
      !Comparison.areEqual(
        currents[0].values, currents[1].values, within: Comparison.tolerance * largest)
    else { return nil }
    self.init(.stochastic, .randomness, brief: .random)
  }

  /// Whether the response falls into the part of a run that is looked at.
  private static func isSeen(_ current: StandCurrent) -> Bool {
    let fine = current.values.prefix(MeasuringClock.fineCount)
    return fine.contains { abs($0) >= current.largest / 2 }
  }

  /// Whether the events of the brief protocols each make one response, up to some time in ms.
  private static func isSum(
    _ together: StandCurrent, of response: [Double], before end: Double = MeasuringClock.fineEnd
  ) -> Bool {
    let sum = Comparison.sum(
      of: response, [MeasuringProtocol.briefFirst, MeasuringProtocol.briefSecond])
    return Comparison.agree(
      Array(sum.prefix(MeasuringClock.fineSteps(in: end))), together.values,
      tolerance: Comparison.tolerance,
      rounding: Comparison.rounding * max(together.largest, together.largestBaseline))
  }
}

/// The nature, the conductance and the superposition of a response, from the currents of all stands.
struct ThoroughAnalysis {
  private typealias Plan = MeasuringProtocol

  /// At each of the potentials, one event.
  private let single: [StandCurrent]
  /// One event of twice the weight, and several events, at the highest of the middle potentials.
  private let double, several: StandCurrent
  /// No event, those of either NetCon, those of both, and once more those of both.
  private let quiet, first, second, both, again: StandCurrent
  private let weight: Double
  /// The largest current where dendrites are between rest and threshold.
  private let largestNear: Double
  /// What is nothing but rounding, in nA.
  private let rounding: Double

  init(_ currents: [StandCurrent], weight: Double) {
    let count = Plan.potentials.count
    single = Array(currents[..<count])
    (double, several) = (currents[count], currents[count + 1])
    (quiet, first, second) = (currents[count + 2], currents[count + 3], currents[count + 4])
    (both, again) = (currents[count + 5], currents[count + 6])
    self.weight = weight
    let near = single[Plan.low...Plan.high] + [double, several]
    largestNear = near.reduce(0) { max($0, $1.largest) }
    rounding =
      Comparison.rounding * currents.reduce(0) { max($0, $1.largest, $1.largestBaseline) }
  }

  var response: MeasuredResponse {
    let nature = nature
    switch nature {
    case .linearConductance:
      return MeasuredResponse(
        nature, superposition, conductances: slope,
        reversal: Comparison.reversal(
          of: (single[Plan.low], single[Plan.high]),
          at: (Plan.potentials[Plan.low], Plan.potentials[Plan.high])),
        brief: .linear)
    case .nonlinearConductance:
      let (interval, superposition) = (intervalOfReversal, superposition)
      let chord = interval.map(chord)
      // Where events add up, but not those of one NetCon, each has a history of its own.
      let hasHistory = superposition != .interaction && !addsUp
      return MeasuredResponse(
        nature, superposition,
        conductances: chord?.conductances(weight: weight) ?? [], reversal: chord?.reversal,
        addsUp: addsUp, isOhmic: isOhmic,
        charges: isOhmic ? [] : single.map { Comparison.charge($0.values) / weight },
        brief: interval.map {
          hasHistory ? .history(reversalAfter: $0) : .chord(reversalAfter: $0)
        })
    case .stochastic: return MeasuredResponse(nature, .randomness, brief: .random)
    case .current: return MeasuredResponse(nature, superposition, brief: .linear)
    case .none:
      return MeasuredResponse(
        nature, isTonic ? .tonicCurrent : .nothingSeen, brief: .linear)
    }
  }

  // MARK: Nature

  private var nature: SynapticResponse.Nature {
    guard responds else { return .none }
    guard
      Comparison.agree(
        both.values, again.values, tolerance: Comparison.tolerance, rounding: rounding)
    else { return .stochastic }
    let (low, high) = (single[Plan.low].values, single[Plan.high].values)
    // Several events may make thousands of times what one makes, which is not to hide what that depends on.
    let largest = single[Plan.low...Plan.high].reduce(0) { max($0, $1.largest) }
    if Comparison.areEqual(low, high, within: Comparison.tolerance * largest) { return .current }
    return isOhmic && addsUp ? .linearConductance : .nonlinearConductance
  }

  /// Whether the current of one event is linear in the voltage and proportional to the weight.
  private var isOhmic: Bool {
    let (low, middle, high) = (
      single[Plan.low].values, single[Plan.middle].values, single[Plan.high].values
    )
    let near = single[Plan.low...Plan.high] + [double]
    let bound = Comparison.tolerance * near.reduce(0) { max($0, $1.largest) }
    return Comparison.areEqual(zip(low, high).map { $0 + $1 }, middle, within: bound, factor: 2)
      && Comparison.areEqual(double.values, high, within: bound, factor: 2)
  }

  /// Whether several events of one NetCon make what one makes, several times; while steps are fine.
  /// Where they are coarse, what a response is depends on how much of it came before.
  private var addsUp: Bool {
    let summed = Comparison.sum(of: single[Plan.high].values, [Plan.several])
    return Comparison.areEqual(
      summed, several.values, within: Comparison.tolerance * largestNear)
  }

  private var responds: Bool {
    (single + [double, several]).contains { $0.largest > rounding }
      || !Comparison.areEqual(both.values, quiet.values, within: rounding)
      || !Comparison.areEqual(again.values, quiet.values, within: rounding)
  }

  // MARK: Superposition

  private var superposition: MeasuredResponse.Superposition {
    guard
      Comparison.agree(
        both.values, again.values, tolerance: Comparison.strictTolerance, rounding: rounding)
    else { return .randomness }
    let sum = both.values.indices.map {
      first.values[$0] + second.values[$0] - quiet.values[$0]
    }
    guard
      Comparison.agree(
        both.values, sum, tolerance: Comparison.strictTolerance, rounding: rounding)
    else { return .interaction }
    return isTonic ? .tonicCurrent : .holds
  }

  /// Whether a current flows without any event.
  private var isTonic: Bool {
    let bound = Comparison.negligible * max(largestNear, both.largest)
    return quiet.largest > bound
      || (single + [quiet]).contains { $0.largestBaseline > bound }
  }

  // MARK: Conductance

  /// Currents are inward: a conductance makes them fall with the voltage.
  private var slope: [Double] {
    conductance(single[Plan.low], single[Plan.high])
  }

  private func conductance(_ low: StandCurrent, _ high: StandCurrent) -> [Double] {
    let span = Plan.potentials[Plan.high] - Plan.potentials[Plan.low]
    return zip(low.values, high.values).map { ($0 - $1) / span / weight }
  }

  /// After which potential, by index, the current reverses.
  private var intervalOfReversal: Int? {
    let charges = single.map { Comparison.charge($0.values) }
    return charges.indices.dropLast().first { charges[$0] > 0 && charges[$0 + 1] <= 0 }
  }

  private func chord(reversingAfter index: Int) -> Chord {
    let (below, above) = Plan.chord(reversalAfter: index).bracket
    return Chord(
      middle: single[Plan.middle], below: single[below], above: single[above],
      indices: (below, above))
  }
}

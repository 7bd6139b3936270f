/// What is found out about a point process from its currents on the stands of a protocol.
package struct MeasuredResponse: Sendable, Equatable {
  /// Whether one point process can stand for two of its kind, or why not.
  package enum Superposition: Int32, Sendable {
    /// Events of two NetCons act on one as on two.
    case holds = 0
    /// An event of one NetCon changes the response to an event of another.
    case interaction = 1
    /// A current flows without any event: that of two would become that of one.
    case tonicCurrent = 2
    /// The response varies by itself, and no run tells what it depends on.
    case randomness = 3
    /// No response was seen.
    case nothingSeen = 4
  }

  package let nature: SynapticResponse.Nature
  package let superposition: Superposition
  /// In µS per unit of weight, at the first of `MeasuringClock.times`, until little is left; empty where
  /// there is none to speak of: a current has none, and the difference of two random ones means nothing.
  package let conductances: [Double]
  /// Where the current reverses, in mV; nil where it has no conductance.
  package let reversal: Double?
  /// Of a conductance that depends on the voltage: the charge that one event lets in at each of
  /// `MeasuringProtocol.potentials`, in nA·ms per unit of weight; empty of others, and where it is not known.
  package let charges: [Double]
  /// Whether several events of one NetCon make what one makes, several times. False too where none of them
  /// makes the same: what a train of them makes is to be measured.
  package let addsUp: Bool
  /// Whether the current of one event is linear in the voltage and, as far as the protocol tells, proportional
  /// to the weight.
  package let isOhmic: Bool
  /// The protocol that is enough for others of the class, where there is one.
  package let brief: MeasuringProtocol?

  /// nil where it is not known.
  package var superposes: Bool? {
    switch superposition {
    case .holds: true
    case .interaction, .tonicCurrent, .randomness: false
    case .nothingSeen: nil
    }
  }

  init(
    _ nature: SynapticResponse.Nature, _ superposition: Superposition,
    conductances: [Double] = [], reversal: Double? = nil, addsUp: Bool = true,
    isOhmic: Bool = false, charges: [Double] = [], brief: MeasuringProtocol?
  ) {
    self.nature = nature
    self.addsUp = addsUp && nature != .stochastic
    self.isOhmic = isOhmic || nature == .linearConductance
    self.reversal = reversal
    self.charges = charges
    self.superposition = superposition
    self.conductances = Self.lasting(conductances)
    self.brief = brief
  }

  /// With conductances that end where the response does.
  init(
    _ nature: SynapticResponse.Nature, _ superposition: Superposition, whole conductances: [Double],
    reversal: Double?, addsUp: Bool, isOhmic: Bool, charges: [Double], brief: MeasuringProtocol?
  ) {
    self.charges = charges
    self.nature = nature
    self.superposition = superposition
    self.conductances = conductances
    self.reversal = reversal
    self.addsUp = addsUp
    self.isOhmic = isOhmic
    self.brief = brief
  }

  /// A response has ended where it stays below this share of its peak.
  private static let ended = 1e-4

  private static func lasting(_ conductances: [Double]) -> [Double] {
    let least = ended * conductances.reduce(0) { max($0, abs($1)) }
    guard let last = conductances.lastIndex(where: { abs($0) > least }) else { return [] }
    return Array(conductances.prefix(last + 2))
  }
}

extension MeasuredResponse {
  /// - Parameters:
  ///   - densities: for each stand of the protocol, what `StandCurrent` takes.
  ///   - used: the protocol that was run.
  ///   - area: of the stands, in µm².
  ///   - weight: of the first NetCon.
  /// - Returns: nil where a protocol other than `thorough` finds something else than it asks for.
  package init?(
    _ densities: [UnsafeBufferPointer<Double>], of used: MeasuringProtocol, area: Double,
    weight: Double
  ) {
    let currents = densities.map { StandCurrent(densities: $0, area: area) }
    guard currents.count == used.stands.count, currents.allSatisfy(\.isFinite) else {
      guard used == .thorough else { return nil }
      self.init(.none, .nothingSeen, brief: nil)
      return
    }
    switch used {
    case .thorough: self = ThoroughAnalysis(currents, weight: weight).response
    case .linear: self.init(linear: currents, weight: weight)
    case .chord, .history: self.init(chord: currents, of: used, weight: weight)
    case .random: self.init(random: currents)
    }
  }
}

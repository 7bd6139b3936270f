/// The stands that are needed to find something out about a point process.
package enum MeasuringProtocol: Sendable, Equatable {
  /// All that there is to know.
  case thorough
  /// Whether it is a linear conductance, or a current, whose events add up, as others of its class are.
  case linear
  /// Its conductance, where that depends on the voltage or on earlier events, and whether events add up:
  /// for a current that reverses between a potential, by index, and the next.
  case chord(reversalAfter: Int)
  /// The same where each NetCon has a history of its own.
  case history(reversalAfter: Int)
  /// Whether two runs differ.
  case random

  /// Holding potentials in mV, rising.
  package static let potentials: [Double] = [-110, -80, -65, -50, -20, 0, 20, 40]

  /// Three of them, equally far apart, by index: where dendrites are between rest and threshold. The
  /// others are where currents are looked for that reverse there.
  static let low = 1
  package static let middle = 2
  package static let high = 3

  /// Where events of two NetCons are brought together, in mV: at no potential at which currents of
  /// synapses use to reverse, so that there is something to see.
  static let pairing = -58.0

  /// How the voltage of a stand moves that is stepped, in ms and mV: spikes, which is what mechanisms
  /// watch for, and a plateau.
  package static let voltageSteps: [(time: Double, voltage: Double)] = [
    (25, 20), (26.5, pairing), (200, -40), (220, pairing), (700, 20), (702, pairing),
  ]

  /// Events of one NetCon, all while steps are fine. A synapse that fails every other time fails to
  /// differ from itself once in 2⁹ times.
  static let several = Stand.Events(times: (0..<9).map { Double($0) * 5 })

  /// Events of two NetCons. From one's to the next of the other it is 1 ms to half a second: what an
  /// event leaves behind in a point process is seen, however soon it is forgotten. A volley near the end,
  /// of as many events as synapses may become one, with one of the other among them, comes near limits
  /// that few events leave alone.
  static let first = Stand.Events(times: [0, 8, 50, 300, 500, 1000])
  static let second = Stand.Events(
    times: [1, 20, 120] + [Double](repeating: 500, count: 64), scale: 2)

  /// The same for those of which others of their class are known; all while steps are fine, with the
  /// volley last.
  static let briefFirst = Stand.Events(times: [0, 8, 30, volley])
  static let briefSecond = Stand.Events(
    times: [1, 20] + [Double](repeating: volley, count: 64), scale: 2)
  static let volley = 40.0

  package var stands: [Stand] {
    let brief = { Stand(holding: $0, first: Self.briefFirst, second: Self.briefSecond) }
    switch self {
    case .thorough:
      let none = Stand.Events()
      let quiet = Stand(holding: Self.pairing, isStepped: true)
      let both = quiet.with(Self.first, Self.second)
      // Twice the weight and several events where few currents of synapses reverse.
      let high = Self.potentials[Self.high]
      return Self.potentials.map { .single(at: $0) } + [
        .single(at: high, scale: 2), Stand(holding: high, first: Self.several),
        quiet, quiet.with(Self.first, none), quiet.with(none, Self.second), both, both.repeated,
      ]
    case .linear:
      return [
        .single(at: Self.potentials[Self.low]), .single(at: Self.potentials[Self.high]),
        brief(Self.pairing),
      ]
    case .chord: return chord + [brief(Self.potentials[Self.middle])]
    case .history:
      let (none, middle) = (Stand.Events(), Stand(holding: Self.potentials[Self.middle]))
      return chord + [
        middle.with(Self.briefFirst, none), middle.with(none, Self.briefSecond),
        middle.with(Self.briefFirst, Self.briefSecond),
      ]
    case .random:
      let pattern = Stand(holding: Self.pairing, first: Self.several)
      return [pattern, pattern.repeated]
    }
  }

  /// One event at the middle, and at the potentials that the current reverses between.
  private var chord: [Stand] {
    let (below, above) = bracket
    return [Self.middle, below, above].map { .single(at: Self.potentials[$0]) }
  }

  /// The potentials, by index, between which the conductance of a chord is found: where its current
  /// reverses so near to the middle that the slope says more than the chord, the two beside the middle.
  var bracket: (below: Int, above: Int) {
    switch self {
    case .chord(let index) where index < Self.low || index >= Self.high,
      .history(let index) where index < Self.low || index >= Self.high:
      (index, index + 1)
    default: (Self.low, Self.high)
    }
  }
}

extension MeasuringProtocol: RawRepresentable {
  private static let intervals = Int32(potentials.count - 1)

  package init?(rawValue: Int32) {
    switch rawValue {
    case 0: self = .thorough
    case 1: self = .linear
    case 2: self = .random
    case 3..<(3 + Self.intervals): self = .chord(reversalAfter: Int(rawValue) - 3)
    case (3 + Self.intervals)..<(3 + 2 * Self.intervals):
      self = .history(reversalAfter: Int(rawValue - Self.intervals) - 3)
    default: return nil
    }
  }

  package var rawValue: Int32 {
    switch self {
    case .thorough: 0
    case .linear: 1
    case .random: 2
    case .chord(let index): 3 + Int32(index)
    case .history(let index): 3 + Self.intervals + Int32(index)
    }
  }
}

import Foundation
import TestSupport
import Testing

@testable import SynapseResponse

@Suite struct MeasuredResponseTests {
  /// Jahr and Stevens (1990), for 1 mM of magnesium.
  static let unblocked: @Sendable (Double) -> Double = { 1 / (1 + exp(-0.062 * $0) / 3.57) }

  /// The conductance of one event of weight 1.
  private static func expected(_ course: DoubleExponential, factor: Double = 1) -> [Double] {
    MeasuringClock.times.map {
      factor * course.factor * (exp(-$0 / course.decay) - exp(-$0 / course.rise))
    }
  }

  /// The largest difference, relative to the peak. What was cut off is below 1e-4 of that.
  private static func difference(_ found: [Double], _ expected: [Double]) -> Double {
    let peak = expected.reduce(0) { max($0, abs($1)) }
    var largest = 0.0
    for (index, value) in expected.enumerated() {
      largest = max(largest, abs((index < found.count ? found[index] : 0) - value))
    }
    return largest / peak
  }

  private static func modified(_ change: (inout Conductance) -> Void) -> Conductance {
    var synapse = Conductance()
    change(&synapse)
    return synapse
  }

  // MARK: Linear conductances

  @Test(
    arguments: [(0.1, 0.5), (0.3, 3), (2, 60), (5, 400)],
    [0.0, -58, -65, -80, -95, 20])
  func linearConductance(times: (rise: Double, decay: Double), reversal: Double) throws {
    let course = DoubleExponential(rise: times.rise, decay: times.decay)
    let found = try #require(Conductance(course, reversal: reversal).response())
    #expect(abs(try #require(found.reversal) - reversal) < 1e-6)
    #expect(found.nature == .linearConductance)
    #expect(found.superposition == .holds)
    #expect(found.superposes == true)
    #expect(found.brief == .linear)
    #expect(Self.difference(found.conductances, Self.expected(course)) <= 1.01e-4)
  }

  /// From weights of no current to speak of to those that would move a voltage.
  @Test(arguments: 0..<20)
  func linearConductanceOfAnyWeight(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let rise = pow(10, Double.random(in: -1...1, using: &generator))
    let course = DoubleExponential(
      rise: rise, decay: rise * Double.random(in: 1.1...20, using: &generator))
    let weight = pow(10, Double.random(in: -12...3, using: &generator))
    let synapse = Conductance(course, reversal: Double.random(in: -100...50, using: &generator))
    let found = try #require(synapse.response(weight: weight))
    #expect(found.nature == .linearConductance, "seed \(seed)")
    #expect(found.superposition == .holds, "seed \(seed)")
    #expect(Self.difference(found.conductances, Self.expected(course)) <= 1.01e-4, "seed \(seed)")
  }

  /// It ends with the sample after the last one above 1e-4 of the peak.
  @Test func responseEnds() throws {
    let course = DoubleExponential()
    let found = try #require(Conductance(course).response())
    let expected = Self.expected(course)
    let peak = expected.max() ?? 0
    #expect(abs(expected[found.conductances.count - 2]) > 1e-4 * peak)
    #expect(abs(expected[found.conductances.count - 1]) <= 1e-4 * peak)
  }

  // MARK: What is none

  @Test func currentThatTheVoltageDoesNotChange() throws {
    let found = try #require(Self.modified { $0.voltage = -65 }.response())
    #expect(found.nature == .current)
    #expect(found.superposition == .holds)
    #expect(found.conductances.isEmpty)
  }

  @Test func nothing() throws {
    let found = try #require(Self.modified { $0.failures = 2 }.response())
    #expect(found.nature == .none)
    #expect(found.superposition == .nothingSeen)
    #expect(found.superposes == nil)
  }

  /// Two that never respond are two tonic currents.
  @Test func nothingButATonicCurrent() throws {
    let synapse = Self.modified {
      $0.failures = 2
      $0.tonic = 1e-4
    }
    let found = try #require(synapse.response())
    #expect(found.nature == .none)
    #expect(found.superposition == .tonicCurrent)
    #expect(found.superposes == false)
  }

  @Test(arguments: [1e-3, 1e-7])
  func tonicConductanceBesideThatOfEvents(tonic: Double) throws {
    let found = try #require(Self.modified { $0.tonic = tonic }.response())
    #expect(found.nature == .linearConductance)
    #expect(found.superposition == .tonicCurrent)
    #expect(found.superposes == false)
    #expect(Self.difference(found.conductances, Self.expected(DoubleExponential())) <= 1.01e-4)
  }

  // MARK: What is not linear

  /// At -65 mV the conductance is what the block leaves: the current over the distance to its
  /// reversal, which lies between two potentials. Where that is 0 mV, it is one of them.
  @Test func chordOfABlockedConductance() throws {
    let course = DoubleExponential(rise: 2, decay: 60)
    var synapse = Conductance(course)
    synapse.unblocked = Self.unblocked
    let found = try #require(synapse.response())
    #expect(found.nature == .nonlinearConductance)
    #expect(found.superposition == .holds, "where two meet, they share a voltage")
    #expect(found.brief == .chord(reversalAfter: 4))
    let expected = Self.expected(course, factor: Self.unblocked(-65))
    #expect(Self.difference(found.conductances, expected) <= 1.01e-4)
  }

  /// A reversal potential below all at which dendrites rest.
  @Test func chordOfAnOutwardCurrent() throws {
    var synapse = Conductance(reversal: -95)
    synapse.unblocked = { 1 / (1 + exp(-0.05 * ($0 + 65))) }
    let found = try #require(synapse.response())
    #expect(found.nature == .nonlinearConductance)
    #expect(found.brief == .chord(reversalAfter: 0))
    // The chord between -110 and -80 mV crosses 0 beside -95, since the block bends the current.
    let (low, high) = (15 / (1 + exp(2.25)), -15 / (1 + exp(0.75)))
    let reversal = -110 + 30 * low / (low - high)
    let expected = Self.expected(DoubleExponential(), factor: 0.5 * 30 / (-65 - reversal))
    #expect(Self.difference(found.conductances, expected) <= 1.01e-4)
  }

  /// A current that reverses nowhere.
  @Test func noChord() throws {
    var synapse = Conductance(reversal: 200)
    synapse.unblocked = Self.unblocked
    let found = try #require(synapse.response())
    #expect(found.nature == .nonlinearConductance)
    #expect(found.conductances.isEmpty)
    #expect(found.brief == nil)
  }

  /// From resources that last for milliseconds to those that last for seconds, and from those that
  /// an event exhausts to those of which it hardly takes anything.
  @Test(arguments: [3.0, 30, 300, 3000], [1e-3, 0.1, 0.9])
  func sharedResources(recovery: Double, use: Double) throws {
    let synapse = Self.modified {
      (
        $0.use, $0.recovery, $0.isShared
      ) = (use, recovery, true)
    }
    let found = try #require(synapse.response())
    #expect(found.superposition == .interaction)
    #expect(found.superposes == false)
  }

  @Test(arguments: [30.0, 800], [0.1, 0.9])
  func resourcesOfEachNetCon(recovery: Double, use: Double) throws {
    let synapse = Self.modified { ($0.use, $0.recovery) = (use, recovery) }
    let found = try #require(synapse.response())
    #expect(found.nature == .nonlinearConductance)
    #expect(found.superposition == .holds)
    let expected = Self.expected(DoubleExponential(), factor: use)
    #expect(Self.difference(found.conductances, expected) <= 1.01e-4)
  }

  /// Also where one event, or a few, come nowhere near the limit.
  @Test(arguments: [0.5e-3, 1.5e-3, 50e-3])
  func limitedConductance(limit: Double) throws {
    let found = try #require(Self.modified { $0.limit = limit }.response())
    #expect(found.superposition == .interaction)
  }

  // MARK: What varies

  @Test(arguments: [0.05, 0.5, 0.95])
  func failuresAtRandom(share: Double) throws {
    var synapse = Self.modified { $0.failures = share }
    var recorded: [[Double]] = []
    for stand in MeasuringProtocol.thorough.stands {
      synapse.generator = SplitMix64(seed: UInt64(recorded.count))
      recorded.append(synapse.densities(on: stand, weight: 1e-3))
    }
    let found = try #require(analysed(recorded))
    #expect(found.nature == .stochastic)
    #expect(found.superposition == .randomness)
    #expect(found.superposes == false)
    #expect(found.conductances.isEmpty)
    #expect(found.brief == .random)
  }

  // MARK: What is no number

  @Test(arguments: [Double.nan, .infinity])
  func currentsThatAreNoNumbers(value: Double) throws {
    for stand in MeasuringProtocol.thorough.stands.indices {
      var recorded = Conductance().densities(of: .thorough)
      recorded[stand][100] = value
      let found = try #require(analysed(recorded))
      #expect(found.nature == .none)
      #expect(found.superposes == nil)
    }
    var recorded = Conductance().densities(of: .linear)
    recorded[2][100] = value
    #expect(analysed(recorded, .linear) == nil)
  }

  @Test func recordingsThatAreMissing() throws {
    #expect(analysed([])?.nature == SynapticResponse.Nature.none)
    #expect(analysed(MeasuringProtocol.thorough.stands.map { _ in [] })?.nature == .some(.none))
    #expect(analysed([], .linear) == nil)
  }
}

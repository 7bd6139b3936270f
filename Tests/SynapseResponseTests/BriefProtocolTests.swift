import Foundation
import TestSupport
import Testing

@testable import SynapseResponse

/// What asks less finds the same, or finds that it is not enough.
@Suite struct BriefProtocolTests {
  private static let slow = DoubleExponential(rise: 2, decay: 60)

  private static func synapses() -> [(name: String, synapse: Conductance)] {
    var all: [(String, Conductance)] = []
    func add(_ name: String, _ change: (inout Conductance) -> Void) {
      var synapse = Conductance()
      change(&synapse)
      all.append((name, synapse))
    }
    add("linear") { _ in }
    add("slow") { $0.course = slow }
    add("inhibitory") { $0.reversal = -80 }
    add("tonic") { $0.tonic = 1e-4 }
    add("current") { $0.voltage = -65 }
    add("nothing") { $0.failures = 2 }
    add("blocked") {
      $0.course = slow
      $0.unblocked = MeasuredResponseTests.unblocked
    }
    add("shared resources") { ($0.use, $0.isShared) = (0.5, true) }
    add("own resources") { $0.use = 0.5 }
    add("limited") { $0.limit = 5e-3 }
    return all
  }

  @Test(arguments: synapses().indices)
  func briefFindsWhatThoroughDoes(index: Int) throws {
    let (name, synapse) = Self.synapses()[index]
    let thorough = try #require(synapse.response())
    let brief = try #require(thorough.brief)
    let found = synapse.response(brief)
    #expect(found?.nature == thorough.nature, "\(name)")
    #expect(found?.superposition == thorough.superposition, "\(name)")
    #expect(found?.conductances == thorough.conductances, "\(name)")
    #expect(found?.reversal == thorough.reversal, "\(name)")
  }

  /// A run that was ended where nothing happened any more.
  @Test func shortRecordings() throws {
    let synapse = Conductance()
    let whole = try #require(synapse.response(.linear))
    let fine = 1 + MeasuringClock.quietCount + MeasuringClock.fineCount
    let short = try #require(synapse.response(.linear, samples: fine))
    #expect(short.nature == whole.nature)
    #expect(short.superposition == whole.superposition)
    #expect(short.brief == whole.brief)
    #expect(short.conductances == whole.conductances)
    #expect(abs(try #require(short.reversal)) < 1e-9)
  }

  @Test func whatIsOtherwiseIsNotFound() {
    var synapses: [Conductance] = [Conductance(), Conductance(), Conductance()]
    synapses[0].unblocked = MeasuredResponseTests.unblocked
    synapses[1].use = 0.3
    (synapses[2].use, synapses[2].isShared) = (0.3, true)
    for synapse in synapses { #expect(synapse.response(.linear) == nil) }
    #expect(Conductance().response(.chord(reversalAfter: 4)) == nil)
    #expect(Conductance().response(.history(reversalAfter: 4)) == nil)
    #expect(Conductance(reversal: -95).response(.chord(reversalAfter: 4)) == nil)
    #expect(Conductance().response(.random) == nil)
  }

  /// Where a response comes later than what is looked at, nothing is said.
  @Test func lateResponses() {
    var recorded = Conductance().densities(of: .linear)
    let delay = 3 * MeasuringClock.fineCount / 2
    for index in recorded.indices {
      recorded[index] = Array(
        ([Double](repeating: 0, count: delay) + recorded[index]).prefix(recorded[index].count))
    }
    #expect(analysed(recorded, .linear) == nil)
  }

  @Test func twoRunsThatDiffer() {
    var synapse = Conductance()
    synapse.failures = 0.5
    let recorded = MeasuringProtocol.random.stands.enumerated().map { index, stand in
      synapse.generator = SplitMix64(seed: UInt64(index))
      return synapse.densities(on: stand, weight: 1e-3)
    }
    let found = analysed(recorded, .random)
    #expect(found?.nature == .stochastic)
    #expect(found?.superposition == .randomness)
  }

  // MARK: Protocols

  @Test func numbersAreProtocols() {
    var count: Int32 = 0
    while let measuring = MeasuringProtocol(rawValue: count) {
      #expect(measuring.rawValue == count)
      #expect(!measuring.stands.isEmpty)
      count += 1
    }
    #expect(count == 3 + 2 * Int32(MeasuringProtocol.potentials.count - 1))
    for number in [-1, count, .max, .min] { #expect(MeasuringProtocol(rawValue: number) == nil) }
  }

  /// Events come at beginnings of steps, and nowhere after the end; those of brief protocols where
  /// steps are fine.
  @Test func eventsAreOnTheGrid() {
    let grid = Set(MeasuringClock.times.map { ($0 * 1000).rounded() })
    var number: Int32 = 0
    while let measuring = MeasuringProtocol(rawValue: number) {
      for stand in measuring.stands {
        let events = stand.first.times + stand.second.times
        #expect(events.allSatisfy { grid.contains(($0 * 1000).rounded()) })
        if measuring != .thorough { #expect(events.allSatisfy { $0 < MeasuringClock.fineEnd }) }
      }
      number += 1
    }
    #expect(MeasuringProtocol.voltageSteps.allSatisfy { grid.contains(($0.time * 1000).rounded()) })
  }

  @Test func middlePotentialsAreEquallyFarApart() {
    let potentials = MeasuringProtocol.potentials
    #expect(potentials == potentials.sorted())
    #expect(
      potentials[MeasuringProtocol.low] + potentials[MeasuringProtocol.high]
        == 2 * potentials[MeasuringProtocol.middle])
  }
}

import Fidelity
import TestSupport
import Testing

@Suite struct CoincidenceTests {
  // MARK: Closed forms

  /// 3 and 2 spikes in 1000 ms, 2 pairs at most 5 ms apart: 2νΔ = 0.02, Γ = (2 − 0.06)/2.5/0.98.
  @Test func factorOfFewSpikes() throws {
    let coincidence = try Coincidence(
      of: SpikeTrain([100, 200, 300]), and: SpikeTrain([105, 295]))
    #expect(coincidence.count == 2)
    #expect(coincidence.matchedShare == 0.8)
    #expect(abs(coincidence.factor - (2 - 0.06) / 2.5 / 0.98) < 4 * Double.ulpOfOne)
  }

  /// Trains that avoid each other are below chance: −2νΔN / N / (1 − 2νΔ) for N = 10.
  @Test func trainsThatAvoidEachOtherAreBelowChance() throws {
    let first = try SpikeTrain((0..<10).map { Double($0) * 100 })
    let second = try SpikeTrain((0..<10).map { Double($0) * 100 + 50 })
    #expect(abs(try Coincidence(of: first, and: second).factor + 0.1 / 0.9) < 4 * .ulpOfOne)
  }

  @Test func aSpikeIsMatchedOnce() throws {
    let one = try SpikeTrain([100])
    let three = try SpikeTrain([98, 100, 102])
    #expect(try Coincidence(of: one, and: three).count == 1)
    #expect(try Coincidence(of: three, and: one).count == 1)
    // Had 100 the nearer partner, 104, there would be none for 108 and 97.
    let coincidence = try Coincidence(of: SpikeTrain([100, 108]), and: SpikeTrain([97, 104]))
    #expect(coincidence.count == 2)
  }

  @Test func windowIsClosed() throws {
    let (first, second) = (try SpikeTrain([100]), try SpikeTrain([103]))
    #expect(try Coincidence(of: first, and: second, window: 3).count == 1)
    #expect(try Coincidence(of: first, and: second, window: 2.999).count == 0)
    #expect(try Coincidence(of: first, and: first, window: 0).factor == 1)
  }

  // MARK: Properties

  @Test(arguments: UInt64(1)...200)
  func trainsEqualThemselves(seed: UInt64) throws {
    let (train, _) = try SpikeTrain.pair(seed: seed)
    let coincidence = try Coincidence(of: train, and: train)
    // One rounding of each of the five operations, relative to 1 − 2νΔ, which is 0.4 at least.
    #expect(abs(coincidence.factor - 1) <= 16 * Double.ulpOfOne)
    #expect(coincidence.matchedShare == 1)
  }

  @Test(arguments: UInt64(1)...200)
  func matchesAreAsManyBothWays(seed: UInt64) throws {
    let (first, second) = try SpikeTrain.pair(seed: seed)
    let forth = try Coincidence(of: first, and: second)
    let back = try Coincidence(of: second, and: first)
    #expect(forth.count == back.count)
    #expect(forth.matchedShare == back.matchedShare)
    #expect(forth.factor <= 1 + 16 * Double.ulpOfOne)
  }

  /// Γ of two independent Poisson trains of 10 Hz has mean 0 but for the coincidences, a tenth, that
  /// are lost as each spike is matched once: −0.01. About 200 coincidences in 200 s, 10 % of 2000
  /// spikes, give a standard deviation of √200/2000 = 0.007 at one seed, and of 0.0016 over 20.
  @Test func independentTrainsHaveNone() throws {
    var sum = 0.0
    for seed in UInt64(1)...20 {
      var generator = SplitMix64(seed: seed)
      let span = try TimeSpan(start: 0, end: 200_000)
      let first = try SpikeTrain.poisson(rate: 10, span: span, using: &generator)
      let second = try SpikeTrain.poisson(rate: 10, span: span, using: &generator)
      let factor = try Coincidence(of: first, and: second).factor
      #expect(abs(factor) < 0.04, "seed \(seed)")
      sum += factor
    }
    #expect(abs(sum / 20 + 0.01) < 0.006)
  }

  // MARK: Edge cases

  @Test func silentTrains() throws {
    let (silent, active) = (try SpikeTrain([]), try SpikeTrain([100, 200]))
    let none = try Coincidence(of: silent, and: silent)
    #expect(none.factor == 1)
    #expect(none.matchedShare == 1)
    for (first, second) in [(silent, active), (active, silent)] {
      let one = try Coincidence(of: first, and: second)
      #expect(one.factor == 0)
      #expect(one.matchedShare == 0)
    }
  }

  /// 100 spikes in 1000 ms: with Δ = 5 ms 2νΔ is 1.
  @Test func windowsThatFillAllTimeHaveNoFactor() throws {
    let train = try SpikeTrain((0..<100).map { Double($0) * 10 })
    let coincidence = try Coincidence(of: train, and: train, window: 5)
    #expect(coincidence.factor.isNaN)
    #expect(coincidence.matchedShare == 1)
    #expect(try Coincidence(of: train, and: train, window: 4.9).factor.isFinite)
  }

  @Test(arguments: [-1, .infinity, .nan])
  func windowsWithoutAMeaningAreRefused(window: Double) throws {
    let train = try SpikeTrain([1])
    #expect(throws: FidelityError.self) { try Coincidence(of: train, and: train, window: window) }
  }
}

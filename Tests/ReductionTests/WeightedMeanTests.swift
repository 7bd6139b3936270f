import TestSupport
import Testing

@testable import Reduction

@Suite struct WeightedMeanTests {
  @Test func isTheSumOverTheWeight() {
    var mean = WeightedMean()
    mean.add(3, weight: 1)
    mean.add(7, weight: 3)
    #expect(mean.value == 6 && mean.total == 24 && mean.weight == 4 && !mean.isUniform)
    mean.add(100, weight: 0)
    #expect(mean.value == 6)
    #expect(WeightedMean().value.isNaN)
  }

  /// Ten tenths, added one by one, are not one.
  @Test(arguments: UInt64(1)...200)
  func equalValuesAreKeptToTheLastBit(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let value = generator.uniform(-100...100)
    var mean = WeightedMean()
    for _ in 0..<Int.random(in: 1...40, using: &generator) {
      mean.add(value, weight: generator.logUniform(1e-3...1e3))
    }
    #expect(mean.value == value)
  }

  @Test func whatWeighsNothingDoesNotDisagree() {
    var mean = WeightedMean()
    mean.add(5, weight: 0)
    for _ in 0..<3 { mean.add(0.1, weight: 0.3) }
    mean.add(5, weight: 0)
    #expect(mean.isUniform && mean.value == 0.1)
  }

  @Test func whatIsNoNumberStaysNone() {
    var mean = WeightedMean()
    for _ in 0..<2 { mean.add(.nan) }
    #expect(mean.value.isNaN)
  }
}

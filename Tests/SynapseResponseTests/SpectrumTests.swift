import ComplexModule
import TestSupport
import Testing

@testable import SynapseResponse

@Suite struct SpectrumTests {
  /// Each piece between two samples by itself, in Simpson's rule of so many steps that it is right to
  /// 1e-9 of Σ|g|h.
  private static func direct(
    _ values: [Double], at times: [Double], angularFrequency: Double
  ) -> Complex<Double> {
    var sum = Complex<Double>.zero
    for index in times.indices.dropLast() {
      let step = times[index + 1] - times[index]
      let count = 2 * (2 + Int(20 * angularFrequency * step))
      for part in 0...count {
        let share = Double(part) / Double(count)
        let weight = part == 0 || part == count ? 1.0 : part % 2 == 1 ? 4 : 2
        let value = values[index] + share * (values[index + 1] - values[index])
        let time = times[index] + share * step - times[0]
        sum += Complex(length: 1, phase: -angularFrequency * time)
          .multiplied(by: value * weight * step / 3 / Double(count))
      }
    }
    return sum
  }

  @Test(arguments: 0..<20)
  func isTheSumOfItsPieces(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var times = [Double.random(in: -2...2, using: &generator)]
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let step = Double.random(in: 0.01...1, using: &generator)
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        times.append((times.last ?? 0) + step)
      }
    }
    let values = times.map { _ in Double.random(in: -1...1, using: &generator) }
    let found = Spectrum.of(values, at: times)
    let scale = (times.last ?? 0) - times[0]
    for (spectrum, frequency) in zip(found, SpectralGrid.angularFrequencies) {
      let expected = Self.direct(values, at: times, angularFrequency: frequency)
      #expect((spectrum - expected).length <= 1e-6 * scale + 1e-15, "seed \(seed)")
    }
  }

  @Test func ofNothing() {
    #expect(Spectrum.of([], at: []).allSatisfy { $0 == .zero })
    #expect(Spectrum.of([1], at: [0]).allSatisfy { $0 == .zero })
  }
}

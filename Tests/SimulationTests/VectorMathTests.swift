import RealModule
import SimulationSupport
import TestSupport
import Testing

/// What compiled cells compute with, against the C library's functions.
@Suite struct VectorMathTests {
  private func values(
    of function: Int, _ first: [Double], _ second: [Double]? = nil
  ) -> [Double] {
    var results = [Double](repeating: 0, count: first.count)
    if let second {
      test_function(Int32(function), first, second, &results, Int64(first.count))
    } else {
      test_function(Int32(function), first, nil, &results, Int64(first.count))
    }
    return results
  }

  /// The greatest difference in units of the last place of what is expected.
  private func greatestError(_ found: [Double], _ expected: [Double]) -> Double {
    zip(found, expected).map { abs($0 - $1) / max($1.magnitude.ulp, Double.leastNormalMagnitude) }
      .max() ?? 0
  }

  @Test func exponentialsAreWithinTwoUnits() {
    var random = SplitMix64(seed: 1)
    let arguments =
      (0..<100_000).map { _ in Double.random(in: -700...700, using: &random) }
      + (0..<100_000).map { _ in Double.random(in: -20...20, using: &random) }
      + (0..<10_000).map { _ in Double.random(in: -1e-6...1e-6, using: &random) }
    let error = greatestError(
      values(of: Int(TEST_EXP), arguments), arguments.map { Double.exp($0) })
    // 1 of its own, and that of the library: 0.5 and a little.
    #expect(error <= 2, "\(error) ulp")
  }

  @Test func exponentialsAreCutAsNEURONCutsThem() {
    let found = values(
      of: Int(TEST_EXP), [-700.1, -1e300, -.infinity, 700.1, 1e300, .infinity, .nan, 0])
    #expect(found[0...2].allSatisfy { $0 == 0 })
    #expect(greatestError(Array(found[3...5]), [Double](repeating: .exp(700), count: 3)) <= 2)
    #expect(found[6].isNaN)
    #expect(found[7] == 1)
  }

  @Test func logarithmsAreWithinTwoUnits() {
    var random = SplitMix64(seed: 2)
    let arguments =
      (0..<100_000).map { _ in Double.exp(Double.random(in: -700...700, using: &random)) }
      + (0..<100_000).map { _ in Double.random(in: 0.5...2, using: &random) }
    let error = greatestError(
      values(of: Int(TEST_LOG), arguments), arguments.map { Double.log($0) })
    #expect(error <= 2, "\(error) ulp")
    let edges = values(of: Int(TEST_LOG), [1, 0, -1, .infinity, .nan, .leastNonzeroMagnitude])
    #expect(edges[0] == 0)
    #expect(edges[1] == -.infinity)
    #expect(edges[2].isNaN)
    #expect(edges[3] == .infinity)
    #expect(edges[4].isNaN)
    #expect(edges[5] == Double.log(.leastNonzeroMagnitude))
  }

  /// x^y = e^(y ln x): the error of the exponent, of half a unit of y ln x, is a relative one of the power.
  @Test func powersAreAsExactAsTheirExponent() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<50_000 {
      let base = Double.exp(Double.random(in: -10...10, using: &random))
      let exponent = Double.random(in: -12...12, using: &random)
      let found = values(of: Int(TEST_POW), [base], [exponent])[0]
      let expected = Double.pow(base, exponent)
      let bound = (4 + 2 * abs(exponent * Double.log(base))) * expected.ulp
      #expect(abs(found - expected) <= bound, "\(base)^\(exponent)")
    }
    #expect(values(of: Int(TEST_POW), [-2, 0, 0, 2], [3, 0, 2, -1100]) == [-8, 1, 0, 0])
  }

  /// RT/(zF) · ln(co/ci), and NEURON's numbers where there is no logarithm.
  @Test func nernstPotentials() {
    let scale = 1000 * 8.3144626181532395 * (34 + 273.15) / 96485.3321233100141 / 2
    let found = values(of: Int(TEST_NERNST), [1e-4, 2, 0, -1, 1], [2, 2, 1, 1, 0])
    #expect(abs(found[0] - scale * Double.log(2e4)) < 1e-12)
    #expect(found[1] == 0)
    #expect(found[2...].elementsEqual([1e6, 1e6, -1e6]))
    let unknown = values(of: Int(TEST_NERNST), [.nan, 1], [1, .nan])
    #expect(unknown[0].isNaN && unknown[1].isNaN)
  }
}

import CableTheory
import ComplexModule
import RealModule
import TestSupport
import Testing

@Suite struct AttenuationTests {
  /// q = √(1 + iωτ).
  static func propagationFactor(angularTimeConstant: Double) -> Complex<Double> {
    .sqrt(Complex(1, angularTimeConstant))
  }

  /// A cable and a point on it, of moderate length, so that cosh does not overflow.
  struct Case {
    let q: Complex<Double>
    let length: Double
    let position: Double

    init(seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      let angularTimeConstant =
        Bool.random(using: &generator) ? generator.logUniform(0.01...1000) : 0
      q = AttenuationTests.propagationFactor(angularTimeConstant: angularTimeConstant)
      length = generator.logUniform(0.02...9.9)
      position = length * generator.uniform(0...0.99)
    }
  }

  @Test func lengthEndsAtTheLongestThatIsAskedFor() {
    let steep = Attenuation.length(givingTipRatio: 1e-9, propagationFactor: 1, longest: 3)
    #expect(steep == 3)
    #expect(Attenuation.length(givingTipRatio: 1e-9, propagationFactor: 1) == 10)
    // cosh 12 = 81377.4
    let long = Attenuation.length(
      givingTipRatio: 1 / Double.cosh(12), propagationFactor: 1, longest: 20)
    #expect(abs(long - 12) <= 32 * Double.ulpOfOne * 12)
  }

  // MARK: The ratio

  /// Against the quotient of two complex cosh. Rounding of an argument z moves cosh z by |z| ulps.
  @Test(arguments: UInt64(1)...200)
  func ratioIsTheQuotientOfHyperbolicCosines(seed: UInt64) {
    let point = Case(seed: seed)
    let direct =
      (Complex.cosh(point.q.multiplied(by: point.length - point.position))
      / .cosh(point.q.multiplied(by: point.length))).length
    let ratio = Attenuation.ratio(
      at: point.position, length: point.length, propagationFactor: point.q)
    let tolerance = (4 + 2 * point.q.length * point.length) * Double.ulpOfOne
    #expect(abs(ratio - direct) <= tolerance * direct)
  }

  @Test(arguments: [0, 0.01, 1, 300, 1e6])
  func ratioIsOneAtTheProximalEnd(angularTimeConstant: Double) {
    let q = Self.propagationFactor(angularTimeConstant: angularTimeConstant)
    for length in [1e-6, 0.1, 1, 10] {
      #expect(Attenuation.ratio(at: 0, length: length, propagationFactor: q) == 1)
    }
  }

  /// 1 / cosh L by its definition, at 0 Hz.
  @Test(arguments: [0.1, 0.5, 1, 3, 10])
  func ratioOfTheTipIsTheSecant(length: Double) {
    let expected = 2 / (Double.exp(length) + Double.exp(-length))
    let ratio = Attenuation.ratio(at: length, length: length, propagationFactor: 1)
    #expect(abs(ratio - expected) <= (4 + 2 * length) * Double.ulpOfOne * expected)
  }

  /// In steps wide enough that the fall, at least (step)²/2 next to the tip, exceeds the rounding.
  @Test(arguments: [0, 0.3, 2, 100], [0.3, 1, 4, 10])
  func ratioFallsAlongTheCable(angularTimeConstant: Double, length: Double) {
    let q = Self.propagationFactor(angularTimeConstant: angularTimeConstant)
    let ratios = (0...200).map { step in
      Attenuation.ratio(at: length * Double(step) / 200, length: length, propagationFactor: q)
    }
    #expect(zip(ratios, ratios.dropFirst()).allSatisfy { $0 > $1 })
  }

  /// Up to a·L = 220: beyond 370 the square of the ratio is less than the least number.
  @Test(arguments: [0, 0.3, 2, 100, 1000])
  func ratioOfTheTipFallsWithLength(angularTimeConstant: Double) {
    let q = Self.propagationFactor(angularTimeConstant: angularTimeConstant)
    let ratios = (0...500).map { step in
      let length = Double(step) / 50
      return Attenuation.ratio(at: length, length: length, propagationFactor: q)
    }
    #expect(ratios[0] == 1)
    #expect(zip(ratios, ratios.dropFirst()).allSatisfy { $0 > $1 })
  }

  /// Far from the tip a cable does not feel its end: the ratio is e^(−aX). cosh(qL) itself would
  /// overflow from a·L = 710 on. The exponent a·X comes from differences of lengths up to L, so that
  /// its rounding is some a·L ulps.
  @Test(arguments: [1e3, 1e5, 1e8], [0, 0.1, 1, 30])
  func ratioDoesNotOverflow(propagation: Double, decays: Double) {
    let q = Complex(propagation, propagation)
    let position = decays / propagation
    let ratio = Attenuation.ratio(at: position, length: 10, propagationFactor: q)
    let expected = Double.exp(-decays)
    #expect(abs(ratio - expected) <= 4 * propagation * 10 * Double.ulpOfOne * expected)
    #expect(Attenuation.ratio(at: 10, length: 10, propagationFactor: q) == 0)
  }

  // MARK: The inverses

  /// How fast log(ratio) falls with L, or with X at distance D from the tip:
  /// (a·sinh 2aD − b·sin 2bD) / (cosh 2aD + cos 2bD).
  private func slope(_ q: Complex<Double>, _ distance: Double) -> Double {
    let x = 2 * q.real * distance
    let y = 2 * q.imaginary * distance
    let numerator = q.real * Double.sinh(x) - q.imaginary * Double.sin(y)
    return numerator / (Double.cosh(x) + Double.cos(y))
  }

  /// A ratio's rounding, some 4 + 2·|q|L ulps, over its slope is a length's uncertainty; twice, for
  /// the ratio given and those that bisection sees.
  @Test(arguments: UInt64(1)...200)
  func lengthInvertsTheTipsRatio(seed: UInt64) {
    let cable = Case(seed: seed)
    let ratio = Attenuation.ratio(
      at: cable.length, length: cable.length, propagationFactor: cable.q)
    let length = Attenuation.length(givingTipRatio: ratio, propagationFactor: cable.q)
    let rounding = (4 + 2 * cable.q.length * cable.length) * Double.ulpOfOne
    let tolerance = 2 * rounding / slope(cable.q, cable.length) + cable.length.ulp
    #expect(abs(length - cable.length) <= tolerance)
    // The bound says something.
    #expect(tolerance < 1e-8)
  }

  @Test(arguments: UInt64(1)...200)
  func positionInvertsTheRatio(seed: UInt64) {
    let point = Case(seed: seed)
    let ratio = Attenuation.ratio(
      at: point.position, length: point.length, propagationFactor: point.q)
    let position = Attenuation.position(
      givingRatio: ratio, length: point.length, propagationFactor: point.q)
    let rounding = (4 + 2 * point.q.length * point.length) * Double.ulpOfOne
    let tolerance =
      2 * rounding / slope(point.q, point.length - point.position) + point.length.ulp
    #expect(abs(position - point.position) <= tolerance)
    // Next to the tip the ratio is flat: the slope is the distance D itself, and D ≥ 2e-4 here.
    #expect(tolerance < 1e-8)
  }

  // MARK: Targets outside the range

  @Test(arguments: [0, 1, 100])
  func lengthIsZeroWhereNothingAttenuates(angularTimeConstant: Double) {
    let q = Self.propagationFactor(angularTimeConstant: angularTimeConstant)
    for ratio in [1, 1.5, Double.infinity] {
      #expect(Attenuation.length(givingTipRatio: ratio, propagationFactor: q) == 0)
    }
  }

  @Test(arguments: [0, 1, 100])
  func lengthIsTheLongestWhereEvenThatAttenuatesTooLittle(angularTimeConstant: Double) {
    let q = Self.propagationFactor(angularTimeConstant: angularTimeConstant)
    let longest = Attenuation.longestCable
    let least = Attenuation.ratio(at: longest, length: longest, propagationFactor: q)
    #expect(longest == 10)
    for ratio in [least, least / 2, 0, -1] {
      #expect(Attenuation.length(givingTipRatio: ratio, propagationFactor: q) == longest)
    }
  }

  @Test(arguments: [0, 1, 100])
  func positionIsTheNearerEndWhereNoPointHasTheRatio(angularTimeConstant: Double) {
    let q = Self.propagationFactor(angularTimeConstant: angularTimeConstant)
    let least = Attenuation.ratio(at: 0.7, length: 0.7, propagationFactor: q)
    func position(_ ratio: Double) -> Double {
      Attenuation.position(givingRatio: ratio, length: 0.7, propagationFactor: q)
    }
    for ratio in [1, 1.5, Double.infinity] { #expect(position(ratio) == 0) }
    for ratio in [least, least / 2, 0] { #expect(position(ratio) == 0.7) }
  }
}

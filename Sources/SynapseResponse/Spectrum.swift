import ComplexModule

/// ∫g(t)·exp(−iωt) dt of what is linear between samples, at the frequencies of `SpectralGrid`; at 0 Hz
/// the trapezoidal rule.
///
/// However slowly a conductance changes, steps of a period would let the trapezoidal rule see it at
/// rest. Over a step h, with θ = ωh, the two samples have the factors h·∫₀¹ (1 − s)·e^(−iθs) ds and
/// h·∫₀¹ s·e^(−iθs) ds. Where steps are equal, the sum over samples is a polynomial in e^(−iθ).
enum Spectrum {
  static func of(_ values: [Double], at times: [Double]) -> [Complex<Double>] {
    let frequencies = SpectralGrid.angularFrequencies
    var sums = [Complex<Double>](repeating: .zero, count: frequencies.count)
    guard let origin = times.first else { return sums }
    for stretch in stretches(of: times) {
      let (start, step) = (times[stretch.lowerBound], stretch.step)
      let turns = frequencies.map { Complex(length: 1, phase: -$0 * step) }
      let polynomials = polynomials(of: values[stretch.range], at: turns)
      for index in frequencies.indices {
        let (left, right) = factors(ofAngle: frequencies[index] * step)
        let (first, last) = (values[stretch.lowerBound], values[stretch.upperBound])
        // Of the samples that begin a step, and of those that end one, as phases of its beginning.
        let count = Double(stretch.range.count - 1)
        let end = Complex(length: 1, phase: -frequencies[index] * step * count)
        let beginnings = polynomials[index] - end.multiplied(by: last)
        let ends = (polynomials[index] - Complex(first)) * turns[index].conjugate
        let phase = Complex(length: 1, phase: -frequencies[index] * (start - origin))
        sums[index] += (phase * (left * beginnings + right * ends)).multiplied(by: step)
      }
    }
    return sums
  }

  /// A run of samples with equal steps between them.
  private struct Stretch {
    let lowerBound, upperBound: Int
    let step: Double
    var range: ClosedRange<Int> { lowerBound...upperBound }
  }

  private static func stretches(of times: [Double]) -> [Stretch] {
    var found: [Stretch] = []
    var start = 0
    while start + 1 < times.count {
      let step = times[start + 1] - times[start]
      var end = start + 1
      // Steps that differ by the rounding of times are equal.
      while end + 1 < times.count, abs(times[end + 1] - times[end] - step) <= 1e-9 * step {
        end += 1
      }
      let mean = (times[end] - times[start]) / Double(end - start)
      found.append(Stretch(lowerBound: start, upperBound: end, step: mean))
      start = end
    }
    return found
  }

  /// Σ valueₖ·turnᵏ for each of the turns, by Horner's rule: eight at a time, since each waits for the
  /// sample before.
  private static func polynomials(
    of values: ArraySlice<Double>, at turns: [Complex<Double>]
  ) -> [Complex<Double>] {
    var result: [Complex<Double>] = []
    for start in stride(from: 0, to: turns.count, by: 8) {
      let block = turns[start..<min(start + 8, turns.count)]
      var (turnReal, turnImaginary) = (SIMD8<Double>(), SIMD8<Double>())
      for (lane, turn) in block.enumerated() {
        turnReal[lane] = turn.real
        turnImaginary[lane] = turn.imaginary
      }
      var (real, imaginary) = (SIMD8<Double>(), SIMD8<Double>())
      for value in values.reversed() {
        let turned = real * turnReal - imaginary * turnImaginary + value
        imaginary = real * turnImaginary + imaginary * turnReal
        real = turned
      }
      for lane in block.indices.map({ $0 - start }) {
        result.append(Complex(real[lane], imaginary[lane]))
      }
    }
    return result
  }

  /// ∫₀¹ (1 − s)·e^(−iθs) ds and ∫₀¹ s·e^(−iθs) ds.
  private static func factors(
    ofAngle theta: Double
  ) -> (left: Complex<Double>, right: Complex<Double>) {
    // Four terms of the series are right to 1e-10 here, where the closed form cancels.
    if theta < 0.01 {
      let square = theta * theta
      return (
        Complex(0.5 - square / 24, -theta / 6 + theta * square / 120),
        Complex(0.5 - square / 8, -theta / 3 + theta * square / 30)
      )
    }
    let turn = Complex(length: 1, phase: -theta)
    let whole = (1 - turn) / Complex(0, theta)
    let right = (turn * Complex(1, theta) - 1).divided(by: theta * theta)
    return (whole - right, right)
  }
}

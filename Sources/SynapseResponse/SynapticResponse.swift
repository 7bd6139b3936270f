import ComplexModule
import RealModule

/// What one event does to a point process: how it was found to respond, measured in the simulator.
package struct SynapticResponse: Sendable, Equatable {
  /// How the membrane current of a point process follows its events and the voltage.
  package enum Nature: Int32, Sendable, CaseIterable {
    /// A conductance with a reversal potential, proportional to the weight; events add up.
    case linearConductance = 0
    /// A conductance that depends on the voltage, on earlier events or in another way than in
    /// proportion on the weight.
    case nonlinearConductance = 1
    /// A conductance that differs from one run to the next.
    case stochastic = 2
    /// A current that does not depend on the voltage.
    case current = 3
    /// No response was seen.
    case none = 4
  }

  package let nature: Nature
  /// ∫g dt for a weight of 1, in µS·ms per unit of weight; 0 where there is no conductance.
  package let charge: Double
  /// |G(ω)|²/G(0) at each of `SpectralGrid.frequencies`, in µS·ms per unit of weight.
  package let power: [Double]
  /// Whether events of two connections act as if each had such a point process of its own, so that one
  /// can stand for two; nil where that is not known.
  package let superposes: Bool?

  /// From a measured conductance.
  ///
  /// - Parameters:
  ///   - times: in ms, increasing, from the event on.
  ///   - conductances: at these times, in µS per unit of weight.
  ///   - superposes: see the property.
  package init(
    nature: Nature, times: [Double] = [], conductances: [Double] = [], superposes: Bool? = nil
  ) {
    self.nature = nature
    self.superposes = superposes
    let spectrum = SpectralGrid.angularFrequencies.map {
      Self.fourier(times, conductances, angularFrequency: $0)
    }
    let total = spectrum[0].real
    let charge = total > 0 && total.isFinite ? total : 0
    self.charge = charge
    power = spectrum.map { charge > 0 ? $0.lengthSquared / charge : 0 }
  }

  /// ∫g(t)·exp(−iωt) dt of what is linear between the samples; at 0 Hz the trapezoidal rule.
  ///
  /// However slowly a conductance changes, steps of a period would let the trapezoidal rule see it at
  /// rest. Over a step h, with θ = ωh, the two samples have the factors h·∫₀¹ (1 − s)·e^(−iθs) ds and
  /// h·∫₀¹ s·e^(−iθs) ds.
  private static func fourier(
    _ times: [Double], _ values: [Double], angularFrequency: Double
  ) -> Complex<Double> {
    var sum = Complex<Double>.zero
    guard let first = times.first else { return sum }
    var step = -1.0
    var (left, right) = (Complex<Double>.zero, Complex<Double>.zero)
    for index in times.indices.dropLast() {
      let next = times[index + 1] - times[index]
      // Steps that differ by the rounding of times are equal.
      if abs(next - step) > 1e-9 * next {
        step = next
        (left, right) = factors(ofAngle: angularFrequency * step)
      }
      let phase = Complex(length: 1, phase: -angularFrequency * (times[index] - first))
      let linear = left.multiplied(by: values[index]) + right.multiplied(by: values[index + 1])
      sum += (phase * linear).multiplied(by: step)
    }
    return sum
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

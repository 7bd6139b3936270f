import Foundation
import TestSupport
import Testing

@testable import SynapseResponse

@Suite struct SynapticResponseTests {
  static let courses = [
    DoubleExponential(), DoubleExponential(rise: 1, decay: 8),
    DoubleExponential(rise: 5, decay: 60),
  ]

  // MARK: Fourier integrals

  /// The trapezoidal rule is off by h²/12 times what the slope changes by (Euler and Maclaurin): from
  /// F·(1/τ₁ − 1/τ₂) at the event to 0.
  @Test(arguments: courses.indices)
  func chargeIsTheClosedForm(index: Int) {
    let course = Self.courses[index]
    let slope = course.factor * (1 / course.rise - 1 / course.decay)
    let bound = 0.025 * 0.025 / 12 * slope
    // The slope also changes where the step does, and the samples end; both are far less.
    let rest =
      0.5 * 0.5 / 12 * course.factor / course.decay * exp(-60 / course.decay)
      + course.factor * course.decay * exp(-1500 / course.decay)
    #expect(abs(course.response().charge - course.charge) <= 1.01 * bound + rest)
  }

  /// Relative to the power at 0 Hz: twice the error of the charge. What is linear between samples is
  /// integrated as such, so that a slow conductance sampled every 0.5 ms has no power at 2 kHz, where
  /// each sample would meet the same phase.
  @Test(arguments: courses.indices)
  func powerIsTheClosedForm(index: Int) {
    let course = Self.courses[index]
    let response = course.response()
    #expect(response.power.count == SpectralGrid.frequencies.count)
    #expect(abs(response.power[0] / response.charge - 1) < 1e-12)
    for (power, frequency) in zip(response.power, SpectralGrid.angularFrequencies) {
      let expected = course.power(angularFrequency: frequency)
      #expect(abs(power - expected) <= 2e-3 * course.charge, "\(frequency) rad/ms")
    }
  }

  @Test func chargeIsProportional() {
    let course = DoubleExponential()
    let one = course.response()
    let many = course.response(scale: 1024)
    #expect(many.charge == 1024 * one.charge)
    #expect(many.power == one.power.map { $0 * 1024 })
  }

  /// Nothing, one sample, nothing but zeros, negative conductance, numbers that are none: no charge.
  @Test(
    arguments: [
      [], [1.0], [0, 0, 0], [-1, -1, -1], [1, .nan, 1], [1, .infinity, 1], [-.infinity, 1, 1],
    ] as [[Double]])
  func whatIsNoConductanceHasNoCharge(conductances: [Double]) {
    let response = SynapticResponse(
      nature: .linearConductance, times: conductances.indices.map(Double.init),
      conductances: conductances)
    #expect(response.charge == 0)
    #expect(response.power.allSatisfy { $0 == 0 })
    #expect(response.power.count == SpectralGrid.frequencies.count)
  }

  // MARK: Integration over frequency

  /// With a membrane's impedance R/(1 + iωτ), the trapezoidal rule on 25 frequencies misses the
  /// closed form by at most 2 % for what synapses and membranes there are: κ is the first term of an
  /// expansion that is itself good to about κ².
  @Test(arguments: courses.indices, [2.0, 10, 20, 50])
  func selfShuntIsNearTheClosedForm(index: Int, timeConstant: Double) {
    let course = Self.courses[index]
    let integral = SpectralGrid.integral {
      let omega = SpectralGrid.angularFrequencies[$0]
      return course.power(angularFrequency: omega)
        / (1 + omega * omega * timeConstant * timeConstant)
    }
    let expected = course.selfShunt(timeConstant: timeConstant)
    #expect(abs(integral / expected - 1) <= 0.02, "\(integral) for \(expected)")
  }

  @Test func gridGoesFromZeroToTwoKilohertz() {
    let frequencies = SpectralGrid.frequencies
    #expect(frequencies.first == 0)
    #expect(frequencies.dropFirst().first == 1)
    #expect(abs((frequencies.last ?? 0) / 2000 - 1) < 1e-12)
    #expect(zip(frequencies, frequencies.dropFirst()).allSatisfy { $0 < $1 })
    // A constant y has the integral y·ω/π.
    #expect(abs(SpectralGrid.integral { _ in 3 } - 3 * 4) < 1e-10)
  }
}

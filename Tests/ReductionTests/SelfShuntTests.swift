import CableTheory
import RealModule
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct SelfShuntTests {
  /// Of a little event it is the expansion, to the last digit.
  @Test(arguments: [0, 1e-9, 0.1, 0.5, 1], [1e-9, 0.2, 0.5])
  func ordinaryEventsLoseWhatTheExpansionSays(kappa: Double, growth: Double) {
    #expect(SelfShunt(kappa: kappa, growth: growth).loss == 1 + kappa)
  }

  /// Value and slope are those of the expansion at 1; beyond, more weight is always more charge.
  @Test(arguments: [1e-3, 0.1, 0.3, 0.5])
  func chargeGrowsSmoothly(growth: Double) {
    func charge(_ kappa: Double) -> Double { kappa / SelfShunt(kappa: kappa, growth: growth).loss }
    // (F(1 + d) − F(1 − d))/2d, to first order of a curvature of up to 1/(16σ).
    let step = 1e-6
    let slope = (charge(1 + step) - charge(1 - step)) / (2 * step)
    #expect(abs(slope - 0.25) <= step / growth)
    let kappas = (0...60).map { Double.pow(10, Double($0) / 10) }
    for (less, more) in zip(kappas, kappas.dropFirst()) { #expect(charge(more) > charge(less)) }
    // σ for each factor e.
    #expect(abs(charge(1e9 * .exp(1)) - charge(1e9) - growth) <= 1e-6)
  }

  @Test(arguments: [0.1, 0.9, 1.5, 20, 1e4], [0.1, 0.3, 0.5])
  func compensationIsTheInverse(kappa: Double, growth: Double) {
    let charge = kappa / SelfShunt(kappa: kappa, growth: growth).loss
    let divisor = SelfShunt(kappa: charge, growth: growth).compensation(upTo: .infinity)
    // The exponential of up to ln(κ)/σ magnifies a rounding by κ/σ at most.
    #expect(abs(charge / divisor / kappa - 1) <= 1e-11)
  }

  /// One compartment without capacitance and an exponential conductance: ∫g/(1 + gR) dt is ½·ln(1 + 2κ) in
  /// units of G(0)/K.
  @Test(arguments: [0.01, 0.1, 0.5, 1, 2, 10, 100, 1e4, 1e6])
  func isNearTheClosedFormOfAnExponential(kappa: Double) {
    let charge = kappa / SelfShunt(kappa: kappa, growth: 0.5).loss
    // 9 % at κ = 1, where the expansion ends, 13 % at 2, and less and less from there.
    #expect(abs(charge / (0.5 * .log(1 + 2 * kappa)) - 1) <= 0.13)
  }

  /// The same with capacitance, by integration in time.
  @Test(arguments: [1.0, 10, 100], [1e-4, 1e-3, 1e-2, 1e-1, 1, 10])
  func isNearTheChargeThatArrives(timeConstant: Double, weight: Double) {
    let course = DoubleExponential(rise: 0.3, decay: 3)
    let leak = 0.01
    let tree = CompartmentTree(rootLeakConductance: leak, rootCapacitance: leak * timeConstant)
    let shunt = SiteResistances(of: tree).selfShunt(of: course.response(), weight: weight, at: 0)

    // v is the share of the driving force that is gone; backward Euler in steps of a µs, to 0.1 %.
    var v = 0.0
    var charge = 0.0
    let step = 1e-3
    for index in 1...200_000 {
      let t = Double(index) * step
      let g = weight * course.factor * (.exp(-t / course.decay) - .exp(-t / course.rise))
      v = (leak * timeConstant / step * v + g) / (leak * timeConstant / step + g + leak)
      charge += g * (1 - v) * step
    }
    let found = weight * course.charge / shunt.loss
    #expect(abs(found / charge - 1) <= 0.15, "\(found) for \(charge), κ = \(shunt.kappa)")
  }
}

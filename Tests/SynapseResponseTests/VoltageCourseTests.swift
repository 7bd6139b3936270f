import Foundation
import Testing

@testable import SynapseResponse

/// Against closed forms: of g = exp(−t/τ) behind a resistance R, with a driving force E − V,
/// ∫ w·g·(E − V) dt = (E + 65 mV)·(τ/R)·ln(1 + w·R).
@Suite struct VoltageCourseTests {
  private static let decay = 3.0
  private static let times = stride(from: 0.0, to: 60, by: 0.025).map { $0 }
  private static let conductances = times.map { exp(-$0 / decay) }

  /// - Parameter drive: φ, in mV.
  private static func course(_ drive: (Double) -> Double) -> VoltageCourse? {
    let charges = MeasuringProtocol.potentials.map { decay * drive($0) }
    return VoltageCourse(
      times: times, conductances: conductances, charges: charges, total: decay)
  }

  @Test(arguments: [0, 1, 100, 500.0], [1e-5, 1e-3, 5e-3, 0.1])
  func ofAConductanceItIsTheClosedForm(resistance: Double, weight: Double) throws {
    let course = try #require(Self.course { -$0 })
    let charge = course.charge(weight: weight, behind: resistance)
    let x = weight * resistance
    let expected = 65 * Self.decay * weight * (x > 0 ? log1p(x) / x : 1)
    #expect(abs(charge / expected - 1) < 2e-3)
  }

  @Test(arguments: [1e-5, 1e-3, 5e-3])
  func theWeightAtTheNearEndLetsInAsMuch(weight: Double) throws {
    let course = try #require(Self.course { -$0 })
    let (near, far) = (100.0, 600.0)
    let found = course.weight(near: near, equalTo: weight, far: far)
    #expect(abs(log1p(found * near) / near / (log1p(weight * far) / far) - 1) < 5e-3)
    #expect(abs(course.weight(near: far, equalTo: weight, far: far) / weight - 1) < 1e-9)
  }

  /// Jahr & Stevens (1990), 1 mM: behind a neck more of the block is lost than of the driving force.
  private static func nmda(_ potential: Double) -> Double {
    let block = { (v: Double) in 1 / (1 + exp(-0.062 * v) / 3.57) }
    return -potential * block(potential) / block(-65)
  }

  @Test func aBlockedConductanceLetsInMoreBehindANeck() throws {
    let course = try #require(Self.course(Self.nmda))
    var last = 1.0
    for weight in [1e-5, 1e-4, 2e-4, 4e-4] {
      let factor = course.weight(near: 50, equalTo: weight, far: 550) / weight
      #expect(factor > last)
      last = factor
    }
    #expect(last > 1.1)
    // And no more than it lets in at its peak, whatever the weight.
    let most = course.charge(weight: 1, behind: 1000)
    #expect(most < 65 * Self.decay / 1000 * 10)
  }

  @Test func whatIsNotKnownHasNone() {
    for charges in [
      [], [1, 2], [Double](repeating: .nan, count: 8), [Double](repeating: 1, count: 8),
    ] {
      #expect(
        VoltageCourse(
          times: Self.times, conductances: Self.conductances, charges: charges, total: Self.decay)
          == nil)
    }
    func response(_ nature: SynapticResponse.Nature, isOhmic: Bool = false) -> SynapticResponse {
      SynapticResponse(
        nature: nature, times: Self.times, conductances: Self.conductances, isOhmic: isOhmic,
        charges: MeasuringProtocol.potentials.map { -$0 })
    }
    #expect(response(.nonlinearConductance).voltageCourse != nil)
    #expect(response(.nonlinearConductance, isOhmic: true).voltageCourse == nil)
    #expect(response(.linearConductance).voltageCourse == nil)
    let double = response(.nonlinearConductance)
    let passing = double.passing(charge: 2 * double.charge)
    #expect(
      passing.voltageCourse?.charge(weight: 1e-3, behind: 100)
        == double.voltageCourse?.charge(weight: 2e-3, behind: 100))
  }
}

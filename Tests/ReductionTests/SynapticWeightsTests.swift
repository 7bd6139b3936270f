import CableTheory
import CellModel
import Foundation
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct SynapticWeightsTests {
  private static let course = DoubleExponential()

  /// 100 MΩ and 10 ms, a dendrite's tip; or some other resistance of that time constant.
  private static func tree(resistance: Double = 100) -> CompartmentTree {
    CompartmentTree(rootLeakConductance: 1 / resistance, rootCapacitance: 10 / resistance)
  }

  /// σ of the course, which is the same of all of one time constant.
  private static func growth(in tree: CompartmentTree) -> Double {
    SiteResistances(of: tree).selfShunt(of: course.response(), weight: 1, at: 0).growth
  }

  private static func moved(
    weight: Double = 1e-3, selfShunt: Double = 0,
    _ response: SynapticResponse = course.response()
  ) -> SynapticWeights.Moved {
    SynapticWeights.Moved(
      connection: 1, before: 0, after: 0, weight: weight, response: response,
      selfShunt: SelfShunt(kappa: selfShunt, growth: growth(in: tree())))
  }

  private static func scales(
    _ moved: SynapticWeights.Moved, ratio: Double, in tree: CompartmentTree = tree()
  ) -> [Double] {
    SynapticWeights.scales(of: [moved], transferRatio: { _ in ratio }, in: tree, count: 3)
  }

  /// κ of a weight, by the grid.
  private static func shunt(
    ofWeight weight: Double, in tree: CompartmentTree, _ response: SynapticResponse
  ) -> Double {
    let resistances = SpectralGrid.frequencies.map {
      TreeImpedance(of: tree, frequency: $0).input.real
    }
    return weight * SpectralGrid.integral { response.power[$0] * resistances[$0] }
  }

  @Test func whatDoesNotMoveKeepsItsWeight() {
    #expect(Self.scales(Self.moved(), ratio: 0.5)[0] == 1)
    #expect(Self.scales(Self.moved(), ratio: 0.5)[2] == 1)
    #expect(
      SynapticWeights.scales(
        of: [], transferRatio: { _ in 2 }, in: Self.tree(), count: 2) == [1, 1])
  }

  /// Of the same site, the same weight; κ is found again by the same sums.
  @Test(arguments: [1e-6, 1e-3, 5e-3, 1e-1, 1e1])
  func ofTheSameSiteItIsTheSameWeight(weight: Double) {
    let shunt = Self.shunt(ofWeight: weight, in: Self.tree(), Self.course.response())
    let scale = Self.scales(Self.moved(weight: weight, selfShunt: shunt), ratio: 1)[1]
    #expect(abs(scale - 1) <= 1e-12)
  }

  /// w'/(1 + κ') = w/(1 + κ)·T/T'.
  @Test(arguments: [1e-5, 1e-3, 4e-3], [0.3, 1, 1.2])
  func chargeArrives(weight: Double, ratio: Double) {
    let after = Self.tree(resistance: 80)
    let before = Self.shunt(ofWeight: weight, in: Self.tree(), Self.course.response())
    let scale = Self.scales(
      Self.moved(weight: weight, selfShunt: before), ratio: ratio, in: after)[1]
    let shunt = Self.shunt(ofWeight: scale * weight, in: after, Self.course.response())
    #expect(abs(scale / (1 + shunt) * (1 + before) / ratio - 1) <= 1e-12)
  }

  /// Beyond half of the charge at the site, weights of events that lost less grow no further than twice.
  @Test(arguments: [0.1, 10, 1e6])
  func aSiteThatCannotCarryTheChargeGetsTwice(weight: Double) {
    #expect(abs(Self.scales(Self.moved(weight: weight), ratio: 1)[1] - 2) < 1e-12)
  }

  /// A site that loses as much as the original's asks for no greater self-shunt than that.
  @Test(arguments: [0.1, 10])
  func noSiteIsAskedToLoseMoreThanTheOriginalDid(weight: Double) {
    let shunt = Self.shunt(ofWeight: weight, in: Self.tree(), Self.course.response())
    #expect(shunt > 1)
    for ratio in [1.1, 10, 1e6] {
      let scale = Self.scales(Self.moved(weight: weight, selfShunt: shunt), ratio: ratio)[1]
      let loss = SelfShunt(kappa: shunt, growth: Self.growth(in: Self.tree())).loss
      #expect(abs(scale / max(1, 2 * ratio / loss) - 1) <= 1e-12)
    }
  }

  @Test(arguments: [
    SynapticResponse.Nature.current, .stochastic, .nonlinearConductance,
  ])
  func whatIsNoLinearConductanceGetsTheRatio(nature: SynapticResponse.Nature) {
    let response = Self.course.response(nature)
    #expect(Self.scales(Self.moved(weight: 10, response), ratio: 0.7)[1] == 0.7)
    #expect(Self.scales(Self.moved(weight: -10, response), ratio: 0.7)[1] == 0.7)
  }

  /// The charge goes as a power of the weight.
  @Test(arguments: [0.5, 0.9, 1, 2, 4])
  func theChargeChangesByTheRatio(exponent: Double) {
    var moved = Self.moved(weight: 10, Self.course.response(.nonlinearConductance))
    moved.exponent = exponent
    let scale = Self.scales(moved, ratio: 0.49)[1]
    #expect(abs(pow(scale, exponent) - 0.49) < 1e-14)
    // Near a limit no more than the square is asked for.
    for less in [0.1, 0, -1] {
      moved.exponent = less
      #expect(abs(Self.scales(moved, ratio: 0.49)[1] - 0.49 * 0.49) < 1e-14)
    }
  }

  /// What remembers events, but of which one is linear, gets what a linear conductance gets.
  @Test func whatIsOhmicKeepsItsCharge() {
    let linear = Self.course.response()
    let other = Self.course.response(.nonlinearConductance, isOhmic: true)
    for weight in [1e-4, 1e-2, 1] {
      #expect(
        Self.scales(Self.moved(weight: weight, selfShunt: 0.3, other), ratio: 0.7)
          == Self.scales(Self.moved(weight: weight, selfShunt: 0.3, linear), ratio: 0.7))
    }
  }

  @Test func whatDoesNotRespondKeepsItsWeight() {
    #expect(Self.scales(Self.moved(Self.course.response(.none)), ratio: 0.7)[1] == 1)
  }

  /// Scales of numbers at the ends of what there is are numbers, and positive.
  @Test(arguments: UInt64(1)...100)
  func scalesArePositiveNumbers(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func number() -> Double {
      let edge: [Double] = [
        0, 1e-307, 1e-300, 1e-9, 1, 1e9, 1e200, 1.7e308, .infinity, .nan, -1,
      ]
      let index = Int.random(in: 0..<2 * edge.count, using: &generator)
      return index < edge.count ? edge[index] : generator.logUniform(1e-12...1e12)
    }
    let conductance = generator.logUniform(1e-12...1e12)
    let response = Self.course.response(
      SynapticResponse.Nature.allCases.randomElement(using: &generator) ?? .none,
      scale: number())
    let weights: [Double] = [1e-307, 1e-300, 1e-3, 1, 1e200, 1.7e308]
    let weight = weights[Int.random(in: weights.indices, using: &generator)]
    let scale = Self.scales(
      Self.moved(weight: weight, selfShunt: abs(number()), response), ratio: number(),
      in: CompartmentTree(rootLeakConductance: conductance, rootCapacitance: number()))[1]
    #expect(scale.isFinite && scale > 0)
  }
}

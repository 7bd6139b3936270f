import CableTheory
import ComplexModule
import SynapseResponse

/// The input resistances Re Z(ω) of all compartments of a cell, at the frequencies of `SpectralGrid`.
struct SiteResistances {
  /// By frequency, then by compartment, in MΩ.
  private let resistances: [[Double]]

  init(of cell: CompartmentTree) {
    resistances = SpectralGrid.frequencies.map { frequency in
      TreeImpedance(of: cell, frequency: frequency).inputs().map(\.real)
    }
  }

  /// The weight that an event of a voltage-dependent conductance would have to have at a base, where the neck of its
  /// spine hangs, to let in what it does where it is, over its own; 1 of other responses.
  ///
  /// The resistance that counts is that at the frequencies that the conductance has: the mean of Re Z(ω), weighted by
  /// |G(ω)|².
  func neckFactor(_ input: OperatingPoint.Input, from base: Int) -> Double {
    guard let course = input.response.voltageCourse, input.weight > 0 else { return 1 }
    let power = input.response.power
    let all = SpectralGrid.integral { power[$0] }
    let (near, far) = (
      SpectralGrid.integral { power[$0] * resistances[$0][base] } / all,
      SpectralGrid.integral { power[$0] * resistances[$0][input.compartment] } / all
    )
    guard near.isFinite, far.isFinite, near >= 0, far > near else { return 1 }
    let factor = course.weight(near: near, equalTo: input.weight, far: far) / input.weight
    return factor.isFinite && factor > 0 ? factor : 1
  }

  /// The self-shunt of an event.
  func selfShunt(of response: SynapticResponse, weight: Double, at compartment: Int) -> SelfShunt {
    let overlap = SpectralGrid.integral { response.power[$0] * resistances[$0][compartment] }
    let kappa = weight * overlap
    guard kappa > 0.5 else { return SelfShunt(kappa: kappa) }
    let steady = resistances[0][compartment] * SpectralGrid.integral { response.power[$0] }
    return SelfShunt(kappa: kappa, growth: SelfShunt.growth(overlap / (2 * steady)))
  }
}

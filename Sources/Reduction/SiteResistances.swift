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

  /// The self-shunt of an event.
  func selfShunt(of response: SynapticResponse, weight: Double, at compartment: Int) -> SelfShunt {
    let overlap = SpectralGrid.integral { response.power[$0] * resistances[$0][compartment] }
    let kappa = weight * overlap
    guard kappa > 0.5 else { return SelfShunt(kappa: kappa) }
    let steady = resistances[0][compartment] * SpectralGrid.integral { response.power[$0] }
    return SelfShunt(kappa: kappa, growth: SelfShunt.growth(overlap / (2 * steady)))
  }
}

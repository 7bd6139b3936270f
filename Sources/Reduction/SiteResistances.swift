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
    return selfShunt(of: response, kappa: weight * overlap, overlap: overlap, at: compartment)
  }

  /// That of an event that comes with others, which κ counts too.
  func selfShunt(of response: SynapticResponse, kappa: Double, at compartment: Int) -> SelfShunt {
    let overlap = SpectralGrid.integral { response.power[$0] * resistances[$0][compartment] }
    return selfShunt(of: response, kappa: kappa, overlap: overlap, at: compartment)
  }

  /// - Parameter overlap: K, what κ of the event alone is per weight.
  private func selfShunt(
    of response: SynapticResponse, kappa: Double, overlap: Double, at compartment: Int
  ) -> SelfShunt {
    guard kappa > 0.5 else { return SelfShunt(kappa: kappa) }
    let steady = resistances[0][compartment] * SpectralGrid.integral { response.power[$0] }
    let growth = overlap / (2 * steady)
    // Of a membrane Re Z(ω) ≤ Z(0), which makes it at most ½; numbers beyond all proportion may differ.
    return SelfShunt(kappa: kappa, growth: growth.isFinite ? min(max(growth, 1e-9), 0.5) : 0.5)
  }
}

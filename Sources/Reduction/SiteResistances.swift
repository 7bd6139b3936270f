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

  /// The self-shunt κ of an event, which `OperatingPoint` defines.
  func selfShunt(of response: SynapticResponse, weight: Double, at compartment: Int) -> Double {
    weight * SpectralGrid.integral { response.power[$0] * resistances[$0][compartment] }
  }
}

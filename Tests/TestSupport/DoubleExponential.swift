import RealModule
import SynapseResponse

/// The time course of an Exp2Syn, which has all its integrals in closed form:
/// g(t) = F·(Double.exp(−t/τ₂) − exp(−t/τ₁)), F such that the peak is 1.
package struct DoubleExponential {
  /// In ms.
  package let rise, decay: Double

  package init(rise: Double = 0.3, decay: Double = 3) {
    self.rise = rise
    self.decay = decay
  }

  /// F.
  package var factor: Double {
    let peakTime = rise * decay / (decay - rise) * Double.log(decay / rise)
    return 1 / (Double.exp(-peakTime / decay) - Double.exp(-peakTime / rise))
  }

  /// ∫g dt = F·(τ₂ − τ₁), in ms.
  package var charge: Double { factor * (decay - rise) }

  /// |G(ω)|²/G(0) = charge / ((1 + ω²τ₁²)·(1 + ω²τ₂²)).
  package func power(angularFrequency: Double) -> Double {
    let rise = angularFrequency * rise
    let decay = angularFrequency * decay
    return charge / ((1 + rise * rise) * (1 + decay * decay))
  }

  /// (1/π)·∫₀^∞ |G|²/G(0) · Re R/(1 + iωτ) dω in closed form, for R = 1 and τ in ms.
  package func selfShunt(timeConstant c: Double) -> Double {
    charge * (rise * decay + decay * c + c * rise)
      / (2 * (rise + decay) * (decay + c) * (c + rise))
  }

  /// As it is measured in the simulator: every 0.025 ms for 60 ms, then every 0.5 ms until
  /// nothing is left of it.
  package func response(
    _ nature: SynapticResponse.Nature = .linearConductance, scale: Double = 1,
    reversal: Double? = nil, isOhmic: Bool = false
  ) -> SynapticResponse {
    let end = min(1500, max(100, 30 * decay))
    let times =
      stride(from: 0.0, to: 60, by: 0.025) + Array(stride(from: 60.0, to: end, by: 0.5))
    let conductances = times.map {
      scale * factor * (Double.exp(-$0 / decay) - Double.exp(-$0 / rise))
    }
    return SynapticResponse(
      nature: nature, times: Array(times), conductances: conductances, reversal: reversal,
      isOhmic: isOhmic)
  }
}

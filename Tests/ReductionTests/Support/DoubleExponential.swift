import Foundation

@testable import Reduction

/// The time course of an Exp2Syn, which has all its integrals in closed form:
/// g(t) = F·(exp(−t/τ₂) − exp(−t/τ₁)), F such that the peak is 1.
struct DoubleExponential {
  /// In ms.
  var rise = 0.3
  var decay = 3.0

  /// F.
  var factor: Double {
    let peakTime = rise * decay / (decay - rise) * log(decay / rise)
    return 1 / (exp(-peakTime / decay) - exp(-peakTime / rise))
  }

  /// ∫g dt = F·(τ₂ − τ₁), in ms.
  var charge: Double { factor * (decay - rise) }

  /// |G(ω)|²/G(0) = charge / ((1 + ω²τ₁²)·(1 + ω²τ₂²)).
  func power(angularFrequency: Double) -> Double {
    let rise = angularFrequency * rise
    let decay = angularFrequency * decay
    return charge / ((1 + rise * rise) * (1 + decay * decay))
  }

  /// (1/π)·∫₀^∞ |G|²/G(0) · Re R/(1 + iωτ) dω in closed form, for R = 1 and τ in ms.
  func selfShunt(timeConstant c: Double) -> Double {
    charge * (rise * decay + decay * c + c * rise)
      / (2 * (rise + decay) * (decay + c) * (c + rise))
  }

  /// As it is measured in the simulator: every 0.025 ms for 60 ms, then every 0.5 ms until
  /// nothing is left of it.
  func response(
    _ nature: SynapticResponse.Nature = .linearConductance, scale: Double = 1
  ) -> SynapticResponse {
    let end = min(1500, max(100, 30 * decay))
    let times =
      stride(from: 0.0, to: 60, by: 0.025) + Array(stride(from: 60.0, to: end, by: 0.5))
    let conductances = times.map { scale * factor * (exp(-$0 / decay) - exp(-$0 / rise)) }
    return SynapticResponse(nature: nature, times: Array(times), conductances: conductances)
  }
}

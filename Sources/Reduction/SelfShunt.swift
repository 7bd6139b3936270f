import RealModule

/// What an event of a conductance loses at its own site: while it is open the site depolarises, which
/// takes driving force from it.
///
/// An event of weight w would deliver w·G(0) of charge per driving force if its site stayed where it is.
/// With κ = K·w, which `OperatingPoint` defines, it delivers F(κ)·G(0)/K, where
///
///     F(κ) = κ/(1 + κ)                              κ ≤ 1
///     F(κ) = ½ + σ·ln(1 + (κ − 1)/(4σ))             κ > 1
///
/// The first is an expansion in κ. Where κ is large the site is at the reversal potential until the
/// conductance has decayed to the site's own, which is the later by the conductance's time constant τ for
/// each factor e in the weight. What flows meanwhile is 1/R per driving force, R the steady input
/// resistance, so that F grows by σ = τ·K/(R·G(0)) for each such factor. A decay of time constant τ has
/// τ = G(0)²/(2·∫g² dt), with which σ = K·G(0)/(2·R·∫g² dt), at most a half. The two parts have value and
/// slope in common. Where charges are known otherwise F is within 15 %, from 0.1 nS to 10 µS
/// (`SelfShuntTests`).
///
/// docs/method.md, section 6.
struct SelfShunt: Equatable {
  /// κ.
  let kappa: Double
  /// σ, above 0 and at most ½; it counts above κ = 1 only.
  let growth: Double

  init(kappa: Double, growth: Double = 0.5) {
    self.kappa = kappa
    self.growth = growth
  }

  static let none = SelfShunt(kappa: 0)

  /// σ as it was computed, within its bounds: of a membrane Re Z(ω) ≤ Z(0), which makes it at most ½; numbers
  /// beyond all proportion may differ.
  static func growth(_ computed: Double) -> Double {
    computed.isFinite ? min(max(computed, 1e-9), 0.5) : 0.5
  }

  /// κ/F(κ): what the charge that an event would deliver for its weight is to be divided by.
  var loss: Double {
    guard kappa > 1, kappa.isFinite else { return 1 + kappa }
    return kappa / (0.5 + growth * .log(onePlus: (kappa - 1) / (4 * growth)))
  }

  /// Whether two thirds of the charge are lost. From here on the height of a single event at the soma may
  /// be off by more than a tenth: what saturates lasts longer, and a compartment of more membrane does not
  /// saturate as well.
  var saturates: Bool { kappa > 2 }

  /// κ/κ' with F(κ') = κ: what a weight of this self-shunt is to be divided by in order to deliver all
  /// that it would without.
  ///
  /// - Parameter bound: for κ', which grows exponentially. A site is not asked to lose more than this,
  ///   or than it does of twice the weight.
  func compensation(upTo bound: Double) -> Double {
    guard kappa > 0.5 else { return 1 - kappa }
    let needed = 1 + 4 * growth * .expMinusOne((kappa - 0.5) / growth)
    return min(0.5, kappa / min(needed, bound))
  }
}

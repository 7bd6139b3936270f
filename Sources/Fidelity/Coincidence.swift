/// How many spikes of two trains coincide, and how many more than chance would have it.
///
/// Γ = (N_coinc − ⟨N_coinc⟩) / ½(N₁ + N₂) · 1/𝒩, with ⟨N_coinc⟩ = 2νΔ·N₁, the coincidences expected
/// of a Poisson train with the second train's rate ν, and 𝒩 = 1 − 2νΔ, so that Γ is 1 for equal
/// trains, 0 on average for a Poisson train, and negative for trains that avoid each other. Γ is not
/// symmetric: ν is the second train's.
///
/// Source: Kistler, Gerstner & van Hemmen, Neural Comput. 9:1015 (1997); Jolivet, Lewis & Gerstner,
/// J. Neurophysiol. 92:959 (2004).
package struct Coincidence: Sendable, Equatable {
  /// Δ where nothing else is said, in ms: what Jolivet et al. take for half a window.
  package static let window = 5.0

  /// N_coinc: the pairs that were matched.
  package let count: Int
  /// Γ. 1 where neither train has a spike and 0 where one of them has none. Not a number where
  /// 2νΔ ≥ 1: the windows of the second train's spikes then fill all time, and nothing could be
  /// above chance.
  package let factor: Double
  /// 2·N_coinc / (N₁ + N₂): the share of all spikes that are matched, from 0 to 1; 1 where neither
  /// train has a spike.
  package let matchedShare: Double

  /// Compares two trains.
  ///
  /// Spikes at most Δ apart are matched in the order of time, each once: since all windows are
  /// equally wide, no other way matches more.
  ///
  /// - Parameters:
  ///   - first: the train that is right.
  ///   - second: the train that should be like it, of the same span.
  ///   - window: Δ, in ms; 0 or greater.
  /// - Throws: `FidelityError.parameter` for a Δ that is negative or not finite.
  package init(
    of first: SpikeTrain, and second: SpikeTrain, window: Double = Self.window
  ) throws(FidelityError) {
    guard Magnitude.isUsable(window), window >= 0 else {
      throw .parameter(
        name: "window", value: window, expected: "a finite number of ms, 0 or greater")
    }
    precondition(first.span == second.span, "spike trains that are compared have the same span")
    count = Self.matches(first.times, second.times, window: window)
    let total = first.count + second.count
    guard total > 0 else {
      factor = 1
      matchedShare = 1
      return
    }
    matchedShare = 2 * Double(count) / Double(total)
    let chance = 2 * Double(second.count) / second.span.duration * window
    let normalisation = 1 - chance
    factor =
      normalisation > 0
      ? (Double(count) - chance * Double(first.count)) / (0.5 * Double(total)) / normalisation
      : .nan
  }

  private static func matches(_ first: [Double], _ second: [Double], window: Double) -> Int {
    var matched = 0
    var (i, j) = (0, 0)
    while i < first.count, j < second.count {
      if (first[i] - second[j]).magnitude <= window {
        matched += 1
        i += 1
        j += 1
      } else if first[i] < second[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return matched
  }
}

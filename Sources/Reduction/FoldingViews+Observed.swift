extension FoldingViews.View {
  /// What a cell was seen to do: weights are the shares of a steady current from the soma that the segments'
  /// membrane takes, vectors their potentials.
  ///
  ///     W = g·T / Σ g·T,   Φ = V(t) · √Δt
  ///
  /// |Φ_a − Φ_b|² is the difference of two potentials, squared and integrated over the run, in mV²·ms.
  ///
  /// docs/method.md, section 9.
  ///
  /// - Parameters:
  ///   - samples: in mV, by section of the cell and segment, as many of each.
  ///   - interval: between samples, in ms.
  init(of tree: FoldingTree, observing samples: [[ArraySlice<Double>]], interval: Double) {
    let weights = tree.segments.map { $0.conductance * $0.level.transfer }
    let sum = weights.reduce(0, +)
    let scale = interval.squareRoot()
    self.init(
      weights: weights.map { $0 / sum },
      vectors: tree.segments.flatMap { place in
        samples[place.section][place.segment].map { $0 * scale }
      })
  }
}

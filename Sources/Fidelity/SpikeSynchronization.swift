/// SPIKE-synchronization: the share of spikes that have a partner in the other train, within a window
/// that adapts to the firing rate.
///
/// Spikes i and j coincide if |t_i − t_j| < τ_ij, with τ_ij half the shortest of the intervals before
/// and after the two spikes in their own trains: at most one spike of the other train can be that
/// close. Intervals before a first and after a last spike do not count, and none counts as longer
/// than the span. The measure is the number of spikes that coincide, of both trains, divided by all
/// spikes: from 0 to 1, symmetric, free of parameters and of a time scale.
///
/// 1 where neither train has a spike; 0 where one has none.
///
/// Source: Kreuz, Mulansky & Bozanic, J. Neurophysiol. 113:3432 (2015); PySpike's `spike_sync`.
package enum SpikeSynchronization {
  /// The synchronization of two trains of the same span.
  package static func between(_ first: SpikeTrain, _ second: SpikeTrain) -> Double {
    precondition(first.span == second.span, "spike trains that are compared have the same span")
    let total = first.count + second.count
    guard total > 0 else { return 1 }
    guard first.count > 0, second.count > 0 else { return 0 }
    let nearest = SpikeTrain.nearest(to: first.times, in: second.times)
    let coincidences = first.times.indices.count { index in
      let partner = nearest[index]
      let window =
        min(shortestInterval(at: index, of: first), shortestInterval(at: partner, of: second)) / 2
      return (first.times[index] - second.times[partner]).magnitude < window
    }
    return 2 * Double(coincidences) / Double(total)
  }

  /// The shorter one of the intervals before and after a spike, in ms; the span's duration at most.
  private static func shortestInterval(at index: Int, of train: SpikeTrain) -> Double {
    var shortest = train.span.duration
    if index > 0 { shortest = min(shortest, train.times[index] - train.times[index - 1]) }
    if index + 1 < train.count {
      shortest = min(shortest, train.times[index + 1] - train.times[index])
    }
    return shortest
  }
}

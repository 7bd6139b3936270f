/// SPIKE-distance: how far apart the spikes of two trains are, relative to the intervals between
/// spikes, averaged over time. 0 for equal trains; symmetric; free of parameters.
///
/// At time t, train n has a preceding spike t_P, a following one t_F, and the interval
/// I_n = t_F − t_P around t. With Δt_P and Δt_F the distances of those two spikes to the nearest spike
/// of the other train,
///
///     S_n(t) = (Δt_P·(t_F − t) + Δt_F·(t − t_P)) / I_n
///     S(t) = (S₁·I₂ + S₂·I₁) / (2·⟨I⟩²),  ⟨I⟩ = (I₁ + I₂)/2
///
/// and the distance is the mean of S over the span. Between two neighbouring spikes of both trains S
/// is a straight line, so that the mean is a sum of trapezoids, exact but for rounding.
///
/// Towards the edges of the span each train has one auxiliary spike on either side: its first (last)
/// interval away from its first (last) spike, but not within the span; at the edge if it has one spike
/// only. Its distance Δt is that of the first (last) real spike. A train without spikes has one at
/// each edge.
/// One case is defined by PySpike alone: where a train's only spike lies exactly at the start, the
/// auxiliary spike at the end has a distance of its own.
///
/// Source: Kreuz, Chicharro, Houghton, Andrzejak & Mormann, J. Neurophysiol. 109:1457 (2013); the
/// edges: Kreuz, Mulansky & Bozanic, J. Neurophysiol. 113:3432 (2015); PySpike's `spike_distance`.
package enum SpikeDistance {
  /// The distance between two trains of the same span.
  package static func between(_ first: SpikeTrain, _ second: SpikeTrain) -> Double {
    precondition(first.span == second.span, "spike trains that are compared have the same span")
    let span = first.span
    let spikes = (EdgedTrain(first), EdgedTrain(second))
    var one = Profile(of: spikes.0, against: spikes.1)
    var other = Profile(of: spikes.1, against: spikes.0)

    var sum = 0.0
    var start = span.start
    while start < span.end {
      one.advance(past: start)
      other.advance(past: start)
      let end = min(one.following, other.following, span.end)
      sum += (end - start) * (value(one, other, at: start) + value(one, other, at: end)) / 2
      start = end
    }
    return sum / span.duration
  }

  private static func value(_ one: Profile, _ other: Profile, at time: Double) -> Double {
    let intervals = one.interval + other.interval
    return (one.value(at: time) * other.interval + other.value(at: time) * one.interval)
      / (intervals * intervals / 2)
  }

  /// A train with its auxiliary spikes.
  private struct EdgedTrain {
    /// The auxiliary spikes are the first one and the last one.
    let times: [Double]
    /// Whether the auxiliary spike at the end has a distance of its own.
    let endStandsAlone: Bool

    init(_ train: SpikeTrain) {
      let span = train.span
      let spikes = train.times.isEmpty ? [span.start, span.end] : train.times
      let last = spikes.count - 1
      let leading = last > 0 ? spikes[0] - (spikes[1] - spikes[0]) : span.start
      let trailing = last > 0 ? spikes[last] + (spikes[last] - spikes[last - 1]) : span.end
      times = [min(span.start, leading)] + spikes + [max(span.end, trailing)]
      endStandsAlone = last == 0 && spikes[0] == span.start
    }
  }

  /// S_n of one train, at a place in it that moves forwards.
  private struct Profile {
    private let times: [Double]
    /// Δt of each spike.
    private let distances: [Double]
    /// The spike before the present interval.
    private var index = 0

    init(of train: EdgedTrain, against other: EdgedTrain) {
      times = train.times
      var distances = zip(times, SpikeTrain.nearest(to: times, in: other.times)).map {
        ($0 - other.times[$1]).magnitude
      }
      let last = distances.count - 1
      distances[0] = distances[1]
      if !train.endStandsAlone { distances[last] = distances[last - 1] }
      self.distances = distances
    }

    var following: Double { times[index + 1] }
    var interval: Double { times[index + 1] - times[index] }

    /// Moves on to the interval that begins at or before a time, which is before the last spike, and
    /// ends after it.
    mutating func advance(past time: Double) {
      while times[index + 1] <= time { index += 1 }
    }

    /// S_n at a time within the present interval.
    func value(at time: Double) -> Double {
      (distances[index] * (times[index + 1] - time) + distances[index + 1] * (time - times[index]))
        / interval
    }
  }
}

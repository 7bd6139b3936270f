/// How two recordings of a voltage differ where neither has a spike.
///
/// Both are taken at the first one's samples, the second linearly interpolated; means are over time:
/// a sample stands for half the time to each of its neighbours, ⟨x⟩ = Σ w_i·x_i / Σ w_i with
/// w_i = (t_(i+1) − t_(i−1))/2, over the samples within the span and outside all cuts.
///
/// All but the share are not a number where no time is left to compare.
package struct VoltageDifference: Sendable, Equatable {
  /// √⟨(V₂ − V₁)²⟩, in mV.
  package let rootMeanSquare: Double
  /// ⟨V₂⟩ − ⟨V₁⟩, in mV.
  package let mean: Double
  /// σ₂ − σ₁, in mV, with σ² = ⟨(V − ⟨V⟩)²⟩.
  package let deviation: Double
  /// The share of the samples' time that was compared, from 0 to 1.
  package let comparedShare: Double

  /// - Parameters:
  ///   - first: the recording that is right.
  ///   - second: the recording that should be like it.
  ///   - span: what is compared.
  ///   - cut: what is left out.
  /// - Throws: `FidelityError.notCovered` unless both traces cover the span.
  package init(
    of first: VoltageTrace, and second: VoltageTrace, in span: TimeSpan, cut: SpikeCut
  ) throws(FidelityError) {
    try first.checkCovers(span)
    try second.checkCovers(span)
    let inSpan = first.times.indices.filter { span.contains(first.times[$0]) }
    let times = inSpan.map { first.times[$0] }
    let seconds = second.voltages(at: times)
    let kept = cut.keeps(times)

    var samples: [Sample] = []
    var allTime = 0.0
    for (index, sample) in inSpan.enumerated() {
      let weight =
        (times[min(index + 1, times.count - 1)] - times[max(index - 1, 0)]) / 2
      allTime += weight
      guard kept[index] else { continue }
      samples.append(
        Sample(weight: weight, first: first.voltages[sample], second: seconds[index]))
    }

    let time = samples.reduce(0) { $0 + $1.weight }
    func average(_ quantity: (Sample) -> Double) -> Double {
      samples.reduce(0) { $0 + $1.weight * quantity($1) } / time
    }
    let firstMean = average(\.first)
    let secondMean = average(\.second)
    mean = secondMean - firstMean
    rootMeanSquare = average { Self.square($0.second - $0.first) }.squareRoot()
    deviation =
      average { Self.square($0.second - secondMean) }.squareRoot()
      - average { Self.square($0.first - firstMean) }.squareRoot()
    comparedShare = allTime > 0 ? time / allTime : 0
  }

  private struct Sample {
    let weight, first, second: Double
  }

  private static func square(_ value: Double) -> Double { value * value }
}

extension VoltageTrace {
  /// The threshold that counts as a spike where nothing else is said, in mV: eFEL's `Threshold`.
  package static let spikeThreshold = -20.0

  /// The times, in ms, at which the voltage crosses a threshold upwards, linearly interpolated
  /// between samples.
  ///
  /// A crossing is a sample below the threshold with the next one at or above it. A trace that begins
  /// above the threshold has no crossing there; one that touches the threshold and turns back has.
  ///
  /// - Parameter threshold: in mV.
  package func upwardCrossings(of threshold: Double = spikeThreshold) -> [Double] {
    crossingIndices(of: threshold).map { time(of: threshold, before: $0) }
  }

  /// The first sample at or above the threshold of each upward crossing.
  func crossingIndices(of threshold: Double) -> [Int] {
    voltages.indices.dropFirst().filter {
      voltages[$0 - 1] < threshold && voltages[$0] >= threshold
    }
  }

  /// The spikes within a stretch of time, both ends included.
  ///
  /// - Parameters:
  ///   - span: what is compared.
  ///   - threshold: in mV.
  /// - Throws: `FidelityError.parameter` for a threshold that is not a finite number.
  package func spikes(
    in span: TimeSpan, threshold: Double = spikeThreshold
  ) throws(FidelityError) -> SpikeTrain {
    try Self.check(threshold: threshold)
    return try SpikeTrain(
      times: upwardCrossings(of: threshold).filter(span.contains), span: span)
  }

  static func check(threshold: Double) throws(FidelityError) {
    guard Magnitude.isUsable(threshold) else {
      throw .parameter(name: "threshold", value: threshold, expected: "a finite number of mV")
    }
  }
}

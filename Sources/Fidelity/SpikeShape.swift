/// The shape of a trace's spikes, by the definitions of eFEL, on the trace's own samples (eFEL
/// interpolates a trace to steps of `interp_step` first).
///
/// A spike's peak is the highest sample between an upward crossing of the threshold and the next sample
/// below it; a spike that does not come down before the trace ends has none. Its trough is the first
/// sample after the peak that the two samples after it do not undercut, and the lowest before the
/// next peak where there is none.
///
/// Means are over the spikes of the span; not a number where there are none.
///
/// Source: Ranjan et al., eFEL, doi:10.5281/zenodo.593869: the features `AP_height`,
/// `spike_half_width` and `time_to_first_spike`.
package struct SpikeShape: Sendable, Equatable {
  /// `AP_height`, averaged: the voltage of the peak, in mV.
  package let height: Double
  /// `spike_half_width`, averaged, in ms: the time the voltage stays above the middle between peak
  /// and trough. A spike without a trough, the last of a trace that only falls after it, has none;
  /// neither has one of which the rise was not recorded.
  package let halfWidth: Double
  /// `time_to_first_spike`, in ms: from the start of the span to the first peak.
  package let latency: Double

  /// - Parameters:
  ///   - trace: what is measured.
  ///   - span: crossings of the threshold within it count; it begins with the stimulus.
  ///   - threshold: in mV.
  /// - Throws: `FidelityError.parameter` for a threshold that is not a finite number.
  package init(
    of trace: VoltageTrace, in span: TimeSpan, threshold: Double = VoltageTrace.spikeThreshold
  ) throws(FidelityError) {
    try VoltageTrace.check(threshold: threshold)
    let peaks = Self.peaks(of: trace, in: span, threshold: threshold)
    height = Self.mean(peaks.map { trace.voltages[$0] })
    latency = peaks.first.map { trace.times[$0] - span.start } ?? .nan

    var widths: [Double] = []
    var onset = trace.times.firstIndex { $0 >= span.start } ?? 0
    for (peak, end) in zip(peaks, peaks.dropFirst() + [trace.times.count]) {
      let trough = Self.trough(of: trace.voltages, from: peak, to: end)
      guard trough < trace.times.count - 1 else { break }
      if let width = Self.halfWidth(of: trace, onset: onset, peak: peak, trough: trough) {
        widths.append(width)
      }
      onset = trough
    }
    halfWidth = Self.mean(widths)
  }

  /// The sample of each spike's peak.
  private static func peaks(
    of trace: VoltageTrace, in span: TimeSpan, threshold: Double
  ) -> [Int] {
    trace.crossingIndices(of: threshold).compactMap { crossing in
      guard span.contains(trace.time(of: threshold, before: crossing)) else { return nil }
      var peak = crossing
      for index in crossing..<trace.voltages.count {
        if trace.voltages[index] < threshold { return peak }
        if trace.voltages[index] > trace.voltages[peak] { peak = index }
      }
      return nil
    }
  }

  /// The sample of the trough after a peak; `end` is the next peak, or the number of samples.
  private static func trough(of voltages: [Double], from peak: Int, to end: Int) -> Int {
    var lowest = peak
    for index in peak..<end {
      if voltages[index] < voltages[lowest] { lowest = index }
      if index - lowest == 2 { return lowest }
    }
    return lowest
  }

  /// The time above the middle between peak and trough, in ms.
  private static func halfWidth(
    of trace: VoltageTrace, onset: Int, peak: Int, trough: Int
  ) -> Double? {
    let middle = (trace.voltages[peak] + trace.voltages[trough]) / 2
    guard let rise = trace.voltages[onset...peak].firstIndex(where: { $0 >= middle }),
      rise > 0, trace.voltages[rise - 1] < middle,
      let fall = trace.voltages[peak...trough].firstIndex(where: { $0 <= middle }), fall > peak
    else { return nil }
    return trace.time(of: middle, before: fall) - trace.time(of: middle, before: rise)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}

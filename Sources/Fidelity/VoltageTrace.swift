/// A membrane potential over time, as an electrode or a simulator recorded it: straight lines
/// between samples, which need not be evenly spaced.
///
/// Two samples may have the same time: that is how a simulator of variable time step records a jump.
package struct VoltageTrace: Sendable, Equatable {
  /// In ms, never falling; at least two.
  package let times: [Double]
  /// In mV, one for each time.
  package let voltages: [Double]

  /// - Parameters:
  ///   - times: in ms.
  ///   - voltages: in mV.
  /// - Throws: `FidelityError` for lengths that differ, fewer than two samples, numbers that are not
  ///   finite, and times that fall.
  package init(times: [Double], voltages: [Double]) throws(FidelityError) {
    guard times.count == voltages.count else {
      throw .lengths(times: times.count, voltages: voltages.count)
    }
    guard times.count > 1 else { throw .tooShort(count: times.count) }
    try Magnitude.check(times: times, of: "times")
    try Magnitude.check(voltages, of: "voltages")
    self.times = times
    self.voltages = voltages
  }

  /// Whether all of a stretch of time was recorded.
  ///
  /// - Throws: `FidelityError.notCovered` if not.
  func checkCovers(_ span: TimeSpan) throws(FidelityError) {
    guard times[0] <= span.start, span.end <= times[times.count - 1] else {
      throw .notCovered(
        start: span.start, end: span.end, recordedFrom: times[0],
        recordedTo: times[times.count - 1])
    }
  }

  /// The time, in ms, at which the line between a sample and the one before it takes a voltage.
  ///
  /// - Parameters:
  ///   - voltage: in mV, between the two samples' and not equal to both.
  ///   - index: of the later sample; 1 or greater.
  func time(of voltage: Double, before index: Int) -> Double {
    let share =
      (voltage - voltages[index - 1]) / (voltages[index] - voltages[index - 1])
    // Rounding must not take the point past the sample.
    return min(times[index - 1] + share * (times[index] - times[index - 1]), times[index])
  }
}

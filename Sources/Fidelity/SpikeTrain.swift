/// The times of a cell's spikes within a stretch of time.
package struct SpikeTrain: Sendable, Equatable {
  /// In ms, never falling, all within the span.
  package let times: [Double]
  package let span: TimeSpan

  package var count: Int { times.count }

  /// - Parameters:
  ///   - times: in ms.
  ///   - span: when spikes were looked for.
  ///   - name: for messages.
  /// - Throws: `FidelityError` for times that are not finite, fall, or lie outside the span.
  package init(
    times: [Double], span: TimeSpan, name: String = "spikes"
  ) throws(FidelityError) {
    try Magnitude.check(times: times, of: name)
    if let index = times.firstIndex(where: { !span.contains($0) }) {
      throw .outside(
        series: name, index: index, value: times[index], start: span.start, end: span.end)
    }
    self.times = times
    self.span = span
  }
}

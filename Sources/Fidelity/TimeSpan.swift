/// The stretch of time that is compared, in ms; longer than nothing.
package struct TimeSpan: Sendable, Equatable {
  package let start: Double
  package let end: Double

  /// end − start, in ms.
  package var duration: Double { end - start }

  /// - Parameters:
  ///   - start: in ms.
  ///   - end: in ms, after the start.
  /// - Throws: `FidelityError.span`.
  package init(start: Double, end: Double) throws(FidelityError) {
    guard Magnitude.isUsable(start), Magnitude.isUsable(end), start < end else {
      throw .span(start: start, end: end)
    }
    self.start = start
    self.end = end
  }

  /// Whether a time, in ms, lies within; both ends do.
  package func contains(_ time: Double) -> Bool { time >= start && time <= end }
}

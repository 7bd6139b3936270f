/// What brings events to a connection.
package enum EventSource: Sendable, Codable, Equatable {
  /// Nothing but events that a script gives.
  case none
  /// A NetStim: `number` events from `start` on, `interval` apart on average; `noise` is the share of the
  /// interval that is random. In ms.
  case train(interval: Double, number: Double, start: Double, noise: Double)
  /// A voltage that crosses the connection's threshold; the section's index where it is one of the cell's,
  /// and the position on it, which is not known for a variable other than the voltage.
  case crossing(section: Int?, position: Double?)
  /// A spiking cell without a voltage, or a point process that sends events.
  case process(kind: String)

  /// A train that stops earlier is a stimulus, not part of the mean drive. In ms.
  private static let lasting = 1000.0

  /// The mean rate of the events in Hz; nil where it is not known beforehand.
  package var meanRate: Double? {
    // One whose start is negative waits for an event of another source.
    guard case .train(let interval, let number, let start, _) = self, start >= 0, interval > 0,
      number * interval >= Self.lasting
    else { return nil }
    return 1000 / interval
  }
}

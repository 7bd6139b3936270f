/// A NetCon: what brings events to a point process.
package struct Connection: Sendable, Codable, Equatable {
  /// Index of the point process that receives the events.
  package var target: Int
  /// In the unit that the target's NET_RECEIVE takes: µS for conductance synapses.
  package var weights: [Double]
  /// In ms.
  package var delay: Double
  /// In mV, where the source is a voltage.
  package var threshold: Double
  /// Whether events pass.
  package var isActive: Bool
  package var source: EventSource
  /// Connections in which this is equal have their events from one and the same source; nil where nothing is
  /// known of that.
  package var sourceIdentity: Int?

  package init(
    target: Int, weights: [Double], delay: Double = 1, threshold: Double = 10,
    isActive: Bool = true, source: EventSource = .none,
    sourceIdentity: Int? = nil
  ) {
    self.target = target
    self.weights = weights
    self.delay = delay
    self.threshold = threshold
    self.isActive = isActive
    self.source = source
    self.sourceIdentity = sourceIdentity
  }

  /// The mean rate in Hz of the events that pass; nil where it is not known beforehand.
  package var meanRate: Double? { isActive ? source.meanRate : 0 }
}

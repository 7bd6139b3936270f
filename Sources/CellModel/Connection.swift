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

  package init(
    target: Int, weights: [Double], delay: Double = 1, threshold: Double = 10,
    isActive: Bool = true, source: EventSource = .none
  ) {
    self.target = target
    self.weights = weights
    self.delay = delay
    self.threshold = threshold
    self.isActive = isActive
    self.source = source
  }

  /// The mean rate in Hz of the events that pass; nil where it is not known beforehand.
  package var meanRate: Double? { isActive ? source.meanRate : 0 }
}

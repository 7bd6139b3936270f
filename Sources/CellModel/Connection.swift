/// A NetCon: what brings events to a point process.
package struct Connection: Sendable, Codable, Equatable {
  /// Index of the point process that receives the events.
  package var target: Int
  /// In ms.
  package var delay: Double
  /// In mV; the source's, where it is a membrane potential.
  package var threshold: Double
  /// In the unit that the target's NET_RECEIVE takes: µS for conductance synapses.
  package var weights: [Double]

  package init(target: Int, delay: Double, threshold: Double, weights: [Double]) {
    self.target = target
    self.delay = delay
    self.threshold = threshold
    self.weights = weights
  }
}

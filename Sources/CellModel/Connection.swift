/// A NetCon: what brings events to a point process.
///
/// A reduction changes the target at most: delay, threshold and source of a live NetCon stay as they
/// are in the session, and are not read.
package struct Connection: Sendable, Codable, Equatable {
  /// Index of the point process that receives the events.
  package var target: Int
  /// In the unit that the target's NET_RECEIVE takes: µS for conductance synapses.
  package var weights: [Double]

  package init(target: Int, weights: [Double]) {
    self.target = target
    self.weights = weights
  }
}

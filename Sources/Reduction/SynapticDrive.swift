import CellModel
import SynapseResponse

/// How a cell's synapses are driven, and how they respond to it.
package struct SynapticDrive: Sendable, Equatable {
  package let responses: [SynapticResponse]
  /// For each point process of the cell, the index of its response; nil where none was measured.
  package let responseIndices: [Int?]
  /// The mean rate of each connection's events in Hz; nil where it is not known.
  package let rates: [Double?]
  /// What each connection's events do at these rates; nil where each does what a first one does.
  package let steadyEvents: [SteadyEvent?]

  package init(
    responses: [SynapticResponse] = [], responseIndices: [Int?] = [], rates: [Double?] = [],
    steadyEvents: [SteadyEvent?] = []
  ) {
    self.steadyEvents = steadyEvents
    self.responses = responses
    self.responseIndices = responseIndices
    self.rates = rates
  }

  /// The response of a point process; nil where none was measured.
  func response(ofPointProcess index: Int) -> SynapticResponse? {
    guard responseIndices.indices.contains(index), let response = responseIndices[index] else {
      return nil
    }
    return responses.indices.contains(response) ? responses[response] : nil
  }

  /// How a point process responds to the events of a connection in the mean, at their rate.
  func response(ofPointProcess index: Int, toConnection connection: Int) -> SynapticResponse? {
    let response = response(ofPointProcess: index)
    return steadyEvent(ofConnection: connection).map { response?.passing(charge: $0.charge) }
      ?? response
  }

  /// What the charge of a connection's events goes with: the weight to this power.
  func exponent(ofConnection index: Int) -> Double {
    steadyEvent(ofConnection: index)?.exponent ?? 1
  }

  private func steadyEvent(ofConnection index: Int) -> SteadyEvent? {
    steadyEvents.indices.contains(index) ? steadyEvents[index] : nil
  }

  /// Events of a connection per ms; 0 where the rate is not known.
  func eventsPerMillisecond(ofConnection index: Int) -> Double {
    guard rates.indices.contains(index), let rate = rates[index] else { return 0 }
    return rate * 1e-3
  }
}

/// What an event does in the mean where they come at their rate, to a synapse that remembers earlier events or
/// fails at random: the first event to a synapse at rest may do more (depression) or less (facilitation).
package struct SteadyEvent: Sendable, Equatable {
  /// ∫g dt for a weight of 1, in µS·ms per unit of weight.
  package let charge: Double
  /// d ln(charge) / d ln(weight): 1 of a conductance in proportion to the weight, 4 of one that grows with the
  /// fourth power of a messenger that the weight stands for, less than 1 near a limit.
  package let exponent: Double

  /// - Returns: nil for a charge that is no number, or negative.
  package init?(charge: Double, exponent: Double = 1) {
    guard charge.isFinite, charge >= 0 else { return nil }
    self.charge = charge
    self.exponent = exponent.isFinite ? exponent : 1
  }
}

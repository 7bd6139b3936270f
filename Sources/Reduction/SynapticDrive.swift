import CellModel
import SynapseResponse

/// How a cell's synapses are driven, and how they respond to it.
package struct SynapticDrive: Sendable, Equatable {
  package let responses: [SynapticResponse]
  /// For each point process of the cell, the index of its response; nil where none was measured.
  package let responseIndices: [Int?]
  /// The mean rate of each connection's events in Hz; nil where it is not known.
  package let rates: [Double?]

  package init(
    responses: [SynapticResponse] = [], responseIndices: [Int?] = [], rates: [Double?] = []
  ) {
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

  /// Events of a connection per ms; 0 where the rate is not known.
  func eventsPerMillisecond(ofConnection index: Int) -> Double {
    guard rates.indices.contains(index), let rate = rates[index] else { return 0 }
    return rate * 1e-3
  }
}

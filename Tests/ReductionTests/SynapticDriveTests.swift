import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct SynapticDriveTests {
  @Test func whatIsNotKnownIsNil() {
    let drive = SynapticDrive(
      responses: [DoubleExponential().response()], responseIndices: [0, nil, 7],
      rates: [1000, nil])
    #expect(drive.response(ofPointProcess: 0) == drive.responses[0])
    for index in [1, 2, 3] { #expect(drive.response(ofPointProcess: index) == nil) }
    #expect(drive.eventsPerMillisecond(ofConnection: 0) == 1)
    for index in [1, 2] { #expect(drive.eventsPerMillisecond(ofConnection: index) == 0) }
  }

  /// The mean event has the time course of the first one, with another charge.
  @Test func eventsAtTheirRateCountInPlaceOfAFirstOne() throws {
    let response = DoubleExponential().response()
    let drive = SynapticDrive(
      responses: [response, SynapticResponse(nature: .stochastic)], responseIndices: [0, 1],
      rates: [10, 10, 10],
      steadyEvents: [
        SteadyEvent(charge: response.charge / 4, exponent: 3), nil, SteadyEvent(charge: 2),
      ])
    let steady = try #require(drive.response(ofPointProcess: 0, toConnection: 0))
    #expect(steady.charge == response.charge / 4)
    for (one, other) in zip(steady.power, response.power) { #expect(one == other / 4) }
    #expect(drive.exponent(ofConnection: 0) == 3)
    for index in [1, 3] {
      #expect(drive.response(ofPointProcess: 0, toConnection: index) == response)
      #expect(drive.exponent(ofConnection: index) == 1)
    }
    let random = try #require(drive.response(ofPointProcess: 1, toConnection: 2))
    #expect(random.charge == 2)
    #expect(random.power.allSatisfy { $0 == 0 })
    #expect(drive.response(ofPointProcess: 7, toConnection: 0) == nil)
  }

  @Test func chargesThatAreNoneAreNotKnown() {
    for charge in [-1, .nan, .infinity] { #expect(SteadyEvent(charge: charge) == nil) }
    #expect(SteadyEvent(charge: 1, exponent: .nan)?.exponent == 1)
  }
}

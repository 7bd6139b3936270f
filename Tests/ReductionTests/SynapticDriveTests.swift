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
}

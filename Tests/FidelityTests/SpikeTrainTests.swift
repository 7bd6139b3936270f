import Fidelity
import Testing

@Suite struct SpikeTrainTests {
  @Test func rateIsPerSecond() throws {
    let span = try TimeSpan(start: 100, end: 600)
    #expect(try SpikeTrain(times: [100, 300, 600], span: span).rate == 6)
    #expect(try SpikeTrain(times: [], span: span).rate == 0)
  }

  @Test func rateErrorIsRelativeToTheReference() throws {
    let trains = try [0, 1, 2, 3].map { try SpikeTrain((0..<$0).map(Double.init)) }
    #expect(trains[1].rateError(against: trains[2]) == 0.5)
    #expect(trains[3].rateError(against: trains[2]) == 0.5)
    #expect(trains[0].rateError(against: trains[3]) == 1)
    #expect(trains[0].rateError(against: trains[0]) == 0)
    #expect(trains[1].rateError(against: trains[0]) == .infinity)
  }

  @Test func spikesOutsideOrInDisorderAreRefused() throws {
    let span = try TimeSpan(start: 0, end: 10)
    #expect(
      throws: FidelityError.outside(series: "spikes", index: 1, value: 11, start: 0, end: 10)
    ) {
      try SpikeTrain(times: [1, 11], span: span)
    }
    #expect(throws: FidelityError.falling(series: "spikes", index: 1, value: 1, previous: 2)) {
      try SpikeTrain(times: [2, 1], span: span)
    }
    #expect(throws: FidelityError.self) { try SpikeTrain(times: [.nan], span: span) }
  }

  @Test(arguments: [(1.0, 1.0), (2, 1), (0, .infinity), (.nan, 1), (0, .nan), (-1e300, 0)])
  func spansWithoutALengthAreRefused(start: Double, end: Double) {
    #expect(throws: FidelityError.self) { try TimeSpan(start: start, end: end) }
  }
}

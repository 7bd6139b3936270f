import Fidelity
import TestSupport
import Testing

@Suite struct VoltageTraceTests {
  // MARK: Crossings

  @Test func crossingsAreInterpolated() throws {
    let trace = try VoltageTrace(
      times: [0, 1, 3, 4, 6], voltages: [-70, -30, 10, -70, 30])
    #expect(trace.upwardCrossings(of: -20) == [1.5, 5])
    #expect(trace.upwardCrossings(of: -50) == [0.5, 4.4])
    #expect(trace.upwardCrossings(of: 100) == [])
  }

  @Test func crossingsAtSamples() throws {
    let trace = try VoltageTrace(
      times: [0, 1, 2, 3, 4], voltages: [-20, -70, -20, -70, -20])
    #expect(trace.upwardCrossings() == [2, 4])
  }

  @Test func jumpsAreCrossings() throws {
    let trace = try VoltageTrace(times: [0, 1, 1, 2], voltages: [-70, -70, 0, 0])
    #expect(trace.upwardCrossings() == [1])
  }

  /// Every crossing lies between the sample below and the one above, and their times never fall.
  @Test(arguments: UInt64(1)...100)
  func crossingsAreWhereTheTraceCrosses(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var time = 0.0
    let times = (0..<200).map { _ in
      time += generator.uniform(0...1)
      return time
    }
    let trace = try VoltageTrace(
      times: times, voltages: times.map { _ in generator.uniform(-80...40) })
    let crossings = trace.upwardCrossings()
    #expect(crossings == crossings.sorted())
    #expect(crossings.allSatisfy { times[0] < $0 && $0 <= times[199] })
    for (voltage, crossing) in zip(trace.voltages(at: crossings), crossings) {
      // The slope is at most 120 mV over the interval; the time is right to an ulp of 100 ms.
      let index = try #require(times.firstIndex { $0 >= crossing })
      let slope = 120 / (times[index] - times[index - 1])
      #expect(abs(voltage + 20) <= 1e-12 + slope * 200 * Double.ulpOfOne)
    }
  }

  @Test func spikesOfASpan() throws {
    let trace = try VoltageTrace(times: [0, 1, 2, 3], voltages: [-70, 30, -70, 30])
    #expect(try trace.spikes(in: TimeSpan(start: 0, end: 3)).times == [0.5, 2.5])
    #expect(try trace.spikes(in: TimeSpan(start: 0.5, end: 2)).times == [0.5])
    #expect(throws: FidelityError.self) {
      try trace.spikes(in: TimeSpan(start: 0, end: 1), threshold: .nan)
    }
  }

  // MARK: Interpolation

  @Test func voltagesBetweenSamples() throws {
    let trace = try VoltageTrace(times: [0, 2, 2, 6], voltages: [0, 4, 10, 2])
    #expect(trace.voltages(at: [-1, 0, 1, 2, 3, 6, 9]) == [0, 0, 2, 10, 8, 2, 2])
  }

  @Test func voltagesAtTheSamplesAreTheSamples() throws {
    var generator = SplitMix64(seed: 7)
    let times = (0..<100).map { Double($0) * 0.025 }
    let trace = try VoltageTrace(
      times: times, voltages: times.map { _ in generator.uniform(-80...40) })
    #expect(trace.voltages(at: times) == trace.voltages)
  }

  // MARK: What is refused

  @Test func tracesThatAreNoneAreRefused() {
    let cases: [([Double], [Double], FidelityError)] = [
      ([0, 1], [0], .lengths(times: 2, voltages: 1)),
      ([0], [0], .tooShort(count: 1)),
      ([], [], .tooShort(count: 0)),
      ([0, 2, 1], [0, 0, 0], .falling(series: "times", index: 2, value: 1, previous: 2)),
      ([0, .infinity], [0, 0], .value(series: "times", index: 1, value: .infinity)),
      ([0, 1], [0, 1e101], .value(series: "voltages", index: 1, value: 1e101)),
    ]
    for (times, voltages, error) in cases {
      #expect(throws: error) { try VoltageTrace(times: times, voltages: voltages) }
    }
    #expect(throws: FidelityError.self) { try VoltageTrace(times: [0, 1], voltages: [.nan, 0]) }
  }
}

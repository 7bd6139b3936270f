import Fidelity
import Testing

@Suite struct SpikeShapeTests {
  /// Rest at −70 mV, 1 ms to a peak, 1 ms to a trough of −80 mV, 2 ms back to rest.
  static func trace(peaks: [(time: Double, voltage: Double)], end: Double = 100) throws
    -> VoltageTrace
  {
    var times = [0.0]
    var voltages = [-70.0]
    for peak in peaks {
      times += [-1, 0, 1, 3].map { peak.time + $0 }
      voltages += [-70, peak.voltage, -80, -70]
    }
    times += [end - 1, end]
    voltages += [-70, -70]
    return try VoltageTrace(times: times, voltages: voltages)
  }

  static func span(from start: Double = 0) throws -> TimeSpan {
    try TimeSpan(start: start, end: 100)
  }

  /// Peaks at 20 and 40 mV; the middles −30 and −20 mV are 4/9 and 5/11 up the rise from −70 mV, and
  /// half-way down: widths 1 − 4/9 + 1/2 and 1 − 5/11 + 1/2 ms.
  @Test func closedForm() throws {
    let shape = try SpikeShape(
      of: Self.trace(peaks: [(30, 20), (50, 40)]), in: Self.span(from: 10))
    #expect(shape.height == 30)
    #expect(shape.latency == 20)
    let expected = (1.5 - 4 / 9.0 + 1.5 - 5 / 11.0) / 2
    // The times are up to 50 ms.
    #expect(abs(shape.halfWidth - expected) < 200 * Double.ulpOfOne)
  }

  @Test func onlySpikesOfTheSpanCount() throws {
    let trace = try Self.trace(peaks: [(30, 20), (50, 40)])
    let shape = try SpikeShape(of: trace, in: Self.span(from: 40))
    #expect(shape.height == 40)
    #expect(shape.latency == 10)
  }

  @Test func withoutSpikesNothingIsANumber() throws {
    for threshold in [-20, 20.0] {
      let shape = try SpikeShape(
        of: Self.trace(peaks: [(30, -30)]), in: Self.span(), threshold: threshold)
      #expect(shape.height.isNaN)
      #expect(shape.halfWidth.isNaN)
      #expect(shape.latency.isNaN)
    }
  }

  /// A spike that the trace ends on has no peak; one that still falls has no width.
  @Test func spikesThatTheTraceEndsOn() throws {
    let rising = try VoltageTrace(times: [0, 1, 2], voltages: [-70, 0, 10])
    let span = try TimeSpan(start: 0, end: 2)
    #expect(try SpikeShape(of: rising, in: span).height.isNaN)
    let falling = try VoltageTrace(times: [0, 1, 2], voltages: [-70, 0, -60])
    let shape = try SpikeShape(of: falling, in: span)
    #expect(shape.height == 0)
    #expect(shape.latency == 1)
    #expect(shape.halfWidth.isNaN)
  }

  /// A trace that starts within the spike: the rise to the middle was not recorded.
  @Test func spikesWithoutARise() throws {
    let trace = try VoltageTrace(
      times: [0, 1, 2, 3, 4, 5], voltages: [-21, 0, -80, -70, -70, -70])
    let shape = try SpikeShape(of: trace, in: TimeSpan(start: 0, end: 5))
    #expect(shape.height == 0)
    #expect(shape.halfWidth.isNaN)
  }

  @Test(arguments: [Double.nan, .infinity])
  func thresholdsWithoutAMeaningAreRefused(threshold: Double) throws {
    let trace = try Self.trace(peaks: [])
    #expect(throws: FidelityError.self) {
      try SpikeShape(of: trace, in: Self.span(), threshold: threshold)
    }
  }
}

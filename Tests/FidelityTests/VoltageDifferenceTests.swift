import Fidelity
import RealModule
import TestSupport
import Testing

@Suite struct VoltageDifferenceTests {
  static let times = (0...1000).map { Double($0) * 0.1 }

  static func trace(_ voltage: (Double) -> Double) throws -> VoltageTrace {
    try VoltageTrace(times: times, voltages: times.map(voltage))
  }

  static func cut(_ spikes: [Double] = []) throws -> SpikeCut { try SpikeCut(times: spikes) }
  static var span: TimeSpan { get throws { try TimeSpan(start: 0, end: 100) } }

  // MARK: Closed forms

  @Test func ofEqualTracesIsNil() throws {
    var generator = SplitMix64(seed: 3)
    let trace = try Self.trace { _ in generator.uniform(-80...0) }
    let difference = try VoltageDifference(
      of: trace, and: trace, in: Self.span, cut: Self.cut([30]))
    #expect(difference.rootMeanSquare == 0)
    #expect(difference.mean == 0)
    #expect(difference.deviation == 0)
  }

  /// Of sine waves over 10 whole periods: means 0, standard deviations A/√2; in quadrature the mean
  /// square of the difference is (A² + B²)/2. Trapezoids are exact there, but for rounding.
  @Test func ofSineWaves() throws {
    let first = try Self.trace { 3 * Double.sin(2 * .pi * $0 / 10) - 70 }
    let second = try Self.trace { 4 * Double.cos(2 * .pi * $0 / 10) - 68 }
    let difference = try VoltageDifference(
      of: first, and: second, in: Self.span, cut: Self.cut())
    #expect(abs(difference.mean - 2) < 1e-12)
    #expect(abs(difference.deviation - 1 / 2.0.squareRoot()) < 1e-12)
    #expect(abs(difference.rootMeanSquare - (12.5 + 4).squareRoot()) < 1e-12)
    #expect(difference.comparedShare == 1)
  }

  /// A sample stands for its time: 0 mV over 9 ms and 10 mV over 1 ms, with a jump.
  @Test func meansAreOverTime() throws {
    let first = try VoltageTrace(times: [0, 3, 9, 9, 9.1, 10], voltages: [0, 0, 0, 10, 10, 10])
    let second = try VoltageTrace(times: [0, 10], voltages: [0, 0])
    let difference = try VoltageDifference(
      of: first, and: second, in: TimeSpan(start: 0, end: 10), cut: Self.cut())
    #expect(abs(difference.mean + 1) < 1e-12)
    #expect(abs(difference.rootMeanSquare - 10.0.squareRoot()) < 1e-12)
    #expect(abs(difference.deviation + 3) < 1e-12)
  }

  // MARK: Cuts

  /// What differs lies within 2 ms before to 10 ms after the spikes, in any order.
  @Test func whatIsCutDoesNotCount() throws {
    let first = try Self.trace { _ in -70 }
    let second = try Self.trace { 38 <= $0 && $0 <= 50 || 58 <= $0 && $0 <= 75 ? 30 : -70 }
    let whole = try VoltageDifference(
      of: first, and: second, in: Self.span, cut: Self.cut([40, 60]))
    #expect(whole.rootMeanSquare > 0)
    let difference = try VoltageDifference(
      of: first, and: second, in: Self.span, cut: Self.cut([65, 40, 60]))
    #expect(difference.rootMeanSquare == 0)
    // 12 and 17 ms, to the steps of 0.1 ms at their edges.
    #expect(abs(difference.comparedShare - 0.71) < 0.003)
  }

  @Test func wideCutsReachPastLaterSpikes() throws {
    let first = try Self.trace { _ in -70 }
    let second = try Self.trace { 20 <= $0 && $0 <= 70 ? 30 : -70 }
    let difference = try VoltageDifference(
      of: first, and: second, in: Self.span,
      cut: SpikeCut(times: [25, 60, 30], before: 30, after: 15))
    #expect(difference.rootMeanSquare == 0)
  }

  @Test func nothingLeftIsNotANumber() throws {
    let trace = try Self.trace { _ in -70 }
    let difference = try VoltageDifference(
      of: trace, and: trace, in: Self.span, cut: SpikeCut(times: [50], before: 60, after: 60))
    #expect(difference.rootMeanSquare.isNaN)
    #expect(difference.mean.isNaN)
    #expect(difference.deviation.isNaN)
    #expect(difference.comparedShare == 0)
    let between = try VoltageDifference(
      of: trace, and: trace, in: TimeSpan(start: 0.01, end: 0.02), cut: Self.cut())
    #expect(between.mean.isNaN)
    #expect(between.comparedShare == 0)
  }

  /// The largest numbers that a trace takes.
  @Test func nothingOverflows() throws {
    let trace = try VoltageTrace(times: [-1e100, 0, 1e100], voltages: [-1e100, 1e100, -1e100])
    let other = try VoltageTrace(times: [-1e100, 1e100], voltages: [1e100, 1e100])
    let difference = try VoltageDifference(
      of: trace, and: other, in: TimeSpan(start: -1e100, end: 1e100), cut: Self.cut())
    #expect(difference.rootMeanSquare.isFinite)
    #expect(difference.deviation.isFinite)
  }

  // MARK: What is refused

  @Test func spansThatWereNotRecordedAreRefused() throws {
    let long = try Self.trace { _ in 0 }
    let short = try VoltageTrace(times: [10, 90], voltages: [0, 0])
    for (first, second) in [(long, short), (short, long)] {
      #expect(
        throws: FidelityError.notCovered(start: 0, end: 100, recordedFrom: 10, recordedTo: 90)
      ) {
        try VoltageDifference(of: first, and: second, in: Self.span, cut: Self.cut())
      }
    }
  }

  @Test(arguments: [(-1.0, 1.0), (1, -1), (.nan, 1), (1, .infinity)])
  func cutsWithoutAMeaningAreRefused(before: Double, after: Double) {
    #expect(throws: FidelityError.self) {
      try SpikeCut(times: [], before: before, after: after)
    }
  }
}

import Fidelity
import TestSupport
import Testing

/// Whatever two recordings hold, a comparison of them is a value or an error that can be told.
@Suite struct FidelityFuzzTests {
  private static let lanes = 4
  private static let caseCount = 20_000

  @Test(arguments: 0..<lanes)
  func everyMeasureAnswersOrThrows(lane: Int) {
    var compared = 0
    for seed in stride(from: UInt64(lane), to: UInt64(Self.caseCount), by: Self.lanes) {
      var generator = SplitMix64(seed: seed)
      do throws(FidelityError) {
        try Self.compare(&generator)
        compared += 1
      } catch {
        #expect(!error.description.isEmpty, "seed \(seed)")
      }
    }
    // Recordings that are all refused would try nothing.
    #expect(compared > Self.caseCount / Self.lanes / 4)
  }

  private static func compare(_ generator: inout SplitMix64) throws(FidelityError) {
    let span = try TimeSpan(start: 0, end: [0, 1, 10, 1e99].pick(&generator) + 1)
    let trains = try (train(in: span, &generator), train(in: span, &generator))
    let window = [0, 0, 5, 1e-300, 1e99, -1, .nan].pick(&generator)
    _ = try Coincidence(of: trains.0, and: trains.1, window: window)
    _ = SpikeSynchronization.between(trains.0, trains.1)
    _ = SpikeDistance.between(trains.0, trains.1)
    _ = trains.0.rateError(against: trains.1)

    let traces = try (trace(&generator), trace(&generator))
    let threshold = [-20, -20, 0, 1e99, -1e99, .nan].pick(&generator)
    _ = try traces.0.spikes(in: span, threshold: threshold)
    _ = try SpikeShape(of: traces.0, in: span, threshold: threshold)
    _ = try VoltageDifference(
      of: traces.0, and: traces.1, in: TimeSpan(start: 0, end: 1),
      cut: SpikeCut(times: trains.0.times, before: [0, 2].pick(&generator), after: 1))
  }

  /// Spikes that meet, fall on the edges or, now and then, where none may be.
  private static func train(
    in span: TimeSpan, _ generator: inout SplitMix64
  ) throws(FidelityError) -> SpikeTrain {
    var times: [Double] = []
    for _ in 0..<Int.random(in: 0...5, using: &generator) {
      times.append([0, 0.5, 0.5, 1, span.end, 1e-300].pick(&generator))
    }
    times.sort()
    if Int.random(in: 0..<30, using: &generator) == 0 { times.append(.nan) }
    return try SpikeTrain(times: times, span: span)
  }

  /// Samples that repeat times and voltages, some out of all proportion.
  private static func trace(
    _ generator: inout SplitMix64
  ) throws(FidelityError) -> VoltageTrace {
    var time = 0.0
    var times: [Double] = []
    var voltages: [Double] = []
    for _ in 0..<Int.random(in: 2...9, using: &generator) {
      times.append(time)
      time += [0, 0.25, 0.25, 1, 1e-300].pick(&generator)
      voltages.append([-65, -65, -20, 0, 30, 1e99, -1e99, 0.0.nextUp].pick(&generator))
    }
    times.append(max(time, 1))
    voltages.append(-65)
    switch Int.random(in: 0..<40, using: &generator) {
    case 0: voltages[0] = .infinity
    case 1: voltages.removeLast()
    case 2: times.reverse()
    default: break
    }
    return try VoltageTrace(times: times, voltages: voltages)
  }
}

extension [Double] {
  fileprivate func pick(_ generator: inout SplitMix64) -> Double {
    self[Int(generator.next() % UInt64(count))]
  }
}

import Fidelity
import RealModule
import TestSupport

extension SpikeTrain {
  /// A second, from which all trains of these tests are.
  static var second: TimeSpan { get throws { try TimeSpan(start: 0, end: 1000) } }

  /// Spikes of a second.
  init(_ times: [Double]) throws { try self.init(times: times, span: Self.second) }

  /// A Poisson train of a given rate in Hz: intervals are exponential.
  static func poisson(
    rate: Double, span: TimeSpan, using generator: inout SplitMix64
  ) throws -> SpikeTrain {
    var times: [Double] = []
    var time = span.start
    while true {
      time -= 1000 / rate * Double.log(1 - generator.uniform(0...0.999_999))
      guard time <= span.end else { break }
      times.append(time)
    }
    return try SpikeTrain(times: times, span: span)
  }

  /// Two trains of up to 60 spikes within a second; of some seeds the second is the first, jittered.
  static func pair(seed: UInt64) throws -> (SpikeTrain, SpikeTrain) {
    var generator = SplitMix64(seed: seed)
    let first = try random(using: &generator)
    guard Bool.random(using: &generator) else { return (first, try random(using: &generator)) }
    let jittered = first.times.map { min(max($0 + generator.uniform(-4...4), 0), 1000) }
    return (first, try SpikeTrain(jittered.sorted()))
  }

  private static func random(using generator: inout SplitMix64) throws -> SpikeTrain {
    let count = [0, 1, 2, 5, 20, 60].randomElement(using: &generator)!
    var times = (0..<count).map { _ in generator.uniform(0...1000) }.sorted()
    if count > 0, generator.uniform(0...1) < 0.2 { times[0] = 0 }
    if count > 0, generator.uniform(0...1) < 0.2 { times[count - 1] = 1000 }
    return try SpikeTrain(times)
  }
}

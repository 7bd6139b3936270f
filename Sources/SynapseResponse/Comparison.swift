/// What counts as equal when currents are compared.
enum Comparison {
  /// Relative to the largest current. Runs of a linear conductance differ by less than 1e-4: methods
  /// that solve states step by step have no more digits.
  static let tolerance = 2e-3

  /// Relative to the largest current up to then, for runs that have each step and each event in common:
  /// where events add up, these differ by rounding, and by what NEURON's iterations leave. A thousand
  /// events in a time constant make one per cent of it.
  static let strictTolerance = 1e-5

  /// Of all current, baseline included: what rounding makes of it.
  static let rounding = 1e-12

  /// Relative to the largest current: a current without events that so many synapses have in one place
  /// still does nothing.
  static let negligible = 1e-9

  /// Whether two currents are equal at all times.
  static func areEqual(
    _ first: [Double], _ second: [Double], within bound: Double, factor: Double = 1
  ) -> Bool {
    for index in first.indices where !(abs(first[index] - factor * second[index]) <= bound) {
      return false
    }
    return true
  }

  /// Whether two currents are equal at all times, relative to the largest of them up to then.
  ///
  /// - Parameter rounding: what counts as nothing in any case.
  static func agree(
    _ first: [Double], _ second: [Double], tolerance: Double, rounding: Double
  ) -> Bool {
    var largest = 0.0
    for index in first.indices {
      largest = max(largest, abs(first[index]), abs(second[index]))
      let difference = abs(first[index] - second[index])
      guard difference <= tolerance * largest + rounding else { return false }
    }
    return true
  }

  /// What events make together where each has the same response, one event's, at the times of the fine
  /// part.
  static func sum(of response: [Double], _ events: [Stand.Events]) -> [Double] {
    var scales: [Int: Double] = [:]
    for each in events {
      for time in each.times {
        scales[MeasuringClock.fineSteps(in: time), default: 0] += each.scale
      }
    }
    var sum = [Double](repeating: 0, count: MeasuringClock.fineCount)
    for (start, scale) in scales.sorted(by: { $0.key < $1.key }) {
      for index in start..<max(start, sum.count) { sum[index] += scale * response[index - start] }
    }
    return sum
  }

  /// Where the charge of an event reverses that falls with the voltage in a straight line, in mV; nil where it
  /// does not fall.
  ///
  /// - Parameters:
  ///   - currents: at two potentials.
  ///   - potentials: in mV, the lower one first.
  static func reversal(
    of currents: (low: StandCurrent, high: StandCurrent), at potentials: (low: Double, high: Double)
  ) -> Double? {
    let (low, high) = (charge(currents.low.values), charge(currents.high.values))
    guard low > high else { return nil }
    let share = low / (low - high)
    let reversal = potentials.low + share * (potentials.high - potentials.low)
    return reversal.isFinite ? reversal : nil
  }

  /// ∫ dt by the trapezoidal rule.
  static func charge(_ current: [Double]) -> Double {
    let times = MeasuringClock.times
    var sum = 0.0
    for index in 1..<times.count {
      sum += (current[index - 1] + current[index]) / 2 * (times[index] - times[index - 1])
    }
    return sum
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A train of events at independent times (Poisson) of a rate, by intervals that have this distribution exactly and
/// follow each other without any pattern.
struct EventTrain {
  /// Events that count: with a prime less one, what `intervals` makes of it.
  static let count = 256
  /// A primitive root of `count + 1`: of all of them the one with which the mean release of synapses with
  /// depression and facilitation, of time constants from 20 ms to 1 s, at rates from 1 to 100 Hz, is nearest to
  /// that under a long Poisson train: within 0.4 %.
  private static let multiplier = 47
  /// Events before those that count, at least, and for how long, in ms.
  private static let earlier = 64
  private static let earlierTime = 2000.0
  /// In ms: events come at multiples of it, so that each is met by the same steps.
  static let step = 0.5
  /// For how long after an event a step is `step`; and the step from there on, in ms.
  private static let (fast, slowStep) = (50.0, 2.0)
  /// The step where the response is over, in ms, and how many there are at most until an event.
  private static let (silentStep, silentSteps) = (25.0, 20)

  /// Steps of time of equal length.
  struct Phase {
    let step: Double
    let count: Int
    /// In ms from the first event on.
    let end: Double
    /// Whether an event, or the end of the train, comes at its end.
    let meetsEvent: Bool
  }

  /// In ms from the first one on; the last one ends the train, and is none.
  let times: [Double]
  /// The index of the first that counts.
  let first: Int

  /// - Parameter rate: in Hz.
  init(rate: Double) {
    let intervals = Self.intervals.map { $0 * 1e3 / rate }
    first = max(Self.earlier, Int((Self.earlierTime * 1e-3 * rate).rounded(.up)))
    let reversed = Array(intervals.reversed())
    let before = (0..<first).map { reversed[$0 % reversed.count] }.reversed()
    var time = 0.0
    var times = [0.0]
    for interval in Array(before) + intervals {
      time += interval
      times.append(time)
    }
    self.times = times.map { ($0 / Self.step).rounded(.toNearestOrEven) * Self.step }
  }

  /// Of a mean of 1, of which as many are between any two quantiles as in a Poisson train, in the order of a
  /// Lehmer generator.
  private static let intervals: [Double] = {
    var place = 1
    var intervals: [Double] = []
    for _ in 0..<count {
      intervals.append(-log1p(-(Double(place - 1) + 0.5) / Double(count)))
      place = place * multiplier % (count + 1)
    }
    let mean = intervals.reduce(0, +) / Double(count)
    return intervals.map { $0 / mean }
  }()

  /// The steps between events, and how the steps get longer.
  ///
  /// - Parameter lasting: for how long the slowest response lasts, in ms.
  func phases(lasting: Double) -> [Phase] {
    var found: [Phase] = []
    for (start, end) in zip(times, times.dropFirst()) {
      var now = 0.0
      let gap = end - start
      for (step, until) in [
        (Self.step, Self.fast), (Self.slowStep, lasting), (Self.silentStep, gap),
      ] {
        let length = min(until, gap) - now
        guard length > 0 else { continue }
        var count = Int((length / step - 1e-9).rounded(.up))
        if until == gap { count = min(count, Self.silentSteps) }
        now += length
        found.append(
          Phase(
            step: length / Double(count), count: count, end: start + now, meetsEvent: now == gap))
      }
    }
    return found
  }

  /// What the currents at the beginnings of steps are to be multiplied by, to have their integral: that of straight
  /// lines between them, and over a step that ends in an event, which makes a current jump, the current at its
  /// beginning.
  ///
  /// - Parameter phases: the last meets an event.
  static func weights(_ phases: [Phase]) -> [Double] {
    var weights: [Double] = []
    var carried = 0.0
    for phase in phases {
      for index in 0..<phase.count {
        let meets = phase.meetsEvent && index == phase.count - 1
        weights.append((meets ? phase.step : phase.step / 2) + carried)
        carried = meets ? 0 : phase.step / 2
      }
    }
    return weights
  }
}

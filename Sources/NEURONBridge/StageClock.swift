#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times the stages of a job that follow one another.
package struct StageClock {
  package private(set) var stages: [(name: String, seconds: Double)] = []
  private let now: () -> Double
  private var last: Double

  package init() { self.init(now: Self.monotonicSeconds) }

  /// For tests: by another clock.
  init(now: @escaping () -> Double) {
    self.now = now
    last = now()
  }

  /// Ends a stage that began where the one before it ended.
  package mutating func end(_ name: String) {
    let end = now()
    stages.append((name, end - last))
    last = end
  }

  /// Seconds of a clock that never goes back.
  private static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

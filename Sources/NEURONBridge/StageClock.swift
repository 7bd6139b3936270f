#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times the stages of a job that follow one another.
package struct StageClock {
  package private(set) var stages: [(name: String, seconds: Double)] = []
  private var last = Self.now()

  package init() {}

  /// Ends a stage that began where the one before it ended.
  package mutating func end(_ name: String) {
    let now = Self.now()
    stages.append((name, now - last))
    last = now
  }

  /// Seconds of a clock that never goes back.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

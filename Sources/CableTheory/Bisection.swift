/// Root finding for functions known to fall monotonically.
enum Bisection {
  /// Where a falling function takes a value, by halving the interval until no number is left
  /// between its ends.
  ///
  /// - Parameters:
  ///   - target: the value sought. Outside the function's range the nearer end is the answer.
  ///   - interval: where to look.
  ///   - function: falls monotonically on `interval`.
  @inline(__always)
  static func root(
    of target: Double, in interval: ClosedRange<Double>, _ function: (Double) -> Double
  ) -> Double {
    var lower = interval.lowerBound
    var upper = interval.upperBound
    if function(lower) <= target { return lower }
    if function(upper) >= target { return upper }
    while true {
      let middle = (lower + upper) / 2
      guard middle > lower, middle < upper else { return middle }
      if function(middle) > target { lower = middle } else { upper = middle }
    }
  }
}

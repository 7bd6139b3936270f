/// How large the numbers that enter may be.
enum Magnitude {
  /// Squares of such numbers, weighted by a third and added up over any recording, are still finite:
  /// no metric overflows.
  static let largest = 1e100

  /// Whether a number is finite and not larger than that.
  static func isUsable(_ value: Double) -> Bool { value.magnitude <= largest }

  /// The first number of a series that is not usable.
  static func check(_ values: [Double], of series: String) throws(FidelityError) {
    if let index = values.firstIndex(where: { !isUsable($0) }) {
      throw .value(series: series, index: index, value: values[index])
    }
  }

  /// The first time of a series that is not usable, or comes after a later one.
  static func check(times: [Double], of series: String) throws(FidelityError) {
    try check(times, of: series)
    for index in times.indices.dropFirst() where times[index] < times[index - 1] {
      throw .falling(
        series: series, index: index, value: times[index], previous: times[index - 1])
    }
  }
}

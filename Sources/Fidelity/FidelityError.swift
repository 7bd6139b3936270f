/// Why two recordings cannot be compared as asked. Series are named by what holds them: "times",
/// "voltages", "spikes of the first train".
package enum FidelityError: Error, Equatable {
  case lengths(times: Int, voltages: Int)
  case tooShort(count: Int)
  case value(series: String, index: Int, value: Double)
  case falling(series: String, index: Int, value: Double, previous: Double)
  case outside(series: String, index: Int, value: Double, start: Double, end: Double)
  case span(start: Double, end: Double)
  case notCovered(start: Double, end: Double, recordedFrom: Double, recordedTo: Double)
  case parameter(name: String, value: Double, expected: String)
}

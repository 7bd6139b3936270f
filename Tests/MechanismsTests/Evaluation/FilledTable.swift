import Mechanisms

/// A TABLE with its numbers.
struct FilledTable: Equatable {
  /// The numbers that it was made for.
  let dependencies: [Double]
  let lowest: Double
  let highest: Double
  let intervals: Int
  /// The results at each argument.
  var rows: [[Double]] = []

  var step: Double { (highest - lowest) / Double(intervals) }

  /// Between two arguments by a straight line, outside of the table the nearest.
  func values(at argument: Double) -> [Double] {
    guard let first = rows.first, let last = rows.last else { return [] }
    let position = (1 / step) * (argument - lowest)
    if position.isNaN { return first.map { _ in position } }
    if position <= 0 { return first }
    if position >= Double(intervals) { return last }
    let row = Int(position)
    let part = position - Double(row)
    return zip(rows[row], rows[row + 1]).map { $0 + part * ($1 - $0) }
  }
}

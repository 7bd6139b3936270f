import Mechanisms

enum LinearSystem {
  /// Gauss with the largest pivot of each column; not a number where there is no solution.
  static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let count = rows.count
    guard rows.allSatisfy({ $0.count == count + 1 }) else { return right.map { _ in .nan } }
    for column in 0..<count {
      var best = column
      for row in column..<count where rows[row][column].magnitude > rows[best][column].magnitude {
        best = row
      }
      rows.swapAt(column, best)
      for row in (column + 1)..<max(count, column + 1) {
        let factor = rows[row][column] / rows[column][column]
        guard factor != 0 else { continue }
        for k in column...count { rows[row][k] -= factor * rows[column][k] }
      }
    }
    var solution = Array(repeating: 0.0, count: count)
    for row in stride(from: count - 1, through: 0, by: -1) {
      var sum = rows[row][count]
      for column in (row + 1)..<max(count, row + 1) { sum -= rows[row][column] * solution[column] }
      solution[row] = sum / rows[row][row]
    }
    return solution
  }
}

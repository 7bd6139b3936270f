import Mechanisms

extension Evaluation {
  private static let mostIterations = 50

  /// Newton's method; derivatives by central differences.
  mutating func solve(_ unknowns: [Variable], _ residuals: [Expression]) {
    for _ in 0..<Self.mostIterations {
      let deviation = residuals.map { value($0) }
      var columns: [[Double]] = []
      for unknown in unknowns {
        let old = get(unknown, 0)
        let increment = max((0.02 * old).magnitude, 1e-6)
        set(unknown, 0, old + increment)
        let above = residuals.map { value($0) }
        set(unknown, 0, old - increment)
        let below = residuals.map { value($0) }
        set(unknown, 0, old)
        columns.append(zip(above, below).map { ($0 - $1) / (2 * increment) })
      }
      let matrix = residuals.indices.map { row in columns.map { $0[row] } }
      let change = LinearSystem.solve(matrix, deviation.map { -$0 })
      var largest = 0.0
      for (unknown, step) in zip(unknowns, change) {
        let old = get(unknown, 0)
        set(unknown, 0, old + step)
        largest = max(largest, step.magnitude / max(old.magnitude, 1e-12))
      }
      if !(largest > 1e-13) { return }
    }
  }
}

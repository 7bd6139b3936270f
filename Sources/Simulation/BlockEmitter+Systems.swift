import Mechanisms

extension BlockEmitter {
  /// Elimination without exchange of rows but where a pivot is 0 by structure.
  mutating func solveLinear(
    _ unknowns: [Variable], _ matrix: [[Expression]], _ right: [Expression], under mask: String?
  ) throws(SimulationError) {
    var rows: [[String?]] = []
    var sides: [String] = []
    for (row, side) in zip(matrix, right) {
      var entries: [String?] = []
      for entry in row {
        if entry == .number(0) {
          entries.append(nil)
        } else {
          entries.append(try named(asNumber(try code(entry))))
        }
      }
      rows.append(entries)
      sides.append(try named(asNumber(try code(side))))
    }
    let solution = try eliminate(&rows, &sides)
    for (unknown, value) in zip(unknowns, solution) {
      try assign(Code(text: value, isVector: hasLanes), to: unknown, under: mask)
    }
  }

  mutating func eliminate(
    _ rows: inout [[String?]], _ sides: inout [String]
  ) throws(SimulationError) -> [String] {
    let count = rows.count
    for pivot in 0..<count {
      guard let row = (pivot..<count).first(where: { rows[$0][pivot] != nil }) else {
        throw unsupported("equations without a solution")
      }
      rows.swapAt(pivot, row)
      sides.swapAt(pivot, row)
      guard let diagonal = rows[pivot][pivot] else { continue }
      for row in (pivot + 1)..<max(count, pivot + 1) {
        guard let entry = rows[row][pivot] else { continue }
        let factor = try named(Code(text: "\(entry) / \(diagonal)", isVector: hasLanes))
        for column in (pivot + 1)..<max(count, pivot + 1) {
          guard let above = rows[pivot][column] else { continue }
          let old = rows[row][column].map { "\($0) - " } ?? "-"
          rows[row][column] = try named(
            Code(text: "\(old)\(factor) * \(above)", isVector: hasLanes))
        }
        rows[row][pivot] = nil
        sides[row] = try named(
          Code(text: "\(sides[row]) - \(factor) * \(sides[pivot])", isVector: hasLanes))
      }
    }
    var solution = [String](repeating: "", count: count)
    for pivot in (0..<count).reversed() {
      var text = sides[pivot]
      for column in (pivot + 1)..<max(count, pivot + 1) {
        guard let entry = rows[pivot][column] else { continue }
        text += " - \(entry) * \(solution[column])"
      }
      solution[pivot] = try named(
        Code(text: "(\(text)) / \(rows[pivot][pivot] ?? "1.0")", isVector: hasLanes))
    }
    return solution
  }

  /// A constant of this value; no name twice.
  mutating func named(_ value: Code) throws(SimulationError) -> String {
    let name = fresh("q")
    line("const \(number) \(name) = \(hasLanes ? asVector(value).text : value.text);")
    return name
  }

  mutating func fresh(_ letter: String) -> String {
    counter += 1
    return "\(prefix)\(letter)\(counter)"
  }
}

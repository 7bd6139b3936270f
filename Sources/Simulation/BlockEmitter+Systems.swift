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

  /// Newton's method with difference quotients, until nothing changes by more than 1e-12 of itself.
  mutating func solveNonlinear(
    _ unknowns: [Variable], _ residuals: [Expression], under mask: String?
  ) throws(SimulationError) {
    var targets: [Binding] = []
    for unknown in unknowns { targets.append(try binding(unknown)) }
    let iteration = fresh("n")
    // A lane stands still once it is done: what is computed beside it has no part in it.
    let isGoing = fresh("k")
    if hasLanes { line("nr_mask \(isGoing) = \(mask ?? "nr_mask_all(1)");") }
    line("for (int \(iteration) = 0; \(iteration) < 50; \(iteration)++) {")
    indentation += 1
    var sides: [String] = []
    for residual in residuals { sides.append(try named(asNumber(try code(residual)))) }
    var rows = [[String?]](
      repeating: [String?](repeating: nil, count: unknowns.count), count: residuals.count)
    for (column, target) in targets.enumerated() {
      let kept = try named(Code(text: target.text, isVector: hasLanes))
      let step = fresh("h")
      line(
        "const \(number) \(step) = \(hasLanes ? "nr_fabs" : "fabs")(\(kept)) * 1e-7 + 1e-12;")
      line("\(target.text) = \(kept) + \(step);")
      for (row, residual) in residuals.enumerated() {
        let moved = asNumber(try code(residual))
        rows[row][column] = try named(
          Code(text: "(\(moved.text) - \(sides[row])) / \(step)", isVector: hasLanes))
      }
      line("\(target.text) = \(kept);")
    }
    let changes = try eliminate(&rows, &sides)
    let isChanged = fresh("d")
    line(hasLanes ? "nr_mask \(isChanged) = {};" : "int \(isChanged) = 0;")
    for (target, change) in zip(targets, changes) {
      let (fabs, mask) = hasLanes ? ("nr_fabs", "(nr_mask)") : ("fabs", "")
      let changed = "\(target.text) - \(change)"
      line(
        "\(target.text) = \(hasLanes ? "nr_select(\(isGoing), \(changed), \(target.text))" : changed);"
      )
      line(
        "\(isChanged) |= \(mask)(\(fabs)(\(change)) > 1e-12 * \(fabs)(\(target.text)) + 1e-18);")
    }
    if hasLanes { line("\(isGoing) &= \(isChanged);") }
    line("if (!\(hasLanes ? "nr_any(\(isGoing))" : isChanged)) break;")
    indentation -= 1
    line("}")
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

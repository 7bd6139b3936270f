import Mechanisms

/// C names of an iteration's counter, and of what says which instances have not come to its end.
private struct IterationLoop {
  var turn, isGoing: String
}

/// Equations that are not linear.
extension BlockEmitter {
  /// Newton's method as NEURON has it, since what is left is part of its numbers: difference quotients over 2 % of a
  /// variable, or 1e-6 where that is more, to both sides; taken anew where a variable has changed by more than
  /// 5 %; until no variable above 1e-8 changes by more than 1e-6 of itself, and no residual is above 1e-8.
  mutating func solveByNewton(
    _ unknowns: [Variable], _ residuals: [Expression], under mask: String?
  ) throws(SimulationError) {
    let targets = try texts(of: unknowns)
    let loop = beginIteration(under: mask)
    let change = fresh("d")
    line("\(number) \(change) = \(constant("1.0"));")
    var sides: [String] = []
    for _ in residuals {
      sides.append(fresh("r"))
      line("\(number) \(sides.last ?? "") = \(constant("0.0"));")
    }
    var slopes: [[String]] = []
    for _ in residuals {
      slopes.append(unknowns.map { _ in fresh("s") })
      line(
        "\(number) \((slopes.last ?? []).map { "\($0) = \(constant("0.0"))" }.joined(separator: ", "));"
      )
    }
    line("for (int \(loop.turn) = 0; \(loop.turn) < 50; \(loop.turn)++) {")
    indentation += 1
    try takeSlopes(targets, residuals, into: slopes, sides, change, loop)
    var rows: [[String?]] = slopes
    var rights = sides
    let changes = try eliminate(&rows, &rights)
    line("\(change) = \(constant("0.0"));")
    for (target, step) in zip(targets, changes) {
      let part = try named(vectorIfLanes("\(absolute)(\(step) / \(target))"))
      line(
        "\(change) = \(either("\(absolute)(\(target)) > 1e-8", and: "\(part) > \(change)", part, change));"
      )
      line("\(target) = \(going(loop, "\(target) - \(step)", target));")
    }
    let deviation = fresh("d")
    line("\(number) \(deviation) = \(constant("0.0"));")
    for (side, residual) in zip(sides, residuals) {
      line("\(side) = \(asNumber(try code(residual)).text);")
      let size = try named(vectorIfLanes("\(absolute)(\(side))"))
      line("\(deviation) = \(either("\(size) > \(deviation)", and: nil, size, deviation));")
    }
    endTurn(loop, while: [("\(change) > 1e-6"), ("\(deviation) > 1e-8")])
    endIteration(loop, targets)
  }

  /// The difference quotients of the instances that need new ones, and the residuals of all.
  private mutating func takeSlopes(
    _ targets: [String], _ residuals: [Expression], into slopes: [[String]], _ sides: [String],
    _ change: String, _ loop: IterationLoop
  ) throws(SimulationError) {
    let isStale = fresh("k")
    if hasLanes {
      line("const nr_mask \(isStale) = \(loop.isGoing) & (nr_mask)(\(change) > 0.05);")
      line("if (nr_any(\(isStale))) {")
    } else {
      line("if (\(change) > 0.05) {")
    }
    indentation += 1
    for (column, target) in targets.enumerated() {
      let kept = try named(vectorIfLanes(target))
      let step = try named(
        vectorIfLanes(
          "\(hasLanes ? "nr_fmax" : "fmax")(\(absolute)(0.02 * \(kept)), \(constant("1e-6")))"))
      line("\(target) = \(kept) + \(step);")
      var above: [String] = []
      for residual in residuals { above.append(try named(asNumber(try code(residual)))) }
      line("\(target) = \(target) - 2.0 * \(step);")
      for (row, residual) in residuals.enumerated() {
        let below = asNumber(try code(residual)).text
        let slope = "(\(above[row]) - \(below)) / (2.0 * \(step))"
        let old = slopes[row][column]
        line("\(old) = \(hasLanes ? "nr_select(\(isStale), \(slope), \(old))" : slope);")
      }
      // Not always what it was: far below the step the last digits are lost, in NEURON too.
      let restored = "\(target) + \(step)"
      line("\(target) = \(hasLanes ? "nr_select(\(isStale), \(restored), \(kept))" : restored);")
    }
    for (side, residual) in zip(sides, residuals) {
      line("\(side) = \(asNumber(try code(residual)).text);")
    }
    indentation -= 1
    line("}")
  }

  /// KINETIC's equations as NEURON has them: until all changes together are no more than 1e-6; what is less than 0 is 0.
  mutating func solveKinetic(
    _ unknowns: [Variable], _ residuals: [Expression], _ jacobian: [[Expression]],
    under mask: String?
  ) throws(SimulationError) {
    let targets = try texts(of: unknowns)
    let loop = beginIteration(under: mask)
    line("for (int \(loop.turn) = 0; \(loop.turn) < 21; \(loop.turn)++) {")
    indentation += 1
    var rows: [[String?]] = []
    for row in jacobian {
      var entries: [String?] = []
      for entry in row {
        entries.append(entry == .number(0) ? nil : try named(asNumber(try code(entry))))
      }
      rows.append(entries)
    }
    var sides: [String] = []
    for residual in residuals { sides.append(try named(asNumber(try code(residual)))) }
    let changes = try eliminate(&rows, &sides)
    for (target, step) in zip(targets, changes) {
      let moved = try named(vectorIfLanes("\(target) - \(step)"))
      let positive = either("\(moved) < 0.0", and: nil, constant("0.0"), moved)
      line("\(target) = \(going(loop, positive, target));")
    }
    let whole = changes.map { "\(absolute)(\($0))" }.joined(separator: " + ")
    endTurn(loop, while: ["\(whole) > 1e-6"])
    endIteration(loop, targets)
  }

  /// An instance of several stands still once it is done: what is computed beside it has no part in it.
  private mutating func beginIteration(under mask: String?) -> IterationLoop {
    let loop = IterationLoop(turn: fresh("n"), isGoing: fresh("k"))
    line(
      hasLanes
        ? "nr_mask \(loop.isGoing) = \(mask ?? "nr_mask_all(1)");" : "int \(loop.isGoing) = 1;")
    return loop
  }

  private mutating func endTurn(_ loop: IterationLoop, while conditions: [String]) {
    let mask = hasLanes ? "(nr_mask)" : ""
    let any = conditions.map { "\(mask)(\($0))" }.joined(separator: " | ")
    line("\(loop.isGoing) &= \(any);")
    line("if (!\(hasLanes ? "nr_any(\(loop.isGoing))" : loop.isGoing)) break;")
    indentation -= 1
    line("}")
  }

  /// NEURON ends a run where the iteration has not ended: here what was looked for is no number then.
  private mutating func endIteration(_ loop: IterationLoop, _ targets: [String]) {
    for target in targets {
      line("\(target) = \(going(loop, constant("NAN"), target));")
    }
  }

  private func going(_ loop: IterationLoop, _ yes: String, _ no: String) -> String {
    hasLanes ? "nr_select(\(loop.isGoing), \(yes), \(no))" : "\(loop.isGoing) ? \(yes) : \(no)"
  }

  private func either(_ first: String, and second: String?, _ yes: String, _ no: String) -> String {
    guard hasLanes else { return "\(first)\(second.map { " && \($0)" } ?? "") ? \(yes) : \(no)" }
    return
      "nr_select((nr_mask)(\(first))\(second.map { " & (nr_mask)(\($0))" } ?? ""), \(yes), \(no))"
  }

  private var absolute: String { hasLanes ? "nr_fabs" : "fabs" }

  private func constant(_ text: String) -> String { hasLanes ? "nr_all(\(text))" : text }

  private func vectorIfLanes(_ text: String) -> Code { Code(text: text, isVector: hasLanes) }

  private func texts(of unknowns: [Variable]) throws(SimulationError) -> [String] {
    var found: [String] = []
    for unknown in unknowns { found.append(try binding(unknown).text) }
    return found
  }
}

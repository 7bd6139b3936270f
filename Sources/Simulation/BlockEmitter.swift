import Mechanisms

/// A piece of C that is a number: of one instance or, as a vector, of as many as are computed at once.
struct Code {
  var text: String
  var isVector: Bool
  /// A condition: an `int`, or an `nr_mask` where it is a vector.
  var isCondition = false

  static func scalar(_ text: String) -> Code { Code(text: text, isVector: false) }
  static func vector(_ text: String) -> Code { Code(text: text, isVector: true) }
}

/// What C calls a variable of a mechanism.
struct Binding {
  var text: String
  var isVector: Bool
  /// More than 1 for an array.
  var count = 1
  /// How far an array's elements are from each other.
  var stride = 1

  /// An element of an array.
  func element(_ index: String) -> String {
    "\(text)[nr_index(\(index), \(count))\(stride > 1 ? " * \(stride)" : "")]"
  }
}

/// Writes the blocks of one mechanism as C statements.
///
/// With lanes, variables of the instances are vectors; what is done under a condition that differs between them
/// is computed for all and selected. For one instance it is ordinary C.
struct BlockEmitter {
  let mechanism: Mechanism
  /// Whether several instances are computed at once.
  let hasLanes: Bool
  /// By variable: what C calls it. Locals are added by the blocks.
  var bindings: [Variable: Binding]
  var tables: [TablePlan]
  /// Whether tables are made where they are needed first.
  var makesTables = false
  /// C code of the table of indices, and of the first instance's index.
  var places = (indices: "X", instance: "b")
  /// C code of what was computed when the run began.
  var invariants: [Expression: String] = [:]
  /// C code of the index of the instance, of its kind, and of its weights, where events are handled.
  var eventContext: (kind: Int, instance: String)?
  /// Where the memory has which event net_move moves, and what WATCH keeps; how far apart arrays of instances are.
  var moves, watchSlots: Int?
  var paddedCount = 0
  /// How many WATCH statements there are, and which is the next.
  var watchCount = 0
  private var nextWatch = 0
  /// The name of the block, for errors.
  var blockName = ""

  private(set) var lines: [String] = []
  private var indentation: Int
  private var counter = 0
  private let prefix: String

  init(
    _ mechanism: Mechanism, hasLanes: Bool, bindings: [Variable: Binding], tables: [TablePlan],
    prefix: String, indentation: Int = 1
  ) {
    self.mechanism = mechanism
    self.hasLanes = hasLanes
    self.bindings = bindings
    self.tables = tables
    self.prefix = prefix
    self.indentation = indentation
  }

  private var number: String { hasLanes ? "nr_vector" : "double" }

  mutating func line(_ text: String) {
    lines.append(String(repeating: "  ", count: indentation) + text)
  }

  /// Writes a block in a scope of its own.
  mutating func emit(_ block: Block, named name: String) throws(SimulationError) {
    blockName = name
    let scalars =
      hasLanes
      ? ScalarVariables(of: block, tables: mechanism.tables, bindings: bindings).variables : []
    line("{")
    indentation += 1
    let outer = bindings
    for (index, local) in block.locals.enumerated() {
      counter += 1
      let name = "\(prefix)l\(counter)_\(CName.of(local))"
      let count = block.localCounts[index]
      let isVector = hasLanes && !scalars.contains(.local(index))
      bindings[.local(index)] = Binding(text: name, isVector: isVector, count: count)
      let type = isVector ? "nr_vector" : "double"
      line("NR_UNUSED \(type) \(name)\(count > 1 ? "[\(count)]" : "") = {0};")
    }
    // Mechanisms may set their copy of the potential.
    if block.effects(mechanism.tables).mayAssign.contains(.voltage) {
      let copy = fresh("v")
      line("\(number) \(copy) = \(try code(.variable(.voltage)).text);")
      bindings[.voltage] = Binding(text: copy, isVector: hasLanes)
    }
    try emit(block.statements, under: nil)
    bindings = outer
    indentation -= 1
    line("}")
  }

  // MARK: Statements

  private mutating func emit(
    _ statements: [Statement], under mask: String?
  ) throws(SimulationError) {
    for statement in statements { try emit(statement, under: mask) }
  }

  private mutating func emit(
    _ statement: Statement, under mask: String?
  ) throws(SimulationError) {
    switch statement {
    case .assign(let variable, let value):
      try assign(try code(value), to: variable, under: mask)
    case .assignElement(let variable, let index, let value):
      try assignElement(of: variable, index, value, under: mask)
    case .conditional(let condition, let then, let otherwise):
      try conditional(asCondition(try code(condition)), then, otherwise, under: mask)
    case .loop(let local, let first, let last, let step, let body):
      try loop(local, first, last, step, body, under: mask)
    case .whileLoop(let condition, let body):
      try whileLoop(condition, body, under: mask)
    case .lookUp(let table, let argument):
      try lookUp(table, argument, into: nil, under: mask)
    case .lookUpValue(let table, let result, let argument):
      try lookUp(table, argument, into: result, under: mask)
    case .solveLinear(let unknowns, let matrix, let right):
      try solveLinear(unknowns, matrix, right, under: mask)
    case .solveNonlinear(let unknowns, let residuals):
      try solveNonlinear(unknowns, residuals, under: mask)
    case .sendToItself(let delay, let flag):
      guard let eventContext, !hasLanes else { throw unsupported("net_send") }
      let delay = asNumber(try code(delay)).text
      let flag = asNumber(try code(flag)).text
      let now = try code(.variable(.time)).text
      let own = "run, \(eventContext.kind), \(eventContext.instance)"
      if let moves {
        line(
          "nr_send_movable(\(own), weights - run->memory, \(now) + \(delay), \(flag), M + \(moves) + i, "
            + "\(paddedCount));")
      } else {
        line("nr_send_to_itself(\(own), weights - run->memory, \(now) + \(delay), \(flag));")
      }
    case .sendEvent(let time):
      // What an instance sends goes nowhere: a NetCon from it to the cell is refused where inputs are read.
      _ = try code(time)
    case .moveEvent(let time):
      guard let eventContext, let moves else { throw unsupported("net_move") }
      let time = asNumber(try code(time)).text
      line(
        "nr_move(run, \(eventContext.kind), \(eventContext.instance), t, \(time), M + \(moves) + i, "
          + "\(paddedCount));")
    case .watch(let left, let isUpwards, let right, let flag):
      guard let watchSlots, !hasLanes else { throw unsupported("WATCH") }
      let flag = asNumber(try code(flag)).text
      line(
        "nr_watch(M + \(watchSlots) + i, \(paddedCount), \(watchCount), \(nextWatch), &isFirst, "
          + "\(try difference(left, isUpwards, right)), \(flag));")
      nextWatch += 1
    }
  }

  /// What is above 0 while a WATCH's condition holds.
  func difference(
    _ left: Expression, _ isUpwards: Bool, _ right: Expression
  ) throws(SimulationError) -> String {
    let (left, right) = (asNumber(try code(left)), asNumber(try code(right)))
    return "\(isUpwards ? "" : "-")((\(left.text)) - (\(right.text)))"
  }

  private mutating func assign(
    _ value: Code, to variable: Variable, under mask: String?
  ) throws(SimulationError) {
    let target = try binding(variable)
    let value = asNumber(value)
    guard target.isVector || (!value.isVector && mask == nil) else {
      throw unsupported("\(name(of: variable)), one number for all instances, set from one of them")
    }
    if let mask {
      line("\(target.text) = nr_select(\(mask), \(asVector(value).text), \(target.text));")
    } else {
      line("\(target.text) = \(target.isVector ? asVector(value).text : value.text);")
    }
  }

  private mutating func assignElement(
    of variable: Variable, _ index: Expression, _ value: Expression, under mask: String?
  ) throws(SimulationError) {
    let target = try binding(variable)
    let index = asNumber(try code(index))
    let value = asNumber(try code(value))
    guard target.count > 1 else { throw unsupported("an element of \(name(of: variable))") }
    if index.isVector {
      let mask = mask ?? "nr_mask_all(1)"
      line(
        "nr_put(\(target.text), \(target.count), \(index.text), \(asVector(value).text), \(mask));")
      return
    }
    let element = target.element(index.text)
    if let mask {
      line("\(element) = nr_select(\(mask), \(asVector(value).text), \(element));")
    } else {
      guard target.isVector || !value.isVector else {
        throw unsupported("\(name(of: variable)), one for all instances, set from one of them")
      }
      line("\(element) = \(target.isVector ? asVector(value).text : value.text);")
    }
  }

  private mutating func conditional(
    _ condition: Code, _ then: [Statement], _ otherwise: [Statement], under mask: String?
  ) throws(SimulationError) {
    if !condition.isVector {
      line("if (\(condition.text)) {")
      try indented(then, under: mask)
      if !otherwise.isEmpty {
        line("} else {")
        try indented(otherwise, under: mask)
      }
      line("}")
      return
    }
    let own = fresh("k")
    line("const nr_mask \(own) = \(condition.text)\(mask.map { " & \($0)" } ?? "");")
    try emit(then, under: own)
    if !otherwise.isEmpty {
      let other = fresh("k")
      line("const nr_mask \(other) = ~\(own)\(mask.map { " & \($0)" } ?? "");")
      try emit(otherwise, under: other)
    }
  }

  private mutating func indented(
    _ statements: [Statement], under mask: String?
  ) throws(SimulationError) {
    indentation += 1
    try emit(statements, under: mask)
    indentation -= 1
  }

  private mutating func loop(
    _ local: Int, _ first: Expression, _ last: Expression, _ step: Expression,
    _ body: [Statement], under mask: String?
  ) throws(SimulationError) {
    let counter = try binding(.local(local))
    let bounds = [asNumber(try code(first)), asNumber(try code(last)), asNumber(try code(step))]
    guard !counter.isVector || !hasLanes, bounds.allSatisfy({ !$0.isVector }) else {
      throw unsupported("FROM with bounds that differ between instances")
    }
    let (own, end, by) = (fresh("n"), fresh("n"), fresh("n"))
    line("const long \(end) = (long)(\(bounds[1].text)), \(by) = (long)(\(bounds[2].text));")
    line(
      "for (long \(own) = (long)(\(bounds[0].text)); \(by) > 0 && \(own) <= \(end); \(own) += \(by)) {"
    )
    indentation += 1
    line("\(counter.text) = (double)\(own);")
    try emit(body, under: mask)
    indentation -= 1
    line("}")
  }

  private mutating func whileLoop(
    _ condition: Expression, _ body: [Statement], under mask: String?
  ) throws(SimulationError) {
    let test = asCondition(try code(condition))
    if !test.isVector {
      line("while (\(test.text)) {")
      try indented(body, under: mask)
      line("}")
      return
    }
    let own = fresh("k")
    line("for (nr_mask \(own) = \(mask ?? "nr_mask_all(1)");;) {")
    indentation += 1
    line("\(own) = \(own) & \(test.text);")
    line("if (!nr_any(\(own))) break;")
    try emit(body, under: own)
    indentation -= 1
    line("}")
  }

  private mutating func lookUp(
    _ index: Int, _ argument: Expression, into value: Variable?, under mask: String?
  ) throws(SimulationError) {
    guard mechanism.tables.indices.contains(index), tables.indices.contains(index) else {
      throw unsupported("TABLE")
    }
    let table = mechanism.tables[index]
    let plan = tables[index]
    let place = fresh("p")
    let argument = asNumber(try code(argument))
    let columns = table.intervals + 1
    if makesTables { line("nr_table_\(plan.offset)(M);") }
    let each = hasLanes && plan.rows != nil
    let base =
      switch plan.rows {
      case .none: ""
      case .some(let rows) where hasLanes:
        "\(places.indices) + \(rows) + \(places.instance), \(plan.stride), "
      case .some(let rows): " + \(places.indices)[\(rows) + \(places.instance)] * \(plan.stride)"
      }
    func call(_ function: String, _ offset: Int, _ argument: String) -> String {
      let name = "\(function)\(hasLanes ? (each ? "_each" : "") : "1")"
      return
        "\(name)(M + \(offset)\(each ? ", \(base)" : "\(base), ")\(argument), \(table.intervals))"
    }
    let found = call("nr_place", plan.offset, hasLanes ? asVector(argument).text : argument.text)
    line("const \(number) \(place) = \(found);")
    let results = value.map { [$0] } ?? table.results
    var column = 0
    for result in results {
      let target = try binding(result)
      for element in 0..<target.count {
        let found = call(
          "nr_interpolate", plan.offset + TableLayout.header + column * columns, place)
        column += 1
        guard target.count > 1 else {
          try assign(Code(text: found, isVector: hasLanes), to: result, under: mask)
          continue
        }
        guard target.isVector || !hasLanes else {
          throw unsupported("a TABLE of \(name(of: result))")
        }
        let own = target.element("\(element)")
        line("\(own) = \(mask.map { "nr_select(\($0), \(found), \(own))" } ?? found);")
      }
    }
  }

  // MARK: Systems of equations

  /// Elimination without exchange of rows but where a pivot is 0 by structure.
  private mutating func solveLinear(
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

  private mutating func eliminate(
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
  private mutating func solveNonlinear(
    _ unknowns: [Variable], _ residuals: [Expression], under mask: String?
  ) throws(SimulationError) {
    var targets: [Binding] = []
    for unknown in unknowns { targets.append(try binding(unknown)) }
    let before = try targets.map { target throws(SimulationError) in
      try named(Code(text: target.text, isVector: hasLanes))
    }
    let iteration = fresh("n")
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
    let isDone = fresh("d")
    line("int \(isDone) = 1;")
    for (target, change) in zip(targets, changes) {
      line("\(target.text) = \(target.text) - \(change);")
      if hasLanes {
        line(
          "\(isDone) &= !nr_any((nr_mask)(nr_fabs(\(change)) > 1e-12 * nr_fabs(\(target.text)) + 1e-18));"
        )
      } else {
        line("\(isDone) &= !(fabs(\(change)) > 1e-12 * fabs(\(target.text)) + 1e-18);")
      }
    }
    line("if (\(isDone)) break;")
    indentation -= 1
    line("}")
    if let mask {
      for (target, before) in zip(targets, before) {
        line("\(target.text) = nr_select(\(mask), \(target.text), \(before));")
      }
    }
  }

  /// A constant of this value; no name twice.
  private mutating func named(_ value: Code) throws(SimulationError) -> String {
    let name = fresh("q")
    line("const \(number) \(name) = \(hasLanes ? asVector(value).text : value.text);")
    return name
  }

  private mutating func fresh(_ letter: String) -> String {
    counter += 1
    return "\(prefix)\(letter)\(counter)"
  }

  // MARK: Expressions

  /// C code of an expression.
  func code(_ expression: Expression) throws(SimulationError) -> Code {
    if let known = invariants[expression] { return Code(text: known, isVector: hasLanes) }
    switch expression {
    case .number(let value): return .scalar(CName.literal(value))
    case .variable(let variable):
      let binding = try binding(variable)
      return Code(text: binding.text, isVector: binding.isVector)
    case .element(let variable, let index):
      let binding = try binding(variable)
      let index = asNumber(try code(index))
      guard binding.count > 1 else { throw unsupported("an element of \(name(of: variable))") }
      if index.isVector {
        guard binding.isVector else { throw unsupported("an index that differs") }
        return .vector("nr_pick(\(binding.text), \(binding.count), \(index.text))")
      }
      return Code(
        text: binding.element(index.text), isVector: binding.isVector)
    case .negative(let operand):
      let operand = asNumber(try code(operand))
      return Code(text: "(-\(operand.text))", isVector: operand.isVector)
    case .not(let operand):
      let operand = asCondition(try code(operand))
      return Code(
        text: operand.isVector ? "(~\(operand.text))" : "(!\(operand.text))",
        isVector: operand.isVector, isCondition: true)
    case .binary(let operation, let left, let right): return try binary(operation, left, right)
    case .call(let function, let arguments): return try call(function, arguments)
    }
  }

  private func binary(
    _ operation: Expression.Operator, _ left: Expression, _ right: Expression
  ) throws(SimulationError) -> Code {
    switch operation {
    case .add, .subtract, .multiply, .divide:
      let (left, right) = (asNumber(try code(left)), asNumber(try code(right)))
      return Code(
        text: "(\(left.text) \(operation.rawValue) \(right.text))",
        isVector: left.isVector || right.isVector)
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .unequal:
      let (left, right) = (asNumber(try code(left)), asNumber(try code(right)))
      let isVector = left.isVector || right.isVector
      let test = "(\(left.text) \(operation.rawValue) \(right.text))"
      return Code(
        text: isVector ? "((nr_mask)\(test))" : test, isVector: isVector, isCondition: true)
    case .and, .or:
      let (left, right) = (asCondition(try code(left)), asCondition(try code(right)))
      if left.isVector || right.isVector {
        let sign = operation == .and ? "&" : "|"
        return Code(
          text: "(\(asMask(left).text) \(sign) \(asMask(right).text))", isVector: true,
          isCondition: true)
      }
      return Code(
        text: "(\(left.text) \(operation.rawValue) \(right.text))", isVector: false,
        isCondition: true)
    case .power: return try power(left, right)
    }
  }

  private func power(
    _ base: Expression, _ exponent: Expression
  ) throws(SimulationError) -> Code {
    let base = asNumber(try code(base))
    let suffix = base.isVector ? "" : "1"
    switch exponent {
    case .number(2): return Code(text: "nr_power2\(suffix)(\(base.text))", isVector: base.isVector)
    case .number(3): return Code(text: "nr_power3\(suffix)(\(base.text))", isVector: base.isVector)
    case .number(4): return Code(text: "nr_power4\(suffix)(\(base.text))", isVector: base.isVector)
    default:
      let exponent = asNumber(try code(exponent))
      return function("pow", [base, exponent])
    }
  }

  private func call(
    _ called: Expression.Function, _ arguments: [Expression]
  ) throws(SimulationError) -> Code {
    var codes: [Code] = []
    for argument in arguments { codes.append(asNumber(try code(argument))) }
    switch called {
    case .exp:
      guard codes.count == 1, let argument = codes.first else { throw unsupported("exp") }
      return argument.isVector
        ? .vector("nr_exp(\(argument.text))") : .scalar("nr_exp1(\(argument.text))")
    case .nernst, .ghk:
      codes.append(.scalar(try binding(.celsius).text))
      return function(called.rawValue, codes)
    default: return function(called.rawValue, codes)
    }
  }

  private func function(_ name: String, _ arguments: [Code]) -> Code {
    if arguments.contains(where: \.isVector) {
      return .vector("nr_\(name)(\(arguments.map { asVector($0).text }.joined(separator: ", ")))")
    }
    let isOurs = name == "nernst" || name == "ghk"
    return .scalar(
      "\(isOurs ? "nr_\(name)1" : name)(\(arguments.map(\.text).joined(separator: ", ")))")
  }

  func asNumber(_ code: Code) -> Code {
    guard code.isCondition else { return code }
    return code.isVector ? .vector("nr_truth(\(code.text))") : .scalar("((double)\(code.text))")
  }

  private func asCondition(_ code: Code) -> Code {
    if code.isCondition { return code }
    return code.isVector
      ? Code(text: "((nr_mask)(\(code.text) != 0.0))", isVector: true, isCondition: true)
      : Code(text: "(\(code.text) != 0.0)", isVector: false, isCondition: true)
  }

  private func asMask(_ code: Code) -> Code {
    code.isVector
      ? code : Code(text: "nr_mask_all(\(code.text))", isVector: true, isCondition: true)
  }

  func asVector(_ code: Code) -> Code {
    code.isVector || !hasLanes ? code : .vector("nr_all(\(code.text))")
  }

  // MARK: Names

  private func binding(_ variable: Variable) throws(SimulationError) -> Binding {
    guard let binding = bindings[variable] else { throw unsupported(name(of: variable)) }
    return binding
  }

  func name(of variable: Variable) -> String {
    switch variable {
    case .instance(let index): mechanism.variables[index].name
    case .global(let index): mechanism.globals[index].name
    case .local: "a LOCAL variable"
    case .voltage: "v"
    case .time: "t"
    case .timeStep: "dt"
    case .celsius: "celsius"
    case .diameter: "diam"
    case .area: "area"
    case .weight: "a weight"
    case .flag: "flag"
    }
  }

  func unsupported(_ construct: String) -> SimulationError {
    .unsupported(mechanism: mechanism.name, block: blockName, construct: construct)
  }
}

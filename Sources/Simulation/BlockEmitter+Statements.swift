import Mechanisms

extension BlockEmitter {
  mutating func emit(
    _ statements: [Statement], under mask: String?
  ) throws(SimulationError) {
    for statement in statements { try emit(statement, under: mask) }
  }

  mutating func emit(
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
    case .solveNonlinear(.newton, let unknowns, let residuals):
      try solveByNewton(unknowns, residuals, under: mask)
    case .solveNonlinear(.kinetic(let jacobian), let unknowns, let residuals):
      try solveKinetic(unknowns, residuals, jacobian, under: mask)
    case .sendToItself(let delay, let flag):
      guard let eventContext, !hasLanes else { throw unsupported("net_send") }
      let delay = asNumber(try code(delay)).text
      let flag = asNumber(try code(flag)).text
      let now = try code(.variable(.time)).text
      let own = "run, \(eventContext.kind), \(eventContext.instance)"
      if let moves {
        line(
          "nr_send_movable(\(own), weights - run->memory, \(now), \(now) + \(delay), \(flag), M + NR_AT(\(moves) + i), "
            + "NR_AT(\(room)));")
      } else {
        line(
          "nr_send_to_itself(\(own), weights - run->memory, \(now), \(now) + \(delay), \(flag));")
      }
    case .sendEvent(let time):
      let time = asNumber(try code(time)).text
      // From elsewhere it goes nowhere: a NetCon from such a process is refused where inputs are read.
      guard let senders, !hasLanes else { break }
      let now = try code(.variable(.time)).text
      line("nr_send_event(run, M[NR_AT(\(senders) + i)], \(now), \(time));")
    case .moveEvent(let time):
      guard let eventContext, let moves else { throw unsupported("net_move") }
      let time = asNumber(try code(time)).text
      let now = try code(.variable(.time)).text
      line(
        "nr_move(run, \(eventContext.kind), \(eventContext.instance), \(now), \(time), M + NR_AT(\(moves) + i), "
          + "NR_AT(\(room)));")
    case .watch(let left, let isUpwards, let right, let flag):
      guard let watchSlots, !hasLanes, blockName == "NET_RECEIVE" else {
        throw unsupported("WATCH")
      }
      let flag = asNumber(try code(flag)).text
      line(
        "nr_watch(M + NR_AT(\(watchSlots) + i), NR_AT(\(room)), \(watchCount), \(nextWatch), &isFirst, "
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

  mutating func assign(
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

  mutating func assignElement(
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

  mutating func conditional(
    _ condition: Code, _ then: [Statement], _ otherwise: [Statement], under mask: String?
  ) throws(SimulationError) {
    if !condition.isVector {
      line("if \(condition.inParentheses) {")
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

  mutating func indented(
    _ statements: [Statement], under mask: String?
  ) throws(SimulationError) {
    indentation += 1
    try emit(statements, under: mask)
    indentation -= 1
  }

  mutating func loop(
    _ local: Int, _ first: Expression, _ last: Expression, _ step: Expression,
    _ body: [Statement], under mask: String?
  ) throws(SimulationError) {
    let counter = try binding(.local(local))
    let bounds = [asNumber(try code(first)), asNumber(try code(last)), asNumber(try code(step))]
    if hasLanes, counter.isVector {
      try loopOfEach(counter, bounds.map { asVector($0).text }, body, under: mask)
      return
    }
    guard bounds.allSatisfy({ !$0.isVector }) else {
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

  /// A loop whose turns differ between instances.
  private mutating func loopOfEach(
    _ counter: Binding, _ bounds: [String], _ body: [Statement], under mask: String?
  ) throws(SimulationError) {
    let (own, end, by) = (fresh("k"), fresh("n"), fresh("n"))
    line("const nr_vector \(end) = nr_whole(\(bounds[1])), \(by) = nr_whole(\(bounds[2]));")
    line("\(counter.text) = nr_whole(\(bounds[0]));")
    line("for (nr_mask \(own) = \(mask ?? "nr_mask_all(1)") & (nr_mask)(\(by) > 0);;) {")
    indentation += 1
    line("\(own) = \(own) & (nr_mask)(\(counter.text) <= \(end));")
    line("if (!nr_any(\(own))) break;")
    try emit(body, under: own)
    line("\(counter.text) = \(counter.text) + \(by);")
    indentation -= 1
    line("}")
  }

  mutating func whileLoop(
    _ condition: Expression, _ body: [Statement], under mask: String?
  ) throws(SimulationError) {
    let test = asCondition(try code(condition))
    if !test.isVector {
      line("while \(test.inParentheses) {")
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

  mutating func lookUp(
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
    if makesTables { line("nr_table_\(plan.offset)(nr_shared(M));") }
    let each = hasLanes && plan.rows != nil
    let own = plan.rows.map { "\(places.indices)[\($0) + \(places.instance)] * \(plan.stride)" }
    func call(_ function: String, _ offset: Int, _ argument: String) -> String {
      let name = "\(function)\(hasLanes ? (each ? "_each" : "") : "1")"
      let base = "nr_shared(M) + NR_AT(\(offset)\(hasLanes ? "" : own.map { " + " + $0 } ?? ""))"
      let rows =
        hasLanes
        ? plan.rows.map {
          ", \(places.indices) + \($0) + \(places.instance), \(plan.stride)"
        } : nil
      return "\(name)(\(base)\(rows ?? ""), \(argument), \(table.intervals))"
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
}

import Mechanisms

extension ProgramEmitter {
  /// Everything that has tables: once each.
  var tabled: [InstancePlan] {
    (sets.flatMap { set in set.order.compactMap { set.instances[$0] } }
      + processes.map(\.instances)).filter { !$0.mechanism.tables.isEmpty && $0.count > 0 }
  }

  var usedTables: [TablePlan] {
    tabled.flatMap { plan in plan.tables.filter(\.isUsed) }
  }

  func tables() throws(SimulationError) -> [String] {
    try checkTables()
    var lines = usedTables.map { "static void nr_table_\($0.offset)(double *M);" }
    for plan in tabled {
      for (index, table) in plan.mechanism.tables.enumerated() where plan.tables[index].isUsed {
        try lines.append(contentsOf: self.table(table, plan.tables[index], plan))
      }
    }
    return lines
  }

  /// What a table depends on without saying so has to be the same in the whole cell: NEURON makes one for all.
  func checkTables() throws(SimulationError) {
    var known: [String: Double] = [:]
    for plan in tabled {
      for variable in plan.tables.flatMap(\.undeclared) {
        let name = plan.mechanism.variables[variable].name
        let key = "\(plan.mechanism.name) \(name)"
        let value =
          switch plan.storage[variable] {
          case .constant(let value): value
          case .memory(let offset): self.plan.values[offset]
          case .temporary: 0.0
          }
        guard known.updateValue(value, forKey: key) ?? value == value else {
          throw .unsupported(
            mechanism: plan.mechanism.name, block: "TABLE",
            construct: "\(name), which differs between segments and is not in its DEPEND,")
        }
      }
    }
  }

  func table(
    _ table: Table, _ place: TablePlan, _ plan: InstancePlan
  ) throws(SimulationError) -> [String] {
    var bindings = plan.bindings(hasLanes: false)
    let mechanism = plan.mechanism
    let inputs = table.inputs(mechanism.tables)
    for (index, variable) in mechanism.variables.enumerated() {
      if let value = place.fixed[index] {
        bindings[.instance(index)] = Binding(text: CName.literal(value), isVector: false)
        continue
      }
      if case .constant = plan.storage[index] { continue }
      if inputs.contains(.instance(index)) { continue }
      bindings[.instance(index)] = Binding(
        text: "x_\(CName.of(variable.name))", isVector: false, count: variable.count)
    }
    for (index, global) in mechanism.globals.enumerated() {
      guard plan.globals[index].isOfInstances else { continue }
      bindings[.global(index)] = Binding(
        text: "g_\(CName.of(global.name))", isVector: false, count: global.count)
    }
    var emitter = BlockEmitter(
      mechanism, hasLanes: false, bindings: bindings, tables: plan.tables, prefix: "t_",
      indentation: 2)
    emitter.blockName = "TABLE"
    emitter.makesTables = true
    var lines = [
      "static void nr_table_\(place.offset)(double *M) {",
      "  static const int instances[] = {\(place.representatives.map(String.init).joined(separator: ", "))};",
      "  if (M[NR_AT(\(place.offset + 2))] != 0) return;",
      "  M[NR_AT(\(place.offset + 2))] = 1;",
      "  for (int each = 0; each < \(place.representatives.count); each++) {",
      "  NR_UNUSED const int i = instances[each];",
      "  double *const own = M + NR_AT(\(place.offset) + each * \(place.stride));",
    ]
    for (index, variable) in mechanism.variables.enumerated() {
      if case .constant = plan.storage[index] { continue }
      let size = variable.count > 1 ? "[\(variable.count)]" : ""
      lines.append("  NR_UNUSED double x_\(CName.of(variable.name))\(size) = {0};")
    }
    for (index, global) in mechanism.globals.enumerated() {
      guard plan.globals[index].isOfInstances else { continue }
      let value = CName.literal(plan.globalValues[index])
      lines.append(
        global.count > 1
          ? "  NR_UNUSED double g_\(CName.of(global.name))[\(global.count)] = {0};"
          : "  NR_UNUSED double g_\(CName.of(global.name)) = \(value);")
    }
    let lowest = emitter.asNumber(try emitter.code(table.lowest)).text
    let highest = emitter.asNumber(try emitter.code(table.highest)).text
    lines += [
      "  const double lowest = \(lowest), step = (\(highest) - lowest) / \(table.intervals).0;",
      "  own[0] = lowest;",
      "  own[NR_AT(1)] = 1.0 / step;",
      "  double x = lowest;",
      "  for (int row = 0; row <= \(table.intervals); row++, x += step) {",
    ]
    // The argument is the body's first local, which its statements find set.
    var body = table.body
    guard !body.locals.isEmpty else { throw emitter.unsupported("a TABLE without an argument") }
    emitter.bindings[.flag] = Binding(text: "x", isVector: false)
    body.statements.insert(.assign(.local(0), .variable(.flag)), at: 0)
    var column = 0
    for result in table.results {
      let count = mechanism.count(of: result)
      for element in 0..<count {
        let own = Variable.instance(mechanism.variables.count + column)
        let place = TableLayout.header + column * (table.intervals + 1)
        emitter.bindings[own] = Binding(text: "own[NR_AT(\(place) + row)]", isVector: false)
        let value = Expression.variable(result)
        body.statements.append(
          .assign(own, count > 1 ? .element(result, .number(Double(element))) : value))
        column += 1
      }
    }
    try emitter.emit(body, named: "TABLE")
    return lines + emitter.lines + ["  }", "  }", "}", ""]
  }
}

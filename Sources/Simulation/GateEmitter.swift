import Mechanisms

/// Writes the tables of states that relax to what the potential says: see `gate_tables.h`.
///
/// A table is made when the time step is set; mechanisms with the same formulas and parameters share one.
struct GateEmitter {
  private(set) var lines: [String] = []
  /// By the code of a step: the table's number.
  private var numbers: [String: Int] = [:]

  init() {}

  init(_ plans: [InstancePlan]) throws(SimulationError) {
    var calls: [String] = []
    for plan in plans {
      guard let gates = plan.gates else { continue }
      let step = try Self.step(of: plan, gates)
      let number = numbers.count
      guard numbers[step] == nil else { continue }
      numbers[step] = number
      let count = gates.states.count
      lines += [
        "static void nr_gate_step_\(number)(double v, double *y) {", step, "}",
        "static double nr_gates_\(number)[NR_GATE_ROWS * \(count) * NR_GATE_WIDTH] __attribute__((aligned(64)));",
        "static unsigned char nr_are_good_\(number)[NR_GATE_ROWS + 1];", "",
      ]
      calls.append(
        "  nr_make_gates(nr_gate_step_\(number), \(count), nr_gates_\(number), nr_are_good_\(number));"
      )
    }
    lines += ["static void nr_make_all_gates(void) {"] + calls
    lines += ["}", ""]
  }

  /// The step of a mechanism's states in a function of all lanes: by table where that is good, else as given.
  func statements(
    of plan: InstancePlan, otherwise exact: [String]
  ) throws(SimulationError) -> [String] {
    guard let gates = plan.gates, let number = numbers[try Self.step(of: plan, gates)] else {
      return exact
    }
    let names = gates.states.map { plan.name(of: $0) }
    let tabulated = names.indices.map { place in
      "(nr_gates_\(number) + \(place) * NR_GATE_WIDTH, \(names.count) * NR_GATE_WIDTH, rows, \(names[place]))"
    }
    var lines = ["    if (nr_all_are_good(nr_are_good_\(number), rows)) {"]
    lines += zip(names, tabulated).map { "      \($0) = nr_gate\($1);" }
    lines.append("    } else {")
    lines.append("      const nr_mask areGood = nr_are_good(nr_are_good_\(number), rows);")
    lines += zip(names, tabulated).map {
      "      const nr_vector \($0)_tabulated = nr_gate_rarely\($1);"
    }
    lines += exact
    lines += names.map { "      \($0) = nr_select(areGood, \($0)_tabulated, \($0));" }
    return lines + ["    }"]
  }

  /// The statements that set the states `y` at the potential `v`.
  private static func step(
    of plan: InstancePlan, _ gates: GatePlan
  ) throws(SimulationError) -> String {
    let mechanism = plan.mechanism
    var bindings = plan.bindings(hasLanes: false)
    bindings[.voltage] = Binding(text: "v", isVector: false)
    var lines: [String] = []
    for (index, variable) in mechanism.variables.enumerated() {
      if let place = gates.states.firstIndex(of: index) {
        bindings[.instance(index)] = Binding(text: "y[\(place)]", isVector: false)
        continue
      }
      guard case .temporary = plan.storage[index], variable.count == 1 else { continue }
      let name = "x_\(CName.of(variable.name))"
      bindings[.instance(index)] = Binding(text: name, isVector: false)
      lines.append("  NR_UNUSED double \(name) = 0;")
    }
    for (index, global) in mechanism.globals.enumerated() {
      guard case .temporary = plan.globals[index], global.count == 1 else { continue }
      let name = "g_\(CName.of(global.name))"
      bindings[.global(index)] = Binding(text: name, isVector: false)
      lines.append("  NR_UNUSED double \(name) = 0;")
    }
    var emitter = BlockEmitter(
      mechanism, hasLanes: false, bindings: bindings, tables: plan.tables, prefix: "s_")
    try emitter.emit(mechanism.advance, named: "SOLVE")
    return (lines + emitter.lines).joined(separator: "\n")
  }
}

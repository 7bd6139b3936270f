import Mechanisms

extension ProgramEmitter {
  func receivers() throws(SimulationError) -> [String] {
    var lines = [
      "static void nr_cell_receive(nr_run *run, int32_t kind, int32_t i, double *weights, double flag, double t) {",
      "  double *const M = run->memory;",
      "  (void)M; (void)i; (void)weights; (void)flag; (void)t;",
      "  switch (kind) {",
    ]
    for (kind, process) in processes.enumerated() {
      guard let receiver = process.instances.mechanism.receiver else { continue }
      lines += try receive(kind, process, receiver.block, "NET_RECEIVE", time: "t")
    }
    lines += ["  }", "}", ""]
    lines += [
      "static void nr_cell_receive_initial(nr_run *run, int32_t kind, int32_t i, double *weights) {",
      "  double *const M = run->memory;",
      "  (void)M; (void)i; (void)weights;",
      "  switch (kind) {",
    ]
    for (kind, process) in processes.enumerated() {
      guard let receiver = process.instances.mechanism.receiver else { continue }
      guard let initial = receiver.initial else {
        // NEURON keeps the first.
        lines.append("    case \(kind):")
        lines += (0..<receiver.weightCount).dropFirst().map { "      weights[NR_AT(\($0))] = 0;" }
        lines.append("      break;")
        continue
      }
      lines += try receive(kind, process, initial, "NET_RECEIVE's INITIAL", time: "0.0")
    }
    return lines + ["  }", "}", ""] + ownWeights()
  }

  /// Which kinds have connections whose one weight may be kept where the source is: it stays as it is.
  private func ownWeights() -> [String] {
    let kinds = processes.indices.filter { kind in
      let mechanism = processes[kind].instances.mechanism
      guard let receiver = mechanism.receiver, receiver.weightCount == 1 else { return false }
      // What an event sets the next one may have to see, of whatever source it is; and events to itself say by
      // its place in the memory whose weights they are of.
      let isSet = receiver.block.effects(mechanism.tables).mayAssign.contains(.weight(0))
      return !isSet && processes[kind].watches.isEmpty
        && !mechanism.blocksThatRun.contains { $0.sendsEvents || $0.movesEvents }
    }
    return ["static int nr_has_own_weight(int32_t kind) {", "  switch (kind) {"]
      + kinds.map { "    case \($0):" } + (kinds.isEmpty ? [] : ["      return 1;"])
      + ["    default: return 0;", "  }", "}", ""]
  }

  func receive(
    _ kind: Int, _ process: ProcessPlan, _ block: Block, _ name: String, time: String
  ) throws(SimulationError) -> [String] {
    var lines = ["    case \(kind): {"]
    if name == "NET_RECEIVE", !process.watches.isEmpty {
      lines.append("      NR_UNUSED int isFirst = 1;")
    }
    if name == "NET_RECEIVE" { lines += notes(kind, process) }
    return try lines + oneByOne(kind, process, block, name, time: time) + ["      break;", "    }"]
  }

  /// A block of the instance `i`.
  func oneByOne(
    _ kind: Int, _ process: ProcessPlan, _ block: Block, _ name: String, time: String
  ) throws(SimulationError) -> [String] {
    var (lines, emitter) = emitterOfOne(kind, process, name, time: time)
    emitter.makesTables = name == "INITIAL"
    try emitter.emit(block, named: name)
    lines += emitter.lines
    return lines
  }

  func emitterOfOne(
    _ kind: Int, _ process: ProcessPlan, _ name: String, time: String
  ) -> (declarations: [String], emitter: BlockEmitter) {
    let plan = process.instances
    var bindings = plan.bindings(hasLanes: false)
    bindings[.time] = Binding(text: time, isVector: false)
    bindings[.flag] = Binding(text: name == "NET_RECEIVE" ? "flag" : "0.0", isVector: false)
    for weight in 0..<(plan.mechanism.receiver?.weightCount ?? 0) {
      bindings[.weight(weight)] = Binding(text: "weights[NR_AT(\(weight))]", isVector: false)
    }
    bindings[.voltage] = Binding(
      text: "M[NR_AT(\(voltage) + run->indices[\(process.slots) + i])]", isVector: false)
    if let areas = process.areas {
      bindings[.area] = Binding(text: "M[NR_AT(\(areas) + i)]", isVector: false)
    }
    if let diameters = process.diameters {
      bindings[.diameter] = Binding(text: "M[NR_AT(\(diameters) + i)]", isVector: false)
    }
    var emitter = BlockEmitter(
      plan.mechanism, hasLanes: false, bindings: bindings, tables: plan.tables,
      prefix: "r\(kind)_", indentation: 3)
    emitter.eventContext = (kind, "i")
    emitter.places = ("run->indices", "i")
    emitter.senders = process.senders
    emitter.moves = process.moves
    emitter.watchSlots = process.watchSlots
    emitter.room = plan.room
    emitter.watchCount = process.watches.count
    var lines: [String] = []
    for (index, variable) in plan.mechanism.variables.enumerated() {
      switch plan.storage[index] {
      case .temporary:
        if case .ion(let ion, let quantity) = variable.role, !plan.isOwn(index),
          let places = process.ions[ion][quantity]
        {
          lines.append(
            "      NR_UNUSED double \(plan.name(of: index)) = M[NR_AT(run->indices[\(places) + i])];"
          )
        } else if let places = plan.pointers[index] {
          lines.append(
            "      NR_UNUSED double \(plan.name(of: index)) = M[NR_AT(run->indices[\(places) + i])];"
          )
        } else {
          let size = variable.count > 1 ? "[\(variable.count)]" : ""
          lines.append("      NR_UNUSED double \(plan.name(of: index))\(size) = {0};")
        }
      default: break
      }
    }
    for (index, storage) in plan.globals.enumerated() {
      guard case .temporary = storage else { continue }
      let global = plan.mechanism.globals[index]
      lines.append(
        "      NR_UNUSED double \(plan.prefix)g_\(CName.of(global.name))"
          + (global.count > 1 ? "[\(global.count)] = {0};" : " = 0;"))
    }
    return (lines, emitter)
  }

  /// What WATCH looks at, at the start of each step.
  func watches() throws(SimulationError) -> [String] {
    var lines = [
      "static void nr_cell_watch(nr_run *run, double t) {", "  double *const M = run->memory;",
      "  const int32_t *const X = run->indices;", "  (void)X; (void)t;",
    ]
    for (kind, process) in processes.enumerated() {
      guard let slots = process.watchSlots else { continue }
      let padded = process.instances.room
      lines.append("  for (int i = 0; i < \(process.count); i++) {")
      lines.append("    NR_UNUSED double *const weights = M; NR_UNUSED const double flag = 0;")
      var (declarations, emitter) = emitterOfOne(kind, process, "NET_RECEIVE", time: "t")
      emitter.blockName = "NET_RECEIVE"
      for (index, watch) in process.watches.enumerated() {
        let value = try emitter.difference(watch.left, watch.isUpwards, watch.right)
        declarations.append(
          "      nr_look(run, \(kind), i, M + NR_AT(\(slots + 3 * index * padded) + i), NR_AT(\(padded)), \(value));"
        )
      }
      lines += declarations + ["  }"]
    }
    return lines + ["}", ""]
  }
}

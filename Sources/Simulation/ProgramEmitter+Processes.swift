import Mechanisms

extension ProgramEmitter {
  func opening(of process: ProcessPlan) -> [String] {
    let plan = process.instances
    var lines = [
      "  for (int b = 0; b < \(process.count); b += NR_STEP) {",
      "    NR_UNUSED const nr_vector v = nr_gather(M + NR_AT(\(voltage)), X + \(process.slots) + b);",
    ]
    if let diameters = process.diameters {
      lines.append("    NR_UNUSED const nr_vector diam = nr_load(M + NR_AT(\(diameters) + b));")
    }
    if let areas = process.areas {
      lines.append("    NR_UNUSED const nr_vector area = nr_load(M + NR_AT(\(areas) + b));")
    }
    lines += plan.declarations(at: "b").map { "    " + $0 }
    for (index, variable) in plan.mechanism.variables.enumerated() {
      guard case .ion(let ion, let quantity) = variable.role, !plan.isOwn(index),
        let places = process.ions[ion][quantity]
      else { continue }
      lines.append("    \(plan.name(of: index)) = nr_gather(M, X + \(places) + b);")
    }
    lines += plan.pointed(at: "b").map { "    " + $0 }
    return lines
  }

  /// Gives back the concentrations that a point process writes.
  func closing(of process: ProcessPlan) -> [String] {
    let plan = process.instances
    var lines: [String] = []
    for (index, variable) in plan.mechanism.variables.enumerated() {
      guard case .ion(let ion, let quantity) = variable.role, quantity != .current,
        plan.mechanism.ions[ion].writes.contains(quantity), let places = process.ions[ion][quantity]
      else { continue }
      lines.append(
        "    nr_scatter(M, X + \(places) + b, \(process.count) - b, \(plan.name(of: index)));")
    }
    return lines
  }

  func states(of process: ProcessPlan, _ part: Parts) throws(SimulationError) -> [String] {
    let plan = process.instances
    var blocks: [(name: String, block: Block)] = []
    if part.contains(.initial) { blocks.append(("INITIAL", plan.mechanism.initial)) }
    if part.contains(.advance) {
      blocks += [("SOLVE", plan.mechanism.advance), ("AFTER SOLVE", plan.mechanism.afterSolve)]
    }
    if !part.isDisjoint(with: [.advance, .beforeStep]) {
      blocks.append(("BEFORE STEP", plan.mechanism.beforeStep))
    }
    blocks.removeAll { $0.block.isEmpty }
    if blocks.isEmpty, part != .initial || plan.invariants.isEmpty { return [] }
    var lines = opening(of: process)
    var emitter = emitter(plan, time: part == .initial ? "0.0" : "t")
    emitter.makesTables = part == .initial
    emitter.isRare = part == .initial
    if part == .initial { emitter.invariants = [:] }
    for (name, block) in blocks { try emitter.emit(block, named: name) }
    lines += emitter.lines
    if part == .initial { lines += try invariants(plan) }
    lines += closing(of: process)
    lines += plan.stores(of: blocks.map(\.block), at: "b").map { "    " + $0 }
    return lines + ["  }"]
  }

  /// INITIAL that sends events: of one instance after the other.
  func initialOneByOne(
    _ kind: Int, _ process: ProcessPlan
  ) throws(SimulationError) -> [String] {
    let plan = process.instances
    if plan.mechanism.ions.contains(where: { $0.writes.contains { $0 != .current } }) {
      throw .unsupported(
        mechanism: plan.mechanism.name, block: "INITIAL",
        construct: "net_send beside writing an ion")
    }
    var lines =
      Self.eachTrial + [
        "  for (int i = 0; i < \(process.count); i++) {", "    double *const weights = M;",
      ]
    lines += try oneByOne(kind, process, plan.mechanism.initial, "INITIAL", time: "0.0")
    lines += ["  }", "  }"]
    if !plan.invariants.isEmpty {
      lines += opening(of: process)
      lines += try invariants(plan)
      lines.append("  }")
    }
    return lines
  }

  /// What of events is kept for each instance begins with none.
  func eventSlots(_ kind: Int, _ process: ProcessPlan) -> [String] {
    let setting = joined.setting[kind]
    if process.moves == nil, process.watchSlots == nil, process.ties == nil, setting == nil {
      return []
    }
    var lines = Self.eachTrial
    if let setting {
      lines.append(
        "  for (int i = 0; i < 2 * \(process.count); i++) M[NR_AT(\(setting) + i)] = -1;")
    }
    for offset in [process.moves, process.ties?.offset].compactMap({ $0 }) {
      lines.append("  for (int i = 0; i < \(process.count); i++) M[NR_AT(\(offset) + i)] = -1;")
    }
    if let slots = process.watchSlots {
      let size = process.instances.room * 3 * process.watches.count
      lines.append("  for (int k = 0; k < \(size); k++) M[NR_AT(\(slots) + k)] = 0;")
    }
    return lines + ["  }"]
  }

  /// Opens a loop over the trials that are run at once.
  private static let eachTrial = [
    "  for (int trial = 0; trial < NR_TRIALS; trial++) {",
    "    nr_run *const run = runs + trial; (void)run;", "    double *const M = run->memory;",
  ]

  func points() throws(SimulationError) -> [String] {
    var lines = [
      "static void nr_cell_points(double *M, const int32_t *X, double t) {",
      "  (void)M; (void)X; (void)t;",
    ]
    for process in processes where process.instances.count > 0 {
      let plan = process.instances
      if plan.mechanism.currents.isEmpty, plan.mechanism.currentVariables.isEmpty,
        plan.mechanism.beforeBreakpoint.isEmpty
      {
        continue
      }
      lines += opening(of: process)
      if !plan.mechanism.beforeBreakpoint.isEmpty {
        var emitter = emitter(plan, time: "t")
        try emitter.emit(plan.mechanism.beforeBreakpoint, named: "BEFORE BREAKPOINT")
        lines += emitter.lines
      }
      if plan.mechanism.currentVariables.isEmpty {
        var emitter = emitter(plan, time: "t")
        try emitter.emit(plan.mechanism.currents, named: "BREAKPOINT")
        lines += emitter.lines
      } else {
        lines.append("    nr_vector \(plan.prefix)current, \(plan.prefix)slope;")
        lines += try sums(of: plan, before: [], time: "t")
        let sign = plan.mechanism.isElectrode ? "-" : ""
        lines += [
          "    const nr_vector factor = \(sign)nr_load(M + NR_AT(\(process.factors) + b));",
          "    nr_accumulate(M + NR_AT(\(right)), M + NR_AT(\(diagonal)), X + \(process.slots) + b, \(process.count) - b,",
          "                  -factor * \(plan.prefix)current, factor * \(plan.prefix)slope);",
        ]
      }
      for (index, variable) in plan.mechanism.variables.enumerated() {
        guard case .ion(let ion, .current) = variable.role,
          plan.mechanism.ions[ion].writes.contains(.current),
          process.ionPlans.indices.contains(ion), process.hasCurrents[ion],
          let places = process.ions[ion][.current]
        else { continue }
        lines.append(
          "    nr_add(M, X + \(places) + b, \(process.count) - b, nr_load(M + NR_AT(\(process.factors) + b)) * \(plan.name(of: index)));"
        )
      }
      lines += closing(of: process)
      let blocks = [plan.mechanism.beforeBreakpoint, plan.mechanism.currents]
      lines += plan.stores(of: blocks, at: "b").map { "    " + $0 }
      lines.append("  }")
    }
    return lines + ["}", ""]
  }
}

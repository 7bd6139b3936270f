import Mechanisms

extension ProgramEmitter {
  func density(
    _ set: SetPlan, _ nodes: CellLayout.NodeSet, _ parts: Parts, ionsAtStart: Bool = true,
    ionsAtEnd: Bool = true
  ) throws(SimulationError) -> [String] {
    if set.order.isEmpty, set.ions.isEmpty, !parts.contains(.currents) { return [] }
    var lines = [
      "  for (int b = 0; b < \(nodes.count); b += NR_STEP) {",
      "    NR_UNUSED const nr_vector v = nr_load(M + NR_AT(\(voltage + nodes.first) + b));",
    ]
    let ions = set.ions.sorted { $0.key < $1.key }.map(\.value)
    for ion in ions {
      for quantity in [Mechanism.IonQuantity.reversal, .inside, .outside, .current] {
        lines.append(
          "    NR_UNUSED nr_vector \(ion.name(of: quantity)) = nr_load(M + NR_AT(\(ion.offset(of: quantity)) + b));"
        )
      }
    }
    if let diameters = set.diameters {
      lines.append("    NR_UNUSED const nr_vector diam = nr_load(M + NR_AT(\(diameters) + b));")
    }
    if let areas = set.areas {
      lines.append("    NR_UNUSED const nr_vector area = nr_load(M + NR_AT(\(areas) + b));")
    }
    for mechanism in set.order {
      guard let plan = set.instances[mechanism] else { continue }
      lines += plan.declarations(at: "b").map { "    " + $0 }
      lines += plan.pointed(at: "b").map { "    " + $0 }
      if let presence = plan.presence {
        lines.append(
          "    NR_UNUSED const nr_mask \(plan.prefix)present = (nr_mask)(nr_load(M + NR_AT(\(presence) + b)) != 0.0);"
        )
      }
    }

    if parts.contains(.initial) {
      for ion in ions where ion.initialisesReversal && ionsAtStart { lines.append(nernst(ion)) }
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        let initial = try block(
          plan, plan.mechanism.initial, "INITIAL", time: "0.0", ions: ions)
        lines += wherePresent(plan, initial + (try invariants(plan)))
      }
    }
    if parts.contains(.advance) {
      if set.instances.values.contains(where: { $0.gates != nil }) {
        lines.append("    const nr_rows rows = nr_rows_of(v);")
      }
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        let advance = try block(
          plan, plan.mechanism.advance, "SOLVE", time: "t", ions: ions)
        lines += wherePresent(
          plan, try gates.statements(of: plan, otherwise: advance))
      }
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        let after = try block(
          plan, plan.mechanism.afterSolve, "AFTER SOLVE", time: "t", ions: ions)
        lines += wherePresent(plan, after)
      }
    }
    if !parts.isDisjoint(with: [.advance, .beforeStep]) {
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        let before = try block(
          plan, plan.mechanism.beforeStep, "BEFORE STEP", time: "t", ions: ions)
        lines += wherePresent(plan, before)
      }
    }
    if parts.contains(.currents) {
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        let before = try block(
          plan, plan.mechanism.beforeBreakpoint, "BEFORE BREAKPOINT",
          time: parts.contains(.advance) ? "next" : "t", ions: ions)
        lines += wherePresent(plan, before)
      }
      lines.append("    NR_UNUSED nr_vector current = {0}, slope = {0};")
      for ion in ions {
        if ion.advancesReversal { lines.append(nernst(ion)) }
        lines.append("    \(ion.name(of: .current)) = nr_all(0);")
      }
      let time = parts.contains(.advance) ? "next" : "t"
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        lines += wherePresent(
          plan, try currents(of: plan, time: time, ions: ions))
      }
      let slot = nodes.first
      lines += [
        "    nr_store(M + NR_AT(\(right + slot) + b), -current);",
        "    nr_store(M + NR_AT(\(diagonal + slot) + b), nr_load(M + NR_AT(\(constant + slot) + b)) + slope);",
      ]
    }

    for ion in ions {
      if parts.contains(.currents), ion.hasCurrent {
        lines.append("    nr_store(M + NR_AT(\(ion.current) + b), \(ion.name(of: .current)));")
      }
      if ion.isDynamic {
        lines.append("    nr_store(M + NR_AT(\(ion.inside) + b), \(ion.name(of: .inside)));")
        lines.append("    nr_store(M + NR_AT(\(ion.outside) + b), \(ion.name(of: .outside)));")
      }
      if parts.contains(.initial), ionsAtEnd, ion.isReversalLeft { lines.append(nernst(ion)) }
      if parts.contains(.initial) || ion.isReversalWritten
        || (parts.contains(.currents) && ion.advancesReversal)
      {
        lines.append("    nr_store(M + NR_AT(\(ion.reversal) + b), \(ion.name(of: .reversal)));")
      }
    }
    for mechanism in set.order {
      guard let plan = set.instances[mechanism] else { continue }
      var blocks: [Block] = []
      if parts.contains(.initial) { blocks.append(plan.mechanism.initial) }
      if parts.contains(.advance) {
        blocks += [plan.mechanism.advance, plan.mechanism.afterSolve, plan.mechanism.beforeStep]
      }
      if parts.contains(.beforeStep) { blocks.append(plan.mechanism.beforeStep) }
      if parts.contains(.currents) {
        blocks += [plan.mechanism.beforeBreakpoint, plan.mechanism.currents]
      }
      lines += plan.stores(of: blocks, at: "b").map { "    " + $0 }
    }
    return lines + ["  }"]
  }

  /// Statements that are done where one of the compartments has a mechanism.
  private func wherePresent(_ plan: InstancePlan, _ lines: [String]) -> [String] {
    if plan.presence == nil || lines.isEmpty { return lines }
    return ["    if (nr_any(\(plan.prefix)present)) {"] + lines + ["    }"]
  }

  /// What a mechanism gives, where it is present: the other value elsewhere.
  private func given(
    _ value: String, elsewhere other: String, by plan: InstancePlan
  ) -> String {
    plan.presence == nil ? value : "nr_select(\(plan.prefix)present, \(value), \(other))"
  }

  func nernst(_ ion: IonPlan) -> String {
    "    \(ion.name(of: .reversal)) = nr_nernst(\(ion.name(of: .inside)), \(ion.name(of: .outside)), "
      + "nr_all(\(CName.literal(ion.valence))), nr_all(NR_CELSIUS));"
  }

  /// Computes what does not change while the cell runs.
  func invariants(_ plan: InstancePlan) throws(SimulationError) -> [String] {
    var emitter = emitter(plan, time: "0.0")
    emitter.invariants = [:]
    for (expression, offset) in plan.invariants {
      let value = emitter.asVector(emitter.asNumber(try emitter.code(expression)))
      emitter.line("nr_store(M + NR_AT(\(offset) + b), \(value.text));")
    }
    return emitter.lines
  }

  func emitter(
    _ plan: InstancePlan, time: String
  ) -> BlockEmitter {
    var bindings = plan.bindings(hasLanes: true)
    bindings[.voltage] = Binding(text: "v", isVector: true)
    bindings[.time] = Binding(text: time, isVector: false)
    bindings[.diameter] = Binding(text: "diam", isVector: true)
    bindings[.area] = Binding(text: "area", isVector: true)
    var emitter = BlockEmitter(
      plan.mechanism, hasLanes: true, bindings: bindings, tables: plan.tables, prefix: plan.prefix,
      indentation: 2)
    emitter.invariants = Dictionary(
      uniqueKeysWithValues: plan.invariants.map {
        ($0.expression, "nr_load(M + NR_AT(\($0.offset) + b))")
      }
    )
    return emitter
  }

  /// A block of a density mechanism, between the copies of its ions.
  func block(
    _ plan: InstancePlan, _ block: Block, _ name: String, time: String, ions: [IonPlan]
  ) throws(SimulationError) -> [String] {
    if block.isEmpty { return [] }
    var emitter = emitter(plan, time: time)
    emitter.makesTables = name == "INITIAL"
    // Nothing is computed before INITIAL, which may set what it depends on.
    if name == "INITIAL" { emitter.invariants = [:] }
    // Where there are tables, SOLVE is for potentials that are in none.
    emitter.isRare = name == "INITIAL" || (name == "SOLVE" && plan.gates != nil)
    for line in copies(plan, ions) { emitter.line(line) }
    try emitter.emit(block, named: name)
    for line in givenBack(plan, ions) { emitter.line(line) }
    // As NEURON's nrn_wrote_conc.
    if name == "INITIAL" {
      let written = plan.mechanism.ions.filter {
        $0.writes.contains(.inside) || $0.writes.contains(.outside)
      }.map(\.name)
      for ion in ions where ion.initialisesReversal && written.contains(ion.name) {
        emitter.line(nernst(ion))
      }
    }
    return emitter.lines
  }

  func copies(_ plan: InstancePlan, _ ions: [IonPlan]) -> [String] {
    plan.mechanism.variables.enumerated().compactMap { index, variable in
      guard case .ion(let ion, let quantity) = variable.role, !plan.isOwn(index),
        let found = ions.first(where: { $0.name == plan.mechanism.ions[ion].name })
      else { return nil }
      return "\(plan.name(of: index)) = \(found.name(of: quantity));"
    }
  }

  /// Concentrations and reversal potentials that a mechanism writes.
  func givenBack(_ plan: InstancePlan, _ ions: [IonPlan]) -> [String] {
    plan.mechanism.variables.enumerated().compactMap { index, variable in
      guard case .ion(let ion, let quantity) = variable.role, quantity != .current,
        plan.mechanism.ions[ion].writes.contains(quantity),
        let found = ions.first(where: { $0.name == plan.mechanism.ions[ion].name })
      else { return nil }
      let place = found.name(of: quantity)
      return "\(place) = \(given(plan.name(of: index), elsewhere: place, by: plan));"
    }
  }

  /// The sum of a mechanism's currents.
  func sum(_ plan: InstancePlan) -> String {
    plan.mechanism.currentVariables.map { plan.name(of: $0) }.joined(separator: " + ")
  }

  /// BREAKPOINT's currents and their slopes, added to what there is.
  func currents(
    of plan: InstancePlan, time: String, ions: [IonPlan]
  ) throws(SimulationError) -> [String] {
    let mechanism = plan.mechanism
    guard !mechanism.currentVariables.isEmpty else {
      return try block(
        plan, mechanism.currents, "BREAKPOINT", time: time, ions: ions)
    }
    let none = "nr_all(0)"
    var lines = ["    nr_vector \(plan.prefix)current, \(plan.prefix)slope;"]
    lines += try sums(of: plan, before: copies(plan, ions), time: time)
    let sign = mechanism.isElectrode ? "-" : "+"
    for sum in ["current", "slope"] {
      let own = given(plan.prefix + sum, elsewhere: none, by: plan)
      lines.append("    \(sum) \(sign)= \(own);")
    }
    for line in givenBack(plan, ions) { lines.append("    " + line) }
    for (index, variable) in mechanism.variables.enumerated() {
      guard case .ion(let ion, .current) = variable.role,
        mechanism.ions[ion].writes.contains(.current),
        let found = ions.first(where: { $0.name == mechanism.ions[ion].name })
      else { continue }
      let own = given(plan.name(of: index), elsewhere: none, by: plan)
      lines.append("    \(found.name(of: .current)) += \(own);")
    }
    return lines
  }

  /// Sets `current` and `slope` of a mechanism, with its prefix, and its current variables: the slope is exact
  /// where currents are ohmic, NEURON's quotient over 0.001 mV elsewhere.
  func sums(
    of plan: InstancePlan, before: [String], time: String
  ) throws(SimulationError) -> [String] {
    let mechanism = plan.mechanism
    var emitter = emitter(plan, time: time)
    let (current, slope) = (plan.prefix + "current", plan.prefix + "slope")
    if let ohmic = plan.ohmic {
      // What depends on v is needed only where it is recorded or kept.
      let kept = Effects(of: [ohmic.block], mechanism.tables).mayAssign
      let all = Effects(of: [mechanism.currents], mechanism.tables).mayAssign
      let isStored = all.subtracting(kept).contains { variable in
        guard case .instance(let index) = variable, plan.storage.indices.contains(index),
          case .memory = plan.storage[index]
        else { return false }
        return true
      }
      var block = ohmic.block
      let places = (
        Variable.instance(mechanism.variables.count),
        Variable.instance(mechanism.variables.count + 1)
      )
      emitter.bindings[places.0] = Binding(text: current, isVector: true)
      emitter.bindings[places.1] = Binding(text: slope, isVector: true)
      let forms = ohmic.forms.compactMap { $0 }
      for (current, form) in zip(mechanism.currentVariables, forms) {
        block.statements.append(
          .assign(
            .instance(current),
            .binary(.add, form.constant, .binary(.multiply, form.slope, .variable(.voltage)))))
      }
      block.statements.append(.assign(places.0, Self.total(forms.map(\.constant))))
      block.statements.append(.assign(places.1, Self.total(forms.map(\.slope))))
      for line in before { emitter.line(line) }
      if isStored {
        try emitter.emit(mechanism.currents, named: "BREAKPOINT")
        for line in before { emitter.line(line) }
      }
      try emitter.emit(block, named: "BREAKPOINT")
      emitter.line("\(current) += \(slope) * v;")
      return emitter.lines
    }
    // What the block sets is set again by the second evaluation, at the potential itself, which finds what the
    // first one left of ions, too: NEURON copies these once.
    emitter.bindings[.voltage] = Binding(text: "(v + 0.001)", isVector: true)
    for line in before { emitter.line(line) }
    try emitter.emit(mechanism.currents, named: "BREAKPOINT")
    emitter.line("\(slope) = \(sum(plan));")
    emitter.bindings[.voltage] = Binding(text: "v", isVector: true)
    try emitter.emit(mechanism.currents, named: "BREAKPOINT")
    emitter.line("\(slope) = (\(slope) - (\(sum(plan)))) / 0.001;")
    emitter.line("\(current) = \(sum(plan));")
    return emitter.lines
  }

  static func total(_ terms: [Expression]) -> Expression {
    terms.dropFirst().reduce(terms.first ?? .number(0)) { .binary(.add, $0, $1) }.simplified
  }
}

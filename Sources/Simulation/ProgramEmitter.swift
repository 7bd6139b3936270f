import CellModel
import Mechanisms

/// Plans the memory of a cell's program and writes its code.
struct ProgramEmitter {
  private(set) var plan = MemoryPlan()
  private(set) var sets: [SetPlan] = []
  private(set) var processes: [ProcessPlan] = []
  private(set) var instances: [CellProgram.Instance] = []
  private(set) var weights = 0
  private(set) var potentials: [[Int]] = []
  let layout: CellLayout

  private let cell: CellModel
  private let settings: ProgramSettings
  private let mechanisms: [Mechanism?]
  private let kinds: [Mechanism]
  /// Where in the memory: potentials, right sides, diagonals, the diagonals' constant part, capacitance / dt.
  private let voltage, right, diagonal, constant, capacity: Int
  /// By link: what a child adds to its parent's equation, and the other way round.
  private let toParent, toChild: Int
  private let children, parents: Int
  private var slotAreas: [Double]
  private var gates = GateEmitter()

  init(
    _ cell: CellModel, _ sources: [String: Mechanism], _ settings: ProgramSettings
  ) throws(SimulationError) {
    self.cell = cell
    self.settings = settings
    var mechanisms: [Mechanism?] = []
    for kind in cell.mechanisms { mechanisms.append(try Self.mechanism(of: kind, sources)) }
    self.mechanisms = mechanisms
    var kinds: [Mechanism] = []
    for kind in cell.pointProcessKinds {
      guard let found = try Self.mechanism(of: kind, sources) else {
        throw .missingSource(mechanism: kind.name)
      }
      kinds.append(found)
    }
    self.kinds = kinds

    let styles = cell.sections.indices.map { section in
      Dictionary(
        uniqueKeysWithValues: cell.mechanisms.indices.compactMap { index -> (Int, Int)? in
          guard cell.mechanisms[index].isIon, settings.styles.indices.contains(section) else {
            return nil
          }
          return settings.styles[section][Self.ionName(cell.mechanisms[index])].map { (index, $0) }
        })
    }
    let used = CellCompartments(of: cell).compartments(ofPointProcessesOf: cell)
    layout = CellLayout(of: cell, styles: styles, isUsed: Set(used))

    let count = layout.slotCount
    slotAreas = [Double](repeating: 100, count: count)
    var diagonals = [Double](repeating: 0, count: count)
    var capacities = [Double](repeating: 0, count: count)
    for set in layout.sets {
      for (place, segment) in set.segments.enumerated() {
        guard let segment else { continue }
        let found = cell.sections[segment.section].segments[segment.segment]
        slotAreas[set.first + place] = found.area
        // µF/cm² / ms = 1e-3 S/cm²
        capacities[set.first + place] = 1e-3 * found.capacitance / settings.timeStep
      }
      // What pads a set is a compartment like its last.
      for place in set.count..<max(set.count, set.paddedCount) {
        slotAreas[set.first + place] = slotAreas[set.first + set.count - 1]
        capacities[set.first + place] = 1
      }
    }
    for index in capacities.indices { diagonals[index] = capacities[index] }
    var toParents: [Double] = []
    var toChildren: [Double] = []
    for link in layout.links {
      let (parent, child) = (
        100 / (link.resistance * slotAreas[link.parent]),
        100 / (link.resistance * slotAreas[link.child])
      )
      toParents.append(parent)
      toChildren.append(child)
      diagonals[link.parent] += parent
      diagonals[link.child] += child
    }
    voltage = plan.place(settings.initialPotential, count: count)
    right = plan.place(0, count: count)
    diagonal = plan.place(1, count: count)
    constant = plan.place(diagonals)
    capacity = plan.place(capacities)
    toParent = plan.place(toParents)
    toChild = plan.place(toChildren)
    children = plan.place(indices: layout.links.map(\.child))
    parents = plan.place(indices: layout.links.map(\.parent))
    for section in cell.sections.indices {
      var places = layout.compartments.segments[section]
      for end in [0.0, 1.0] {
        places.append(layout.compartments.compartment(at: end, ofSection: section))
      }
      var own: [Int] = []
      for place in places { own.append(voltage + layout.slot(ofCompartment: place)) }
      potentials.append(own)
    }
    try planSets()
    try planProcesses()
    weights = plan.place(0, count: settings.weightCount)
  }

  /// nil for ions and for what is no mechanism with a source.
  private static func mechanism(
    of kind: MechanismKind, _ sources: [String: Mechanism]
  ) throws(SimulationError) -> Mechanism? {
    if kind.isIon || ["morphology", "capacitance"].contains(kind.name) { return nil }
    guard let found = sources[kind.name] else { throw .missingSource(mechanism: kind.name) }
    return found.computing { table in
      let global = found.globals[table.switchGlobal]
      let names = [global.name, "\(global.name)_\(found.name)"]
      return kind.globals.first { names.contains($0.name) }?.values.first ?? global.initialValue
        == 0
    }
  }

  private static func ionName(_ kind: MechanismKind) -> String {
    kind.name.hasSuffix("_ion") ? String(kind.name.dropLast(4)) : kind.name
  }

  // MARK: Planning

  private mutating func planSets() throws(SimulationError) {
    for (index, set) in layout.sets.enumerated() {
      let present = set.mechanisms.filter { mechanisms[$0] != nil }
      // Concentrations are written before others read them, whatever the order in which the session lists
      // mechanisms; of those that write them each goes before the ones that the session had before.
      let writers = present.filter { Self.writesConcentrations(mechanisms[$0]) }.reversed()
      var planned = SetPlan(
        order: writers + present.filter { !writers.contains($0) }, instances: [:], ions: [:])
      planned.ions = planIons(of: set, index, present)
      for mechanism in planned.order {
        guard let source = mechanisms[mechanism] else { continue }
        for ion in source.ions
        where !planned.ions.values.contains(where: { $0.name == ion.name }) {
          throw .missingIon(
            mechanism: source.name, ion: ion.name,
            section: set.segments.first?.map { cell.sections[$0.section].name } ?? "")
        }
        planned.instances[mechanism] = try InstancePlan(
          source, kind: cell.mechanisms[mechanism], prefix: "m\(mechanism)_",
          values: set.segments.map { segment in
            segment.flatMap {
              cell.sections[$0.section].values(ofMechanism: mechanism, segment: $0.segment)
            } ?? cell.mechanisms[mechanism].defaultValues
          }, isFused: settings.isFused, usesTables: settings.usesTables,
          isStored: { settings.recorded.contains($0) },
          isAdjustable: { settings.adjustable.contains($0) }, in: &plan)
      }
      if present.contains(where: { uses(.diameter, mechanisms[$0]) }) {
        planned.diameters = plan.place(
          set.segments.map { segment in
            segment.map { cell.sections[$0.section].segments[$0.segment].diameter } ?? 0
          })
      }
      if present.contains(where: { uses(.area, mechanisms[$0]) }) {
        planned.areas = plan.place(
          set.segments.indices.map { slotAreas[set.first + $0] })
      }
      sets.append(planned)
    }
  }

  private static func writesConcentrations(_ mechanism: Mechanism?) -> Bool {
    mechanism?.ions.contains { $0.writes.contains(.inside) || $0.writes.contains(.outside) }
      ?? false
  }

  private func uses(_ variable: Variable, _ mechanism: Mechanism?) -> Bool {
    guard let mechanism else { return false }
    return Effects(of: mechanism.blocks, mechanism.tables).liveIn.contains(variable)
  }

  private mutating func planIons(
    of set: CellLayout.NodeSet, _ index: Int, _ present: [Int]
  ) -> [Int: IonPlan] {
    // Point processes on these compartments use them too.
    let slots = set.first..<(set.first + set.count)
    var users = present.compactMap { mechanisms[$0] }
    let onThese = Set(
      zip(cell.pointProcesses, slotsOfProcesses).filter { slots.contains($0.1) }.map(\.0.kind))
    users += onThese.map { kinds[$0] }
    var ions: [Int: IonPlan] = [:]
    for mechanism in set.mechanisms where cell.mechanisms[mechanism].isIon {
      let name = Self.ionName(cell.mechanisms[mechanism])
      let uses = users.flatMap { $0.ions.filter { $0.name == name } }
      let isDynamic = uses.contains {
        $0.writes.contains(.inside) || $0.writes.contains(.outside)
      }
      let style = set.styles[mechanism] ?? 0
      let values = set.segments.map { segment in
        segment.flatMap {
          cell.sections[$0.section].values(ofMechanism: mechanism, segment: $0.segment)
        } ?? [0, 1, 1]
      }
      let ion = settings.ions[name]
      let initial = { (quantity: Int, global: Double?) in
        values.map { values in
          if style & 4 != 0, let global { return global }
          return values.indices.contains(quantity) ? values[quantity] : 0
        }
      }
      ions[mechanism] = IonPlan(
        name: name, prefix: "ion\(mechanism)_", valence: ion?.valence ?? 1, style: style,
        reversal: plan.place(initial(0, nil)), current: plan.place(0, count: set.count),
        inside: plan.place(initial(1, ion?.inside)),
        outside: plan.place(initial(2, ion?.outside)), isDynamic: isDynamic,
        isReversalWritten: uses.contains { $0.writes.contains(.reversal) },
        hasCurrent: !settings.isFused || uses.contains { $0.reads.contains(.current) }
          || settings.recorded.contains("i\(name)"))
    }
    return ions
  }

  private var slotsOfProcesses: [Int] {
    layout.compartments.compartments(ofPointProcessesOf: cell).map {
      layout.slot(ofCompartment: $0)
    }
  }

  private mutating func planProcesses() throws(SimulationError) {
    struct Key: Hashable {
      let kind, slot: Int
      let values: [Double]
    }
    let slots = slotsOfProcesses
    let mayShare = kinds.indices.map {
      kinds[$0].superposes && kinds[$0].isAloneInSteps
        && settings.recorded.isDisjoint(with: names(of: $0))
    }
    var members = [[Int]](repeating: [], count: kinds.count)
    var known: [Key: Int] = [:]
    for (index, process) in cell.pointProcesses.enumerated() {
      if mayShare[process.kind] {
        let key = Key(kind: process.kind, slot: slots[index], values: process.values)
        if let place = known[key] {
          instances.append(CellProgram.Instance(kind: process.kind, index: place))
          continue
        }
        known[key] = members[process.kind].count
      }
      instances.append(
        CellProgram.Instance(kind: process.kind, index: members[process.kind].count))
      members[process.kind].append(index)
    }
    for (kind, members) in members.enumerated() {
      let source = kinds[kind]
      var ions: [[Mechanism.IonQuantity: Int]] = []
      var ionPlans: [IonPlan?] = []
      var hasCurrents: [Bool] = []
      for ion in source.ions {
        var places: [Mechanism.IonQuantity: [Int]] = [:]
        var found: IonPlan?
        var hasCurrent = false
        for member in members {
          let set = layout.set(ofSlot: slots[member])
          guard let ionPlan = sets[set].ions.values.first(where: { $0.name == ion.name }) else {
            throw .missingIon(
              mechanism: source.name, ion: ion.name,
              section: cell.sections[cell.pointProcesses[member].section].name)
          }
          found = ionPlan
          hasCurrent = hasCurrent || ionPlan.hasCurrent
          for quantity in [Mechanism.IonQuantity.reversal, .current, .inside, .outside] {
            places[quantity, default: []].append(
              ionPlan.offset(of: quantity) + slots[member] - layout.sets[set].first)
          }
        }
        ions.append(places.mapValues { plan.place(indices: $0) })
        ionPlans.append(found)
        hasCurrents.append(hasCurrent)
      }
      let own = members.map { slots[$0] }
      let watches = source.receiver?.block.watches ?? []
      let size = MemoryPlan.padded(members.count)
      let moves =
        source.blocks.contains(where: \.movesEvents) ? plan.place(-1, count: 2 * size) : nil
      let watchSlots = watches.isEmpty ? nil : plan.place(0, count: 3 * watches.count * size)
      processes.append(
        ProcessPlan(
          instances: try InstancePlan(
            source, kind: cell.pointProcessKinds[kind], prefix: "p\(kind)_",
            values: members.map { cell.pointProcesses[$0].values }, isFused: settings.isFused,
            usesTables: settings.usesTables, isStored: { settings.recorded.contains($0) },
            isAdjustable: { settings.adjustable.contains($0) }, in: &plan),
          slots: plan.place(indices: own), factors: plan.place(own.map { 100 / slotAreas[$0] }),
          ions: ions, ionPlans: ionPlans, hasCurrents: hasCurrents,
          diameters: uses(.diameter, source) ? plan.place(members.map(diameter(ofProcess:))) : nil,
          areas: uses(.area, source) ? plan.place(own.map { slotAreas[$0] }) : nil,
          moves: moves, watches: watches, watchSlots: watchSlots))
    }
  }

  private func names(of kind: Int) -> [String] {
    kinds[kind].variables.map(\.name)
  }

  private func diameter(ofProcess index: Int) -> Double {
    let process = cell.pointProcesses[index]
    let section = cell.sections[process.section]
    return section.segments[section.segmentIndex(at: process.position)].diameter
  }

  // MARK: Code

  private struct Parts: OptionSet {
    let rawValue: Int
    static let initial = Parts(rawValue: 1)
    static let advance = Parts(rawValue: 2)
    static let currents = Parts(rawValue: 4)
    /// BEFORE STEP alone, which is else part of `advance`: before the first sample.
    static let beforeStep = Parts(rawValue: 8)
  }

  mutating func source() throws(SimulationError) -> String {
    var lines = [
      "#define NR_DT \(CName.literal(settings.timeStep))",
      "#define NR_CELSIUS \(CName.literal(cell.temperature))",
      "#define NR_IS_FUSED \(settings.isFused ? 1 : 0)",
    ]
    if hasBeforeStep { lines.append("#define NR_HAS_BEFORE_STEP 1") }
    if !processes.allSatisfy({ $0.watches.isEmpty }) { lines.append("#define NR_HAS_WATCH 1") }
    lines += ["#include \"simulation.h\"", ""]
    try lines.append(contentsOf: tables())
    gates = try GateEmitter(
      sets.flatMap { set in set.order.compactMap { set.instances[$0] } })
    lines += gates.lines
    try lines.append(contentsOf: pass("nr_cell_initial", [.initial]))
    try lines.append(contentsOf: pass("nr_cell_currents", [.currents]))
    try lines.append(contentsOf: pass("nr_cell_advance", [.advance]))
    if hasBeforeStep { try lines.append(contentsOf: pass("nr_cell_before_step", [.beforeStep])) }
    try lines.append(contentsOf: pass("nr_cell_advance_currents", [.advance, .currents]))
    try lines.append(contentsOf: points())
    lines += solver()
    try lines.append(contentsOf: receivers())
    if !processes.allSatisfy({ $0.watches.isEmpty }) { try lines.append(contentsOf: watches()) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var hasBeforeStep: Bool {
    (mechanisms.compactMap { $0 } + kinds).contains { !$0.beforeStep.isEmpty }
  }

  private func pass(_ name: String, _ parts: Parts) throws(SimulationError) -> [String] {
    let isUsed =
      settings.isFused ? parts != [.advance] : parts != [.advance, .currents]
    let signature =
      switch parts {
      case [.initial]: "double *M, const int32_t *X, nr_run *run"
      case [.advance, .currents]: "double *M, const int32_t *X, double t, double next"
      default: "double *M, const int32_t *X, double t"
      }
    var lines = ["static void \(name)(\(signature)) {", "  (void)M; (void)X;"]
    if parts == [.initial] {
      lines.append("  const double t = 0; (void)t; (void)run;")
      lines += usedTables.map { "  M[\($0.offset + 2)] = 0;" }
    } else {
      lines.append(parts == [.advance, .currents] ? "  (void)t; (void)next;" : "  (void)t;")
    }
    if isUsed {
      for (index, set) in sets.enumerated() {
        try lines.append(contentsOf: density(set, layout.sets[index], parts))
      }
      let own = parts.subtracting(.currents)
      for (kind, process) in processes.enumerated()
      where process.instances.count > 0 && !own.isEmpty {
        if own == .initial { lines += eventSlots(process) }
        if own == .initial, process.instances.mechanism.initial.sendsEvents {
          try lines.append(contentsOf: initialOneByOne(kind, process))
        } else {
          try lines.append(contentsOf: states(of: process, own))
        }
      }
      // Those that INITIAL had no use for.
      if parts == [.initial] { lines += usedTables.map { "  nr_table_\($0.offset)(M);" } }
    }
    return lines + ["}", ""]
  }

  private func density(
    _ set: SetPlan, _ nodes: CellLayout.NodeSet, _ parts: Parts
  ) throws(SimulationError) -> [String] {
    if set.order.isEmpty, !parts.contains(.currents) { return [] }
    var lines = [
      "  for (int b = 0; b < \(nodes.count); b += NR_LANES) {",
      "    NR_UNUSED const nr_vector v = nr_load(M + \(voltage + nodes.first) + b);",
    ]
    let ions = set.ions.sorted { $0.key < $1.key }.map(\.value)
    for ion in ions {
      for quantity in [Mechanism.IonQuantity.reversal, .inside, .outside, .current] {
        lines.append(
          "    NR_UNUSED nr_vector \(ion.name(of: quantity)) = nr_load(M + \(ion.offset(of: quantity)) + b);"
        )
      }
    }
    if let diameters = set.diameters {
      lines.append("    NR_UNUSED const nr_vector diam = nr_load(M + \(diameters) + b);")
    }
    if let areas = set.areas {
      lines.append("    NR_UNUSED const nr_vector area = nr_load(M + \(areas) + b);")
    }
    for mechanism in set.order {
      guard let plan = set.instances[mechanism] else { continue }
      lines += plan.declarations(at: "b").map { "    " + $0 }
    }

    if parts.contains(.initial) {
      for ion in ions where ion.initialisesReversal { lines.append(nernst(ion)) }
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        lines += try block(
          plan, plan.mechanism.initial, "INITIAL", time: "0.0", ions: ions, set, isCurrent: false)
        lines += try invariants(plan)
      }
    }
    if parts.contains(.advance) {
      if set.instances.values.contains(where: { $0.gates != nil }) {
        lines.append("    const nr_rows rows = nr_rows_of(v);")
      }
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        let advance = try block(
          plan, plan.mechanism.advance, "SOLVE", time: "t", ions: ions, set, isCurrent: false)
        lines += try gates.statements(of: plan, otherwise: advance)
      }
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        lines += try block(
          plan, plan.mechanism.afterSolve, "AFTER SOLVE", time: "t", ions: ions, set,
          isCurrent: false)
      }
    }
    if !parts.isDisjoint(with: [.advance, .beforeStep]) {
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        lines += try block(
          plan, plan.mechanism.beforeStep, "BEFORE STEP", time: "t", ions: ions, set,
          isCurrent: false)
      }
    }
    if parts.contains(.currents) {
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        lines += try block(
          plan, plan.mechanism.beforeBreakpoint, "BEFORE BREAKPOINT",
          time: parts.contains(.advance) ? "next" : "t", ions: ions, set, isCurrent: false)
      }
      lines.append("    NR_UNUSED nr_vector constant = {0}, slope = {0};")
      for ion in ions {
        if ion.advancesReversal { lines.append(nernst(ion)) }
        lines.append("    \(ion.name(of: .current)) = nr_all(0);")
      }
      let time = parts.contains(.advance) ? "next" : "t"
      for mechanism in set.order {
        guard let plan = set.instances[mechanism] else { continue }
        lines += try currents(of: plan, time: time, ions: ions, set)
      }
      let slot = nodes.first
      lines += [
        "    nr_store(M + \(right + slot) + b, nr_load(M + \(capacity + slot) + b) * v - constant);",
        "    nr_store(M + \(diagonal + slot) + b, nr_load(M + \(constant + slot) + b) + slope);",
      ]
    }

    for ion in ions {
      if parts.contains(.currents), ion.hasCurrent {
        lines.append("    nr_store(M + \(ion.current) + b, \(ion.name(of: .current)));")
      }
      if ion.isDynamic {
        lines.append("    nr_store(M + \(ion.inside) + b, \(ion.name(of: .inside)));")
        lines.append("    nr_store(M + \(ion.outside) + b, \(ion.name(of: .outside)));")
      }
      if parts.contains(.initial), ion.isReversalLeft { lines.append(nernst(ion)) }
      if parts.contains(.initial) || ion.isReversalWritten
        || (parts.contains(.currents) && ion.advancesReversal)
      {
        lines.append("    nr_store(M + \(ion.reversal) + b, \(ion.name(of: .reversal)));")
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

  private func nernst(_ ion: IonPlan) -> String {
    "    \(ion.name(of: .reversal)) = nr_nernst(\(ion.name(of: .inside)), \(ion.name(of: .outside)), "
      + "nr_all(\(CName.literal(ion.valence))), nr_all(NR_CELSIUS));"
  }

  /// Computes what does not change while the cell runs.
  private func invariants(_ plan: InstancePlan) throws(SimulationError) -> [String] {
    var emitter = emitter(plan, time: "0.0", set: nil)
    emitter.invariants = [:]
    for (expression, offset) in plan.invariants {
      let value = emitter.asVector(emitter.asNumber(try emitter.code(expression)))
      emitter.line("nr_store(M + \(offset) + b, \(value.text));")
    }
    return emitter.lines
  }

  private func emitter(
    _ plan: InstancePlan, time: String, set: SetPlan?
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
      uniqueKeysWithValues: plan.invariants.map { ($0.expression, "nr_load(M + \($0.offset) + b)") }
    )
    return emitter
  }

  /// A block of a density mechanism, between the copies of its ions.
  private func block(
    _ plan: InstancePlan, _ block: Block, _ name: String, time: String, ions: [IonPlan],
    _ set: SetPlan, isCurrent: Bool
  ) throws(SimulationError) -> [String] {
    if block.isEmpty { return [] }
    var emitter = emitter(plan, time: time, set: set)
    emitter.makesTables = name == "INITIAL"
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

  private func copies(_ plan: InstancePlan, _ ions: [IonPlan]) -> [String] {
    plan.mechanism.variables.enumerated().compactMap { index, variable in
      guard case .ion(let ion, let quantity) = variable.role, !plan.isOwn(index),
        let found = ions.first(where: { $0.name == plan.mechanism.ions[ion].name })
      else { return nil }
      return "\(plan.name(of: index)) = \(found.name(of: quantity));"
    }
  }

  /// Concentrations and reversal potentials that a mechanism writes.
  private func givenBack(_ plan: InstancePlan, _ ions: [IonPlan]) -> [String] {
    plan.mechanism.variables.enumerated().compactMap { index, variable in
      guard case .ion(let ion, let quantity) = variable.role, quantity != .current,
        plan.mechanism.ions[ion].writes.contains(quantity),
        let found = ions.first(where: { $0.name == plan.mechanism.ions[ion].name })
      else { return nil }
      return "\(found.name(of: quantity)) = \(plan.name(of: index));"
    }
  }

  /// The sum of a mechanism's currents.
  private func sum(_ plan: InstancePlan) -> String {
    plan.mechanism.currentVariables.map { plan.name(of: $0) }.joined(separator: " + ")
  }

  /// BREAKPOINT's currents: i = constant + slope · v, added to what there is.
  private func currents(
    of plan: InstancePlan, time: String, ions: [IonPlan], _ set: SetPlan
  ) throws(SimulationError) -> [String] {
    let mechanism = plan.mechanism
    guard !mechanism.currentVariables.isEmpty else {
      return try block(
        plan, mechanism.currents, "BREAKPOINT", time: time, ions: ions, set, isCurrent: true)
    }
    var lines = ["    nr_vector \(plan.prefix)constant, \(plan.prefix)slope;"]
    lines += try sums(of: plan, before: copies(plan, ions), time: time, set)
    let sign = mechanism.isElectrode ? "-" : "+"
    lines.append("    constant \(sign)= \(plan.prefix)constant;")
    lines.append("    slope \(sign)= \(plan.prefix)slope;")
    for line in givenBack(plan, ions) { lines.append("    " + line) }
    for (index, variable) in mechanism.variables.enumerated() {
      guard case .ion(let ion, .current) = variable.role,
        mechanism.ions[ion].writes.contains(.current),
        let found = ions.first(where: { $0.name == mechanism.ions[ion].name })
      else { continue }
      lines.append("    \(found.name(of: .current)) += \(plan.name(of: index));")
    }
    return lines
  }

  /// Sets `constant` and `slope` of a mechanism, with its prefix, and its current variables: the slope is exact
  /// where currents are ohmic, NEURON's quotient over 0.001 mV elsewhere.
  private func sums(
    of plan: InstancePlan, before: [String], time: String, _ set: SetPlan?
  ) throws(SimulationError) -> [String] {
    let mechanism = plan.mechanism
    var emitter = emitter(plan, time: time, set: set)
    let (constant, slope) = (plan.prefix + "constant", plan.prefix + "slope")
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
      emitter.bindings[places.0] = Binding(text: constant, isVector: true)
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
      return emitter.lines
    }
    // What the block sets is set again by the second evaluation, at the potential itself.
    emitter.bindings[.voltage] = Binding(text: "(v + 0.001)", isVector: true)
    for line in before { emitter.line(line) }
    try emitter.emit(mechanism.currents, named: "BREAKPOINT")
    emitter.line("\(slope) = \(sum(plan));")
    emitter.bindings[.voltage] = Binding(text: "v", isVector: true)
    for line in before { emitter.line(line) }
    try emitter.emit(mechanism.currents, named: "BREAKPOINT")
    emitter.line("\(slope) = (\(slope) - (\(sum(plan)))) / 0.001;")
    emitter.line("\(constant) = \(sum(plan)) - \(slope) * v;")
    return emitter.lines
  }

  private static func total(_ terms: [Expression]) -> Expression {
    terms.dropFirst().reduce(terms.first ?? .number(0)) { .binary(.add, $0, $1) }.simplified
  }

  // MARK: Point processes

  private func opening(of process: ProcessPlan) -> [String] {
    let plan = process.instances
    var lines = [
      "  for (int b = 0; b < \(plan.count); b += NR_LANES) {",
      "    NR_UNUSED const nr_vector v = nr_gather(M + \(voltage), X + \(process.slots) + b);",
    ]
    if let diameters = process.diameters {
      lines.append("    NR_UNUSED const nr_vector diam = nr_load(M + \(diameters) + b);")
    }
    if let areas = process.areas {
      lines.append("    NR_UNUSED const nr_vector area = nr_load(M + \(areas) + b);")
    }
    lines += plan.declarations(at: "b").map { "    " + $0 }
    for (index, variable) in plan.mechanism.variables.enumerated() {
      guard case .ion(let ion, let quantity) = variable.role, !plan.isOwn(index),
        let places = process.ions[ion][quantity]
      else { continue }
      lines.append("    \(plan.name(of: index)) = nr_gather(M, X + \(places) + b);")
    }
    return lines
  }

  /// Gives back the concentrations that a point process writes.
  private func closing(of process: ProcessPlan) -> [String] {
    let plan = process.instances
    var lines: [String] = []
    for (index, variable) in plan.mechanism.variables.enumerated() {
      guard case .ion(let ion, let quantity) = variable.role, quantity != .current,
        plan.mechanism.ions[ion].writes.contains(quantity), let places = process.ions[ion][quantity]
      else { continue }
      lines.append(
        "    nr_scatter(M, X + \(places) + b, \(plan.count) - b, \(plan.name(of: index)));")
    }
    return lines
  }

  private func states(of process: ProcessPlan, _ part: Parts) throws(SimulationError) -> [String] {
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
    var emitter = emitter(plan, time: part == .initial ? "0.0" : "t", set: nil)
    emitter.makesTables = part == .initial
    for (name, block) in blocks { try emitter.emit(block, named: name) }
    lines += emitter.lines
    if part == .initial { lines += try invariants(plan) }
    lines += closing(of: process)
    lines += plan.stores(of: blocks.map(\.block), at: "b").map { "    " + $0 }
    return lines + ["  }"]
  }

  /// INITIAL that sends events: of one instance after the other.
  private func initialOneByOne(
    _ kind: Int, _ process: ProcessPlan
  ) throws(SimulationError) -> [String] {
    let plan = process.instances
    if plan.mechanism.ions.contains(where: { $0.writes.contains { $0 != .current } }) {
      throw .unsupported(
        mechanism: plan.mechanism.name, block: "INITIAL",
        construct: "net_send beside writing an ion")
    }
    var lines = ["  for (int i = 0; i < \(plan.count); i++) {", "    double *const weights = M;"]
    lines += try oneByOne(kind, process, plan.mechanism.initial, "INITIAL", time: "0.0")
    lines.append("  }")
    if !plan.invariants.isEmpty {
      lines += opening(of: process)
      lines += try invariants(plan)
      lines.append("  }")
    }
    return lines
  }

  /// What of events is kept for each instance begins with none.
  private func eventSlots(_ process: ProcessPlan) -> [String] {
    var lines: [String] = []
    let count = process.instances.count
    if let moves = process.moves {
      lines.append("  for (int i = 0; i < \(count); i++) M[\(moves) + i] = -1;")
    }
    if let slots = process.watchSlots {
      let size = process.instances.paddedCount * 3 * process.watches.count
      lines.append("  for (int k = 0; k < \(size); k++) M[\(slots) + k] = 0;")
    }
    return lines
  }

  private func points() throws(SimulationError) -> [String] {
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
        var emitter = emitter(plan, time: "t", set: nil)
        try emitter.emit(plan.mechanism.beforeBreakpoint, named: "BEFORE BREAKPOINT")
        lines += emitter.lines
      }
      if plan.mechanism.currentVariables.isEmpty {
        var emitter = emitter(plan, time: "t", set: nil)
        try emitter.emit(plan.mechanism.currents, named: "BREAKPOINT")
        lines += emitter.lines
      } else {
        lines.append("    nr_vector \(plan.prefix)constant, \(plan.prefix)slope;")
        lines += try sums(of: plan, before: [], time: "t", nil)
        let sign = plan.mechanism.isElectrode ? "-" : ""
        lines += [
          "    const nr_vector factor = \(sign)nr_load(M + \(process.factors) + b);",
          "    nr_accumulate(M + \(right), M + \(diagonal), X + \(process.slots) + b, \(plan.count) - b,",
          "                  -factor * \(plan.prefix)constant, factor * \(plan.prefix)slope);",
        ]
      }
      for (index, variable) in plan.mechanism.variables.enumerated() {
        guard case .ion(let ion, .current) = variable.role,
          plan.mechanism.ions[ion].writes.contains(.current),
          process.ionPlans.indices.contains(ion), process.hasCurrents[ion],
          let places = process.ions[ion][.current]
        else { continue }
        lines.append(
          "    nr_add(M, X + \(places) + b, \(plan.count) - b, nr_load(M + \(process.factors) + b) * \(plan.name(of: index)));"
        )
      }
      lines += closing(of: process)
      let blocks = [plan.mechanism.beforeBreakpoint, plan.mechanism.currents]
      lines += plan.stores(of: blocks, at: "b").map { "    " + $0 }
      lines.append("  }")
    }
    return lines + ["}", ""]
  }

  // MARK: The rest

  private func solver() -> [String] {
    let count = layout.links.count
    return """
      static void nr_cell_solve(double *M, const int32_t *X) {
        double *restrict right = M + \(right), *restrict diagonal = M + \(diagonal);
        double *restrict v = M + \(voltage);
        const double *restrict toParent = M + \(toParent), *restrict toChild = M + \(toChild);
        const int32_t *restrict child = X + \(children), *restrict parent = X + \(parents);
        for (int k = \(count) - 1; k >= 0; k--) {
          const double inverse = 1.0 / diagonal[child[k]];
          const double factor = toParent[k] * inverse;
          diagonal[child[k]] = inverse;
          diagonal[parent[k]] -= factor * toChild[k];
          right[parent[k]] += factor * right[child[k]];
        }
        v[\(layout.root)] = right[\(layout.root)] / diagonal[\(layout.root)];
        for (int k = 0; k < \(count); k++) {
          v[child[k]] = (right[child[k]] + toChild[k] * v[parent[k]]) * diagonal[child[k]];
        }
      }

      """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func receivers() throws(SimulationError) -> [String] {
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
        lines += (0..<receiver.weightCount).dropFirst().map { "      weights[\($0)] = 0;" }
        lines.append("      break;")
        continue
      }
      lines += try receive(kind, process, initial, "NET_RECEIVE's INITIAL", time: "0.0")
    }
    return lines + ["  }", "}", ""]
  }

  private func receive(
    _ kind: Int, _ process: ProcessPlan, _ block: Block, _ name: String, time: String
  ) throws(SimulationError) -> [String] {
    var lines = ["    case \(kind): {"]
    if name == "NET_RECEIVE", !process.watches.isEmpty {
      lines.append("      NR_UNUSED int isFirst = 1;")
    }
    return try lines + oneByOne(kind, process, block, name, time: time) + ["      break;", "    }"]
  }

  /// A block of the instance `i`.
  private func oneByOne(
    _ kind: Int, _ process: ProcessPlan, _ block: Block, _ name: String, time: String
  ) throws(SimulationError) -> [String] {
    var (lines, emitter) = emitterOfOne(kind, process, name, time: time)
    emitter.makesTables = name == "INITIAL"
    try emitter.emit(block, named: name)
    lines += emitter.lines
    return lines
  }

  private func emitterOfOne(
    _ kind: Int, _ process: ProcessPlan, _ name: String, time: String
  ) -> (declarations: [String], emitter: BlockEmitter) {
    let plan = process.instances
    var bindings = plan.bindings(hasLanes: false)
    bindings[.time] = Binding(text: time, isVector: false)
    bindings[.flag] = Binding(text: name == "NET_RECEIVE" ? "flag" : "0.0", isVector: false)
    for weight in 0..<(plan.mechanism.receiver?.weightCount ?? 0) {
      bindings[.weight(weight)] = Binding(text: "weights[\(weight)]", isVector: false)
    }
    bindings[.voltage] = Binding(
      text: "M[\(voltage) + run->indices[\(process.slots) + i]]", isVector: false)
    if let areas = process.areas {
      bindings[.area] = Binding(text: "M[\(areas) + i]", isVector: false)
    }
    if let diameters = process.diameters {
      bindings[.diameter] = Binding(text: "M[\(diameters) + i]", isVector: false)
    }
    var emitter = BlockEmitter(
      plan.mechanism, hasLanes: false, bindings: bindings, tables: plan.tables,
      prefix: "r\(kind)_", indentation: 3)
    emitter.eventContext = (kind, "i")
    emitter.places = ("run->indices", "i")
    emitter.moves = process.moves
    emitter.watchSlots = process.watchSlots
    emitter.paddedCount = plan.paddedCount
    emitter.watchCount = process.watches.count
    var lines: [String] = []
    for (index, variable) in plan.mechanism.variables.enumerated() {
      switch plan.storage[index] {
      case .temporary:
        if case .ion(let ion, let quantity) = variable.role, !plan.isOwn(index),
          let places = process.ions[ion][quantity]
        {
          lines.append(
            "      NR_UNUSED double \(plan.name(of: index)) = M[run->indices[\(places) + i]];")
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
  private func watches() throws(SimulationError) -> [String] {
    var lines = [
      "static void nr_cell_watch(nr_run *run, double t) {", "  double *const M = run->memory;",
      "  (void)t;",
    ]
    for (kind, process) in processes.enumerated() {
      guard let slots = process.watchSlots else { continue }
      let padded = process.instances.paddedCount
      lines.append("  for (int i = 0; i < \(process.instances.count); i++) {")
      lines.append("    NR_UNUSED double *const weights = M; NR_UNUSED const double flag = 0;")
      var (declarations, emitter) = emitterOfOne(kind, process, "NET_RECEIVE", time: "t")
      emitter.blockName = "NET_RECEIVE"
      for (index, watch) in process.watches.enumerated() {
        let value = try emitter.difference(watch.left, watch.isUpwards, watch.right)
        declarations.append(
          "      nr_look(run, \(kind), i, M + \(slots + 3 * index * padded) + i, \(padded), \(value));"
        )
      }
      lines += declarations + ["  }"]
    }
    return lines + ["}", ""]
  }

  // MARK: Tables

  /// Everything that has tables: once each.
  private var tabled: [InstancePlan] {
    (sets.flatMap { set in set.order.compactMap { set.instances[$0] } }
      + processes.map(\.instances)).filter { !$0.mechanism.tables.isEmpty && $0.count > 0 }
  }

  private var usedTables: [TablePlan] {
    tabled.flatMap { plan in plan.tables.filter(\.isUsed) }
  }

  private func tables() throws(SimulationError) -> [String] {
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
  private func checkTables() throws(SimulationError) {
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

  private func table(
    _ table: Table, _ place: TablePlan, _ plan: InstancePlan
  ) throws(SimulationError) -> [String] {
    var bindings = plan.bindings(hasLanes: false)
    let mechanism = plan.mechanism
    let inputs = table.inputs(mechanism.tables)
    for (index, variable) in mechanism.variables.enumerated() {
      if case .constant = plan.storage[index] { continue }
      if inputs.contains(.instance(index)) { continue }
      bindings[.instance(index)] = Binding(
        text: "x_\(CName.of(variable.name))", isVector: false, count: variable.count)
    }
    for (index, global) in mechanism.globals.enumerated() {
      guard case .temporary = plan.globals[index] else { continue }
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
      "  if (M[\(place.offset + 2)] != 0) return;",
      "  M[\(place.offset + 2)] = 1;",
      "  for (int each = 0; each < \(place.representatives.count); each++) {",
      "  NR_UNUSED const int i = instances[each];",
      "  double *const own = M + \(place.offset) + each * \(place.stride);",
    ]
    for (index, variable) in mechanism.variables.enumerated() {
      if case .constant = plan.storage[index] { continue }
      let size = variable.count > 1 ? "[\(variable.count)]" : ""
      lines.append("  NR_UNUSED double x_\(CName.of(variable.name))\(size) = {0};")
    }
    for (index, global) in mechanism.globals.enumerated() {
      guard case .temporary = plan.globals[index] else { continue }
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
      "  own[1] = 1.0 / step;",
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
        emitter.bindings[own] = Binding(text: "own[\(place) + row]", isVector: false)
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

import CellModel
import Mechanisms

/// Plans the memory of a cell's program and writes its code.
struct ProgramEmitter {
  var plan = MemoryPlan()
  var sets: [SetPlan] = []
  var processes: [ProcessPlan] = []
  var instances: [CellProgram.Instance] = []
  var weights = 0
  var pointers: [Pointer] = []
  var joined = JoinedEvents()
  /// Whether INITIAL and SOLVE are done in NEURON's order, see `checkPointers`.
  let isOrdered: Bool
  /// By mechanism: globals that bring what the last instance left to the others.
  let carried: [Int: Set<Variable>]
  var potentials: [[Int]] = []
  let layout: CellLayout

  let cell: CellModel
  let settings: ProgramSettings
  let mechanisms: [Mechanism?]
  let kinds: [Mechanism]
  /// Where in the memory: potentials, right sides, diagonals, the diagonals' constant part.
  let voltage, right, diagonal, constant: Int
  /// By link: what a child adds to its parent's equation, and the other way round.
  let toParent, toChild: Int
  let children, parents: Int
  var slotAreas: [Double]
  var gates = GateEmitter()

  init(
    _ cell: CellModel, _ sources: [String: Mechanism], _ settings: ProgramSettings
  ) throws(SimulationError) {
    self.cell = cell
    var mechanisms: [Mechanism?] = []
    for kind in cell.mechanisms {
      mechanisms.append(try Self.mechanism(of: kind, sources)?.resolving(settings, sources))
    }
    self.mechanisms = mechanisms
    var kinds: [Mechanism] = []
    for kind in cell.pointProcessKinds {
      guard let found = try Self.mechanism(of: kind, sources) else {
        throw .missingSource(mechanism: kind.name)
      }
      kinds.append(try found.resolving(settings, sources))
    }
    self.kinds = kinds
    var settings = settings
    // Density mechanisms would compute the next step's currents before such a point process has set what they
    // read.
    if kinds.contains(where: \.writesIonStates) { settings.isFused = false }
    // The numbers of the next step would be drawn before a run ends.
    let all = mechanisms.compactMap { $0 } + kinds
    if all.contains(where: \.drawsForCurrents) { settings.isFused = false }
    if settings.isContinued {
      settings.recorded.formUnion(all.flatMap(\.namesLeftBySteps))
      // What the block of currents leaves would be the next step's.
      if all.contains(where: \.mayLeaveInCurrents) { settings.isFused = false }
    }
    let pointed = Self.pointedVariables(cell, mechanisms, kinds, settings.pointers)
    if !pointed.isEmpty {
      settings.isFused = false
      settings.recorded.formUnion(pointed)
    }
    isOrdered = !pointed.isEmpty
    carried = Self.carriedGlobals(mechanisms, settings)
    if !carried.isEmpty { settings.isFused = false }
    self.settings = settings

    let styles = settings.styles
    let ionStyles = cell.sections.indices.map { section in
      cell.sections[section].segments.indices.map { segment in
        Dictionary(
          uniqueKeysWithValues: cell.mechanisms.indices.compactMap { index -> (Int, Int)? in
            guard cell.mechanisms[index].isIon, styles.indices.contains(section),
              let own = styles[section][cell.mechanisms[index].ionName], let first = own.first
            else { return nil }
            return (index, own.indices.contains(segment) ? own[segment] : first)
          })
      }
    }
    layout = CellLayout(of: cell, styles: ionStyles) { index in
      guard let mechanism = mechanisms[index] else { return .init(amount: 0, canBeAbsent: true) }
      return .init(amount: mechanism.work, canBeAbsent: mechanism.canBeAbsent)
    }

    let count = layout.slotCount
    slotAreas = [Double](repeating: 100, count: count)
    var diagonals = [Double](repeating: 0, count: count)
    for set in layout.sets {
      for (place, segment) in set.segments.enumerated() {
        guard let segment else { continue }
        let found = cell.sections[segment.section].segments[segment.segment]
        slotAreas[set.first + place] = found.area
        // µF/cm² / ms = 1e-3 S/cm²
        diagonals[set.first + place] = 1e-3 * found.capacitance / settings.timeStep
      }
      // What pads a set is a compartment like its last.
      for place in set.count..<max(set.count, set.paddedCount) {
        slotAreas[set.first + place] = slotAreas[set.first + set.count - 1]
        diagonals[set.first + place] = 1
      }
    }
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
    try checkGenerator()
    pointers = usedPointers()
    try checkPointers(pointers)
    planJoinedEvents()
    weights = plan.place(0, count: settings.weightCount)
  }

  /// NEURON's own generator serves all instances in turn.
  private func checkGenerator() throws(SimulationError) {
    let plans = sets.flatMap { set in set.order.compactMap { set.instances[$0] } }
    let users = (plans + processes.map(\.instances)).filter {
      $0.count > 0 && $0.mechanism.usesGenerator
    }
    guard let first = users.first, users.reduce(0, { $0 + $1.count }) > 1 else { return }
    throw .unsupported(
      mechanism: first.mechanism.name, block: "NEURON",
      construct: "scop_random, normrand, exprand or poisrand in several instances")
  }

  /// nil for ions and for what is no mechanism with a source.
  static func mechanism(
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

  struct Parts: OptionSet {
    let rawValue: Int
    static let initial = Parts(rawValue: 1)
    static let advance = Parts(rawValue: 2)
    static let currents = Parts(rawValue: 4)
    /// BEFORE STEP alone, which is else part of `advance`: before the first sample.
    static let beforeStep = Parts(rawValue: 8)
  }

  mutating func source() throws(SimulationError) -> String {
    var lines = [
      "#define NR_CELSIUS \(CName.literal(cell.temperature))",
      "#define NR_IS_FUSED \(settings.isFused ? 1 : 0)",
    ]
    if hasBeforeStep { lines.append("#define NR_HAS_BEFORE_STEP 1") }
    if !processes.allSatisfy({ $0.watches.isEmpty }) { lines.append("#define NR_HAS_WATCH 1") }
    lines += ["#include \"simulation.h\"", ""]
    try lines.append(contentsOf: functionTables())
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

  /// What blocks of single instances set, or tables follow from, may differ between trials.
  var canRunTogether: Bool {
    if tabled.contains(where: { $0.tables.contains(where: \.isAdjustable) }) { return false }
    if !carried.isEmpty { return false }
    return !processes.contains { process in
      let mechanism = process.instances.mechanism
      var blocks = [mechanism.receiver?.block, mechanism.receiver?.initial].compactMap { $0 }
      if mechanism.initial.sendsEvents { blocks.append(mechanism.initial) }
      let assigned = Effects(of: blocks, mechanism.tables).mayAssign
      return process.instances.globals.indices.contains { index in
        guard case .memory = process.instances.globals[index] else { return false }
        return assigned.contains(.global(index))
      }
    }
  }

  var hasBeforeStep: Bool {
    (mechanisms.compactMap { $0 } + kinds).contains { !$0.beforeStep.isEmpty }
  }

  func pass(_ name: String, _ parts: Parts) throws(SimulationError) -> [String] {
    let isUsed =
      settings.isFused ? parts != [.advance] : parts != [.advance, .currents]
    let signature =
      switch parts {
      case [.initial]: "double *M, const int32_t *X, nr_run *runs"
      case [.advance, .currents]: "double *M, const int32_t *X, double t, double next"
      default: "double *M, const int32_t *X, double t"
      }
    var lines = ["static void \(name)(\(signature)) {", "  (void)M; (void)X;"]
    if parts == [.initial] {
      lines.append("  const double t = 0; (void)t; (void)runs;")
      lines += usedTables.map { "  M[NR_AT(\($0.offset + 2))] = 0;" }
    } else {
      lines.append(parts == [.advance, .currents] ? "  (void)t; (void)next;" : "  (void)t;")
    }
    if isUsed {
      let own = parts.subtracting(.currents)
      if isOrdered, !parts.contains(.currents) {
        lines += try orderedPass(parts)
      } else {
        // Those that write concentrations before what reads them.
        try lines.append(contentsOf: states(ofProcessesThatWrite: true, own))
        for (index, set) in sets.enumerated() {
          try lines.append(contentsOf: density(set, layout.sets[index], parts))
        }
        try lines.append(contentsOf: states(ofProcessesThatWrite: false, own))
      }
      lines += lastOnes(parts)
      // Those that INITIAL had no use for.
      if parts == [.initial] { lines += usedTables.map { "  nr_table_\($0.offset)(M);" } }
    }
    return lines + ["}", ""]
  }

  private func states(
    ofProcessesThatWrite isWriting: Bool, _ parts: Parts
  ) throws(SimulationError) -> [String] {
    var lines: [String] = []
    for (kind, process) in processes.enumerated()
    where process.instances.count > 0 && !parts.isEmpty
      && process.instances.mechanism.writesIonStates == isWriting
    {
      lines += try states(kind, process, parts)
    }
    return lines
  }

  func states(
    _ kind: Int, _ process: ProcessPlan, _ parts: Parts
  ) throws(SimulationError) -> [String] {
    let lines = parts == .initial ? eventSlots(kind, process) : []
    if parts == .initial, process.instances.mechanism.initial.sendsEvents {
      return try lines + initialOneByOne(kind, process)
    }
    return try lines + states(of: process, parts)
  }
}

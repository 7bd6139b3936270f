import CellModel
import Mechanisms

/// Where the variables of a mechanism are for some of its instances: those of a set of compartments, or all
/// those of a kind of point process.
struct InstancePlan {
  /// Of all arrays of a mechanism: 256 KiB of vectors.
  private static let mostElements = 4096

  enum Storage {
    /// The same number in all of them, for good.
    case constant(Double)
    /// One array (or several, for an array), beginning here.
    case memory(Int)
    /// Nowhere: set before it is read wherever it is read.
    case temporary
  }

  enum GlobalStorage {
    case constant(Double)
    /// An array of constants, or a number that blocks set, here.
    case memory(Int)
    /// Set in each instance before it is read.
    case temporary
    /// What the last instance of the cell left when a block was done, here; each leaves its own in an array.
    case carried(array: Int, value: Int)

    /// Whether it is a number of each instance while a block is done.
    var isOfInstances: Bool {
      switch self {
      case .temporary, .carried: true
      case .constant, .memory: false
      }
    }
  }

  let mechanism: Mechanism
  /// How C names of its variables begin.
  let prefix: String
  let count: Int
  private(set) var storage: [Storage] = []
  private(set) var globals: [GlobalStorage] = []
  /// What globals begin with, the first element of arrays.
  private(set) var globalValues: [Double] = []
  private(set) var tables: [TablePlan] = []
  /// By POINTER that a block reads: where in the indices the places are that it points to.
  private(set) var pointers: [Int: Int] = [:]
  /// What is computed once, and where it is.
  private(set) var invariants: [(expression: Expression, offset: Int)] = []
  /// Where it says of each compartment of a set whether it has the mechanism, 1 or 0; nil where all have it.
  var presence: Int?
  /// The states whose step is tabulated; nil where it is computed.
  private(set) var gates: GatePlan?
  /// The currents as sums of a constant and a slope times v; nil where one of them is no such sum.
  let ohmic: OhmicCurrents?

  /// How many there is room for: variables of several elements have them so far from each other.
  var room: Int { MemoryPlan.room(count) }

  /// - Parameters:
  ///   - kind: the session's mechanism of that name.
  ///   - values: of each instance, in the order of the kind's parameters.
  ///   - isStored: whether a variable has to be in the memory although nothing needs it there.
  ///   - isAdjustable: whether a parameter may be changed between runs.
  ///   - isPlayed: whether a parameter changes during runs.
  ///   - first: the values of the first instance in the session; nil where it is not known which that is.
  ///   - carried: globals that may bring what the last instance left to the others.
  init(
    _ mechanism: Mechanism, kind: MechanismKind, prefix: String, values: [[Double]],
    isFused: Bool, usesTables: Bool, isStored: (String) -> Bool, isAdjustable: (String) -> Bool,
    isPlayed: (String) -> Bool, first: [Double]? = nil, carried: Set<Variable> = [],
    in plan: inout MemoryPlan
  ) throws(SimulationError) {
    self.mechanism = mechanism
    self.prefix = prefix
    count = values.count
    // They lie on the stack, for as many instances as are computed at once.
    let elements = mechanism.variables.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) }
    let locals = mechanism.blocksThatRun.flatMap(\.localCounts).reduce(0) { $0 + ($1 > 1 ? $1 : 0) }
    guard elements + locals <= Self.mostElements else {
      throw .unsupported(
        mechanism: mechanism.name, block: "NEURON",
        construct: "arrays of \(elements + locals) elements together")
    }
    let ohmic = mechanism.ohmicCurrents
    // What the block leaves for itself depends on how often it is done: NEURON does it at v + 0.001 mV first.
    let currents = mechanism.currents.effects(mechanism.tables)
    let isPlain = currents.liveIn.isDisjoint(with: currents.mayAssign)
    self.ohmic = isPlain && ohmic.forms.allSatisfy { $0 != nil } ? ohmic : nil
    let blocks = mechanism.blocksThatRun
    var assigned = Effects(of: blocks, mechanism.tables).mayAssign
    let besides = mechanism.setBesidesTables
    assigned.formUnion(besides)
    let after = [mechanism.advance, mechanism.afterSolve, mechanism.beforeStep]
    let before = [mechanism.beforeBreakpoint, mechanism.currents]
    let sequences =
      isFused
      ? [after + before, before] : [after, before]
    let others = [
      mechanism.initial, mechanism.beforeStep, mechanism.receiver?.block,
      mechanism.receiver?.initial,
    ]
    var kept = (sequences + others.compactMap { $0.map { [$0] } }).reduce(into: Set<Variable>()) {
      $0.formUnion(Effects(of: $1, mechanism.tablesMade).liveIn)
    }

    kept.formUnion(try currentsLeft())
    try checkResults()
    let played = try playedVariables(isPlayed, assigned)

    for (index, variable) in mechanism.variables.enumerated() {
      let isSet = assigned.contains(.instance(index))
      let name = Self.name(of: variable.name, of: mechanism)
      switch variable.role {
      case .ion where !isOwn(index) || !kept.contains(.instance(index)): storage.append(.temporary)
      case .pointer:
        storage.append(.temporary)
        if mechanism.usedPointers.contains(index) {
          pointers[index] = plan.place(indices: values.map { _ in 0 })
        }
      case .pointing: storage.append(.memory(plan.place(0, count: count)))
      case .parameter where !isSet:
        storage.append(
          try Self.parameter(
            variable, name, kind, values,
            isAdjustable: isAdjustable(name) || isStored(name)
              || played.contains(.instance(index)), in: &plan))
      default:
        let isNeeded =
          kept.contains(.instance(index)) || variable.role == .state || variable.count > 1
          || (isStored(name) && !besides.contains(.instance(index)))
        guard isNeeded else {
          storage.append(.temporary)
          continue
        }
        let isStream = variable.role == .stream
        let start = isStream ? nil : kind.offset(ofParameter: name)
        var offset: Int?
        for element in 0..<variable.count {
          let initial = values.map { values in
            start.map { values[$0 + element] } ?? variable.initialValue
          }
          let place = plan.place(initial)
          offset = offset ?? place
        }
        storage.append(.memory(offset ?? 0))
      }
    }
    try planGlobals(blocks, assigned, kind, mayCarry: carried, in: &plan)
    // INITIAL may set parameters; what depends on them is computed after it.
    let changing = Effects(of: mechanism.blocksAfterInitial, mechanism.tables).mayAssign.union(
      played)
    let bindings = bindings(hasLanes: true)
    let found = Invariants(
      of: [mechanism.advance, mechanism.currents],
      isConstant: { variable in
        switch variable {
        case .timeStep, .celsius: true
        case .instance(let index):
          mechanism.variables[index].role == .parameter && mechanism.variables[index].count == 1
            && !changing.contains(variable)
        case .global(let index):
          mechanism.globals[index].count == 1 && !changing.contains(variable)
            && !carried.contains(variable)
        default: false
        }
      }, isVector: { bindings[$0]?.isVector ?? true })
    if usesTables { gates = gatePlan }
    for expression in found.expressions {
      invariants.append((expression, plan.place(0, count: count)))
    }
    let values = { (variable: Int) -> [Double] in
      let name = Self.name(of: mechanism.variables[variable].name, of: mechanism)
      guard let start = kind.offset(ofParameter: name) else { return [] }
      return values.map { isAdjustable(name) ? .nan : $0[start] }
    }
    let firstValue = { (variable: Int) -> Double? in
      let name = Self.name(of: mechanism.variables[variable].name, of: mechanism)
      guard let first, let start = kind.offset(ofParameter: name), !isAdjustable(name) else {
        return nil
      }
      return first[start]
    }
    for index in mechanism.tables.indices {
      tables.append(
        try TablePlan(
          index, of: mechanism, storage, globals, assigned, values: values, first: firstValue,
          in: &plan))
    }
  }

  /// Currents that BREAKPOINT may leave as they were.
  private func currentsLeft() throws(SimulationError) -> Set<Variable> {
    let certain = mechanism.currents.effects(mechanism.tables).certainlyAssigned
    let left = Set(mechanism.currentVariables.map(Variable.instance)).subtracting(certain)
    for index in mechanism.currentVariables
    where left.contains(.instance(index)) && !isOwn(index) {
      if case .ion = mechanism.variables[index].role {
        throw .unsupported(
          mechanism: mechanism.name, block: "BREAKPOINT",
          construct: "\(mechanism.variables[index].name) that is not always set")
      }
    }
    return left
  }

  /// The parameters that change during runs.
  ///
  /// An event in a NET_RECEIVE may come before what is played in the same half step, or after it: NEURON keeps
  /// their order, which nothing here does. It makes tables anew, which nothing here does either.
  private func playedVariables(
    _ isPlayed: (String) -> Bool, _ assigned: Set<Variable>
  ) throws(SimulationError) -> Set<Variable> {
    let found = mechanism.variables.indices.filter {
      isPlayed(Self.name(of: mechanism.variables[$0].name, of: mechanism))
    }
    let received = Effects(
      of: [mechanism.receiver?.block, mechanism.receiver?.initial].compactMap { $0 },
      mechanism.tables
    ).liveIn
    for index in found {
      let variable = mechanism.variables[index]
      let fault: (block: String, what: String)? =
        if variable.role != .parameter || variable.count > 1 {
          ("PARAMETER", "which is no scalar in it")
        } else if assigned.contains(.instance(index)) {
          ("PARAMETER", "which the mechanism sets itself")
        } else if received.contains(.instance(index)) {
          ("NET_RECEIVE", "which it uses")
        } else if !mechanism.usedTables.isEmpty {
          ("TABLE", "while tables may depend on it")
        } else {
          nil
        }
      if let fault {
        throw .unsupported(
          mechanism: mechanism.name, block: fault.block,
          construct: "a Vector played into \(variable.name), \(fault.what),")
      }
    }
    return Set(found.map(Variable.instance))
  }

  /// What a table gives has to be looked up before it is used: NEURON leaves in the first instance what making
  /// the table left there.
  private func checkResults() throws(SimulationError) {
    let first = mechanism.initial.effects(mechanism.tablesMade)
    let results = mechanism.usedTables.reduce(into: Set<Variable>()) {
      $0.formUnion(mechanism.tables[$1].results)
    }
    // BREAKPOINT is done before the first SOLVE.
    let currents = mechanism.currents.effects(mechanism.tablesMade).certainlyAssigned
    let later = [mechanism.advance, mechanism.afterSolve]
    let early = mechanism.blocksAfterInitial.reduce(into: first.liveIn) { early, block in
      let certain = first.certainlyAssigned.union(later.contains(block) ? currents : [])
      early.formUnion(block.effects(mechanism.tablesMade).liveIn.subtracting(certain))
    }
    let found = results.intersection(early)
    for index in mechanism.variables.indices where found.contains(.instance(index)) {
      throw .unsupported(
        mechanism: mechanism.name, block: "TABLE",
        construct: "\(mechanism.variables[index].name) before it is looked up")
    }
  }

  /// The steps of states that a table can give.
  private var gatePlan: GatePlan? {
    guard mechanism.kind == .density else { return nil }
    return GatePlan(
      of: mechanism,
      isConstant: { variable in
        switch variable {
        case .instance(let index): if case .constant = storage[index] { true } else { false }
        case .global(let index): if case .constant = globals[index] { true } else { false }
        default: false
        }
      },
      isTemporary: { variable in
        switch variable {
        case .instance(let index):
          // What of an ion is set goes on to others; what is pointed to comes from them.
          if case .ion = mechanism.variables[index].role { return false }
          if mechanism.variables[index].role == .pointer { return false }
          if case .temporary = storage[index] { return true }
          return false
        case .global(let index):
          if case .temporary = globals[index] { return true }
          return false
        default: return false
        }
      })
  }

  /// As hoc calls it: `gbar_Im`; a point process's own name without its class's.
  static func name(of variable: String, of mechanism: Mechanism) -> String {
    mechanism.kind == .density ? "\(variable)_\(mechanism.name)" : variable
  }

  private static func parameter(
    _ variable: Mechanism.InstanceVariable, _ name: String, _ kind: MechanismKind,
    _ values: [[Double]], isAdjustable: Bool, in plan: inout MemoryPlan
  ) throws(SimulationError) -> Storage {
    guard let start = kind.offset(ofParameter: name) else {
      if variable.isRange { throw .mismatch(mechanism: kind.name, variable: name) }
      return .constant(variable.initialValue)
    }
    let first = values.first?[start] ?? variable.initialValue
    let isUniform = values.allSatisfy { $0[start].bitPattern == first.bitPattern }
    if variable.count == 1, isUniform, !isAdjustable { return .constant(first) }
    var offset: Int?
    for element in 0..<variable.count {
      let place = plan.place(values.map { $0[start + element] })
      offset = offset ?? place
    }
    return .memory(offset ?? 0)
  }

  /// Whether an ion's quantity is a mechanism's own: a current that it writes and does not READ.
  func isOwn(_ variable: Int) -> Bool {
    guard case .ion(let ion, .current) = mechanism.variables[variable].role else { return false }
    return !mechanism.ions[ion].reads.contains(.current)
  }

  /// Whether BREAKPOINT sets a variable itself, beside what its SOLVE does.
  func isSetByCurrents(_ variable: Int) -> Bool {
    [mechanism.currents, mechanism.beforeBreakpoint].contains {
      $0.effects(mechanism.tables).mayAssign.contains(.instance(variable))
    }
  }

  // MARK: Globals

  private mutating func planGlobals(
    _ blocks: [Block], _ assigned: Set<Variable>, _ kind: MechanismKind,
    mayCarry: Set<Variable>, in plan: inout MemoryPlan
  ) throws(SimulationError) {
    let vectors = vectorGlobals(blocks, assigned)
    let carried = Self.readFirst(mechanism)
    for (index, global) in mechanism.globals.enumerated() {
      let suffixed = "\(global.name)_\(mechanism.name)"
      let found = kind.globals.first { $0.name == suffixed || $0.name == global.name }
      let values = found?.values ?? [Double](repeating: global.initialValue, count: global.count)
      globalValues.append(values.first ?? global.initialValue)
      if Self.counts(.global(index), in: mechanism) {
        throw .unsupported(
          mechanism: mechanism.name, block: "NEURON",
          construct: "GLOBAL \(global.name), which instances count with")
      }
      if vectors.contains(.global(index)) {
        guard !carried.contains(.global(index)) else {
          if mayCarry.contains(.global(index)), found != nil {
            globals.append(
              .carried(array: plan.place(0, count: count), value: plan.place(values)))
            continue
          }
          throw .unsupported(
            mechanism: mechanism.name, block: "NEURON",
            construct: "GLOBAL \(global.name), which brings a value of one instance to another")
        }
        globals.append(.temporary)
      } else if global.count > 1 || assigned.contains(.global(index)) {
        globals.append(.memory(plan.place(values)))
      } else {
        globals.append(.constant(values.first ?? global.initialValue))
      }
    }
  }

  /// What a block may find as another instance left it.
  private static func readFirst(_ mechanism: Mechanism) -> Set<Variable> {
    // INITIAL finds what was there before the run, unless another instance's has set it.
    let first = mechanism.initial.effects(mechanism.tablesMade)
    return mechanism.blocksOfSteps.reduce(
      into: first.liveIn.intersection(first.mayAssign)
    ) { $0.formUnion($1.effects(mechanism.tablesMade).liveIn) }
  }

  /// Globals that instances set each to its own, and others read; nil where it is not certain what they read,
  /// which is certain where a block sets such a one before all else, or not at all.
  static func carriedGlobals(of mechanism: Mechanism) -> Set<Variable>? {
    let plan = InstancePlan(unplanned: mechanism)
    let assigned = Effects(of: mechanism.blocksThatRun, mechanism.tables).mayAssign
    let found = plan.vectorGlobals(mechanism.blocksThatRun, assigned).intersection(
      readFirst(mechanism))
    if found.isEmpty { return [] }
    let isPlain =
      mechanism.kind == .density && !mechanism.isThreadSafe && mechanism.isAloneInSteps
      && mechanism.currents.effects(mechanism.tables).mayAssign.isDisjoint(with: found)
    let areSetFirst = [mechanism.initial, mechanism.advance].allSatisfy { block in
      let effects = block.effects(mechanism.tablesMade)
      return found.intersection(effects.mayAssign).allSatisfy {
        effects.certainlyAssigned.contains($0) && !effects.liveIn.contains($0)
          && mechanism.count(of: $0) == 1
      }
    }
    return isPlain && areSetFirst ? found : nil
  }

  private init(unplanned mechanism: Mechanism) {
    self.mechanism = mechanism
    (prefix, count, ohmic) = ("", 0, nil)
  }

  /// Whether a block that several instances do at once sets a global to what follows from its own value: it
  /// would be done less often than by one after the other.
  private static func counts(_ global: Variable, in mechanism: Mechanism) -> Bool {
    var found = false
    for statement in ([mechanism.initial] + mechanism.blocksOfSteps).flatMap(\.statements) {
      statement.visit {
        if case .assign(global, let value) = $0, value.reads(global) { found = true }
      }
    }
    return found
  }

  /// Globals that a block sets to what differs between instances.
  private func vectorGlobals(_ blocks: [Block], _ assigned: Set<Variable>) -> Set<Variable> {
    let candidates = assigned.filter { if case .global = $0 { true } else { false } }
    var scalars = candidates
    var count = -1
    while count != scalars.count {
      count = scalars.count
      var bindings = bindings(hasLanes: true, vectorGlobals: candidates.subtracting(scalars))
      // What is the same in all of these may differ in others of the cell.
      for index in mechanism.variables.indices { bindings[.instance(index)]?.isVector = true }
      for block in blocks {
        scalars.formIntersection(
          ScalarVariables(
            of: block, tables: mechanism.tables, bindings: bindings, globals: scalars
          ).variables)
      }
    }
    return candidates.subtracting(scalars)
  }

  // MARK: C

  /// The C name of a variable that is loaded, set and stored in a function.
  func name(of index: Int) -> String { prefix + "v_" + CName.of(mechanism.variables[index].name) }

  /// What C calls the variables of several instances at once, or of the instance `i`.
  ///
  /// - Parameter vectorGlobals: while it is not decided where globals are.
  func bindings(
    hasLanes: Bool, vectorGlobals: Set<Variable>? = nil
  ) -> [Variable: Binding] {
    var bindings: [Variable: Binding] = [
      .timeStep: Binding(text: "nr_time_step", isVector: false),
      .celsius: Binding(text: "NR_CELSIUS", isVector: false),
    ]
    for (index, variable) in mechanism.variables.enumerated() {
      let name = name(of: index)
      bindings[.instance(index)] =
        switch storage.indices.contains(index) ? storage[index] : .temporary {
        case .constant(let value): Binding(text: CName.literal(value), isVector: false)
        case .memory(let offset) where !hasLanes && variable.count > 1:
          Binding(
            text: "(M + NR_AT(\(offset) + i))", isVector: false, count: variable.count,
            stride: room)
        case .memory(let offset) where !hasLanes:
          Binding(text: "M[NR_AT(\(offset) + i)]", isVector: false)
        default: Binding(text: name, isVector: hasLanes, count: variable.count)
        }
    }
    for (index, global) in mechanism.globals.enumerated() {
      guard globals.indices.contains(index) else {
        let isVector = vectorGlobals?.contains(.global(index)) ?? false
        bindings[.global(index)] = Binding(text: "", isVector: isVector, count: global.count)
        continue
      }
      bindings[.global(index)] =
        switch globals[index] {
        case .constant(let value): Binding(text: CName.literal(value), isVector: false)
        case .memory(let offset) where global.count > 1:
          Binding(
            text: "(nr_shared(M) + NR_AT(\(offset)))", isVector: false, count: global.count,
            stride: 1)
        case .memory(let offset):
          Binding(text: "nr_shared(M)[NR_AT(\(offset))]", isVector: false)
        case .temporary, .carried:
          Binding(
            text: "\(prefix)g_\(CName.of(global.name))", isVector: hasLanes, count: global.count)
        }
    }
    return bindings
  }

  /// Declares what a function needs of several instances: loaded where it is in the memory.
  ///
  /// - Parameter index: the C code of the first instance's index.
  func declarations(at index: String) -> [String] {
    var lines: [String] = []
    for (variable, storage) in storage.enumerated() {
      let name = name(of: variable)
      let count = mechanism.variables[variable].count
      switch storage {
      case .constant: break
      case .temporary:
        lines.append("NR_UNUSED nr_vector \(name)\(count > 1 ? "[\(count)]" : "") = {0};")
      case .memory(let offset) where count == 1:
        lines.append("NR_UNUSED nr_vector \(name) = nr_load(M + NR_AT(\(offset) + \(index)));")
      case .memory(let offset):
        lines.append("NR_UNUSED nr_vector \(name)[\(count)];")
        for element in 0..<count {
          lines.append(
            "\(name)[\(element)] = nr_load(M + NR_AT(\(offset + element * room) + \(index)));"
          )
        }
      }
    }
    for (index, storage) in globals.enumerated() {
      let global = mechanism.globals[index]
      if case .carried(_, let value) = storage {
        lines.append(
          "NR_UNUSED nr_vector \(prefix)g_\(CName.of(global.name)) = nr_all(M[NR_AT(\(value))]);")
      }
      guard case .temporary = storage else { continue }
      let size = global.count > 1 ? "[\(global.count)]" : ""
      let value = globalValues[index]
      let initial = value == 0 || global.count > 1 ? "{0}" : "nr_all(\(CName.literal(value)))"
      lines.append(
        "NR_UNUSED nr_vector \(prefix)g_\(CName.of(global.name))\(size) = \(initial);")
    }
    return lines
  }

  /// Sets copies of what POINTERs point to.
  func pointed(at index: String) -> [String] {
    pointers.sorted { $0.key < $1.key }.map { variable, places in
      "\(name(of: variable)) = nr_gather(M, X + \(places) + \(index));"
    }
  }

  /// Stores what blocks may have set.
  func stores(of blocks: [Block], at index: String) -> [String] {
    let assigned = Effects(of: blocks, mechanism.tables).mayAssign
    var lines: [String] = []
    for (variable, storage) in storage.enumerated() {
      guard case .memory(let offset) = storage, assigned.contains(.instance(variable)) else {
        continue
      }
      let name = name(of: variable)
      let count = mechanism.variables[variable].count
      for element in 0..<count {
        let value = count == 1 ? name : "\(name)[\(element)]"
        lines.append("nr_store(M + NR_AT(\(offset + element * room) + \(index)), \(value));")
      }
    }
    for (global, storage) in globals.enumerated() {
      guard case .carried(let array, _) = storage, assigned.contains(.global(global)) else {
        continue
      }
      let name = "\(prefix)g_\(CName.of(mechanism.globals[global].name))"
      lines.append("nr_store(M + NR_AT(\(array) + \(index)), \(name));")
    }
    return lines
  }
}

import CellModel
import Mechanisms

/// Those whose blocks NEURON does one after the other.
enum Computed: Hashable {
  /// By index into the cell's `mechanisms`.
  case density(Int)
  /// By kind.
  case process(Int)
}

/// POINTERs are copied, as ions are: potentials whenever they are read. What a mechanism computes has to have
/// the value that it has in NEURON, which does all instances of a mechanism, then those of the next, while the
/// engine does all mechanisms of some segments, then those of others. Where something other than potentials is
/// pointed to, INITIAL and SOLVE are done in NEURON's order, and in BREAKPOINT that order must not matter.
extension ProgramEmitter {
  /// One POINTER that is read, of some instances.
  struct Pointer {
    /// Where in the indices the places are.
    let places: Int
    let owners: [PointerOwner]
    let reader: Computed
    let variable: Int
    /// Where in the memory it says whether they are set; nil where the mechanism does not ask.
    let areSet: Int?

    init(
      _ places: Int, _ owners: [PointerOwner], _ reader: Computed, _ variable: Int,
      _ plan: InstancePlan
    ) {
      self.places = places
      self.owners = owners
      self.reader = reader
      self.variable = variable
      let asked = plan.mechanism.variables.firstIndex { $0.role == .pointing(variable) }
      areSet = asked.flatMap {
        if case .memory(let offset) = plan.storage[$0] { offset } else { nil }
      }
    }
  }

  /// All that are read of the cell's.
  func usedPointers() -> [Pointer] {
    var found: [Pointer] = []
    for (set, nodes) in zip(sets, layout.sets) {
      for (mechanism, plan) in set.instances.sorted(by: { $0.key < $1.key }) {
        for (variable, places) in plan.pointers.sorted(by: { $0.key < $1.key }) {
          let name = InstancePlan.name(
            of: plan.mechanism.variables[variable].name, of: plan.mechanism)
          let owners = nodes.segments.compactMap { segment in
            segment.map {
              PointerOwner(
                name: name, place: .segment(section: $0.section, segment: $0.segment))
            }
          }
          found.append(Pointer(places, owners, .density(mechanism), variable, plan))
        }
      }
    }
    for (kind, process) in processes.enumerated() {
      let plan = process.instances
      for (variable, places) in plan.pointers.sorted(by: { $0.key < $1.key }) {
        let members = instances.indices.filter { instances[$0].kind == kind }
        let owners = members.sorted { instances[$0].index < instances[$1].index }.map {
          PointerOwner(name: plan.mechanism.variables[variable].name, place: .process($0))
        }
        found.append(Pointer(places, owners, .process(kind), variable, plan))
      }
    }
    return found.filter { !$0.owners.isEmpty }
  }

  /// Where what is pointed to is not a potential.
  static func pointedVariables(
    _ cell: CellModel, _ mechanisms: [Mechanism?], _ kinds: [Mechanism],
    _ targets: [PointerOwner: PointerTarget]
  ) -> Set<String> {
    var used: Set<String> = []
    for mechanism in mechanisms.compactMap({ $0 }) + kinds {
      for pointer in mechanism.usedPointers {
        used.insert(InstancePlan.name(of: mechanism.variables[pointer].name, of: mechanism))
      }
    }
    return targets.reduce(into: []) { names, target in
      guard used.contains(target.key.name), !target.value.isPotential, target.value != .other
      else { return }
      names.insert(target.value.variable)
    }
  }

  func mechanism(of computed: Computed) -> Mechanism? {
    switch computed {
    case .density(let index): mechanisms[index]
    case .process(let kind): kinds[kind]
    }
  }

  // MARK: NEURON's order

  /// All in the order in which NEURON does them: those that write concentrations first, the last one that it
  /// knows before the others.
  var inOrder: [Computed] {
    let densities = Set(sets.flatMap(\.order)).map(Computed.density)
    let points = processes.indices.filter { processes[$0].instances.count > 0 }
    return (densities + points.map(Computed.process)).sorted { rank(of: $0) < rank(of: $1) }
  }

  func rank(of computed: Computed) -> Int {
    let type =
      switch computed {
      case .density(let index): settings.types[cell.mechanisms[index].name] ?? index
      case .process(let kind):
        settings.types[cell.pointProcessKinds[kind].name] ?? cell.mechanisms.count + kind
      }
    let isWriting = mechanism(of: computed)?.ions.contains(where: \.writesConcentration) ?? false
    return isWriting ? -type : type
  }

  /// INITIAL or SOLVE in NEURON's order.
  func orderedPass(_ part: Parts) throws(SimulationError) -> [String] {
    var lines: [String] = []
    func ionsAlone(_ isFirst: Bool) throws(SimulationError) {
      guard part == .initial else { return }
      for (set, nodes) in zip(sets, layout.sets) {
        var only = set
        only.order = []
        only.instances = [:]
        lines += try density(only, nodes, part, ionsAtStart: isFirst, ionsAtEnd: !isFirst)
      }
    }
    try ionsAlone(true)
    for each in inOrder {
      switch each {
      case .process(let kind): lines += try states(kind, processes[kind], part)
      case .density(let mechanism):
        for (set, nodes) in zip(sets, layout.sets) {
          guard let plan = set.instances[mechanism] else { continue }
          var only = set
          only.order = [mechanism]
          only.instances = [mechanism: plan]
          lines += try density(only, nodes, part, ionsAtStart: false, ionsAtEnd: false)
        }
      }
    }
    try ionsAlone(false)
    return lines
  }

  // MARK: What may be read

  /// Refuses POINTERs that are not set, or to what is none of the cell's, or whose value may be another than in
  /// NEURON.
  func checkPointers(_ pointers: [Pointer]) throws(SimulationError) {
    var checked: Set<[AnyHashable]> = []
    for pointer in pointers {
      for owner in pointer.owners {
        guard let target = settings.pointers[owner] else {
          if pointer.areSet != nil { continue }
          throw refused(pointer, owner, "which is not set,")
        }
        if target.isPotential { continue }
        if target == .other {
          throw refused(pointer, owner, "which points to what is no variable of the cell,")
        }
        for each in mechanisms.compactMap({ $0 }) + kinds
        where !each.afterSolve.isEmpty || !each.beforeStep.isEmpty {
          throw refused(pointer, owner, "to no potential, beside \(each.name)'s AFTER or BEFORE,")
        }
        let found = try source(of: target, pointer, owner)
        let writers = found.writers.map { [AnyHashable($0.computed), AnyHashable($0.variable)] }
        let key: [AnyHashable] =
          [pointer.reader, pointer.variable, target.variable] + writers.flatMap { $0 }
        if !checked.insert(key).inserted { continue }
        try check(pointer, owner, found)
      }
    }
  }

  func refused(
    _ pointer: Pointer, _ owner: PointerOwner, _ why: String
  ) -> SimulationError {
    let section =
      switch owner.place {
      case .segment(let section, _): section
      case .process(let index): cell.pointProcesses[index].section
      }
    let mechanism = mechanism(of: pointer.reader)
    return .unsupported(
      mechanism: mechanism?.name ?? "", block: "NEURON",
      construct:
        "POINTER \(mechanism?.variables[pointer.variable].name ?? "") on \(cell.sections[section].name), "
        + why)
  }

  /// What sets a variable that is pointed to.
  fileprivate struct Source {
    struct Writer {
      let computed: Computed
      let mechanism: Mechanism
      let variable: Int

      func sets(in blocks: Block...) -> Bool {
        blocks.contains {
          $0.effects(mechanism.tables).mayAssign.contains(.instance(variable))
        }
      }

      func certainlySets(in block: Block) -> Bool {
        block.effects(mechanism.tables).certainlyAssigned.contains(.instance(variable))
      }
    }

    var writers: [Writer]
    /// Of an ion.
    var quantity: Mechanism.IonQuantity?
    var followsConcentrations = false
  }

  private func source(
    of target: PointerTarget, _ pointer: Pointer, _ owner: PointerOwner
  ) throws(SimulationError) -> Source {
    let name = target.variable
    switch target {
    case .member(_, let process):
      let kind = instances[process].kind
      if let variable = kinds[kind].variables.firstIndex(where: { $0.name == name }) {
        return Source(writers: [
          .init(computed: .process(kind), mechanism: kinds[kind], variable: variable)
        ])
      }
    case .range(_, let section, let position):
      let segments = layout.compartments.segments[section]
      let segment = cell.sections[section].segmentIndex(at: position)
      guard let slot = layout.slots[segments[segment]] else { break }
      let set = layout.set(ofSlot: slot)
      for ion in sets[set].ions.values {
        for quantity in [Mechanism.IonQuantity.reversal, .current, .inside, .outside]
        where ion.rangeName(of: quantity) == name {
          return Source(
            writers: writers(of: quantity, ion, set: set, slot: slot), quantity: quantity,
            followsConcentrations: ion.advancesReversal || ion.isReversalLeft)
        }
      }
      for (index, plan) in sets[set].instances {
        for variable in plan.mechanism.variables.indices
        where InstancePlan.name(of: plan.mechanism.variables[variable].name, of: plan.mechanism)
          == name
        {
          return Source(writers: [
            .init(computed: .density(index), mechanism: plan.mechanism, variable: variable)
          ])
        }
      }
    case .other: break
    }
    throw refused(pointer, owner, "to \(name), which the engine does not keep,")
  }

  private func writers(
    of quantity: Mechanism.IonQuantity, _ ion: IonPlan, set: Int, slot: Int
  ) -> [Source.Writer] {
    let densities = sets[set].order.map(Computed.density)
    let points = zip(cell.pointProcesses, layout.slotsOfProcesses).filter { $0.1 == slot }
    let users = densities + Set(points.map(\.0.kind)).sorted().map(Computed.process)
    return users.flatMap { user in
      guard let mechanism = mechanism(of: user) else { return [Source.Writer]() }
      return mechanism.variables.indices.filter { index in
        guard case .ion(let own, quantity) = mechanism.variables[index].role else { return false }
        return mechanism.ions[own].name == ion.name
          && mechanism.ions[own].writes.contains(quantity)
      }.map { Source.Writer(computed: user, mechanism: mechanism, variable: $0) }
    }
  }

  /// Whether what is read has the value that it has in NEURON, in each block that reads it.
  private func check(
    _ pointer: Pointer, _ owner: PointerOwner, _ source: Source
  ) throws(SimulationError) {
    guard let reader = mechanism(of: pointer.reader) else { return }
    let own = rank(of: pointer.reader)
    func reads(_ blocks: Block?...) -> Bool {
      blocks.contains {
        $0?.effects(reader.tables).liveIn.contains(.instance(pointer.variable)) ?? false
      }
    }
    func isLater(_ writer: Source.Writer) -> Bool { rank(of: writer.computed) >= own }
    func refuse(_ block: String) -> SimulationError {
      refused(
        pointer, owner,
        "whose \(block) reads what may not be set yet, or is in another order than in NEURON,")
    }

    if reads(reader.initial) {
      let isSet = source.writers.allSatisfy { writer in
        writer.isParameter
          || (!isLater(writer)
            && (source.quantity != nil || writer.isState
              || writer.certainlySets(in: writer.mechanism.initial)))
      }
      guard isSet, source.quantity != .current, source.quantity != .reversal else {
        throw refuse("INITIAL")
      }
    }
    let isSetFirst =
      source.quantity.map { $0 != .current }
      ?? source.writers.allSatisfy {
        $0.isParameter || $0.isState || $0.certainlySets(in: $0.mechanism.initial)
      }
    if reads(reader.beforeBreakpoint, reader.currents) {
      var isChanging = source.quantity == .current
      for writer in source.writers
      where writer.sets(in: writer.mechanism.beforeBreakpoint, writer.mechanism.currents) {
        isChanging = true
        guard let isDone = isDoneBefore(writer.computed, pointer.reader),
          isDone != isLater(writer), isDone || (isSetFirst && source.quantity == nil)
        else { throw refuse("BREAKPOINT") }
      }
      if source.quantity == .reversal, source.followsConcentrations {
        guard case .process = pointer.reader else { throw refuse("BREAKPOINT") }
      }
      if source.quantity == .current, case .density = pointer.reader { throw refuse("BREAKPOINT") }
      guard isChanging || isSetFirst else { throw refuse("BREAKPOINT") }
    }
    let isSet =
      isSetFirst || source.quantity != nil
      || source.writers.allSatisfy { $0.certainlySets(in: $0.mechanism.currents) }
    if reads(reader.advance) {
      let isSame = source.writers.contains {
        $0.computed == pointer.reader && $0.sets(in: $0.mechanism.advance)
      }
      guard isSet, !isSame else { throw refuse("SOLVE") }
    }
    if reads(reader.receiver?.block, reader.receiver?.initial) {
      guard isSet else { throw refuse("NET_RECEIVE") }
    }
  }

  /// Whether the program does one's BREAKPOINT before another's; nil where it does both in turns.
  private func isDoneBefore(_ one: Computed, _ other: Computed) -> Bool? {
    switch (one, other) {
    case (.density, .density): nil
    case (.density, .process): true
    case (.process, .density): false
    case (.process(let first), .process(let second)): first == second ? nil : first < second
    }
  }
}

extension ProgramEmitter.Source.Writer {
  /// Whether nothing sets it.
  fileprivate var isParameter: Bool {
    mechanism.variables[variable].role == .parameter
      && !Effects(of: mechanism.blocksThatRun, mechanism.tables).mayAssign.contains(
        .instance(variable))
  }

  /// INITIAL sets states in any case.
  fileprivate var isState: Bool { mechanism.variables[variable].role == .state }
}

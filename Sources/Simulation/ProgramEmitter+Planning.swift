import CellModel
import Mechanisms

extension ProgramEmitter {
  mutating func planSets() throws(SimulationError) {
    for set in layout.sets {
      let present = set.mechanisms.filter { mechanisms[$0] != nil }
      // Concentrations are written before others read them, whatever the order in which the session lists
      // mechanisms; of those that write them each goes before the ones that the session had before.
      let writers = present.filter {
        mechanisms[$0]?.ions.contains(where: \.writesConcentration) ?? false
      }.reversed()
      var planned = SetPlan(
        order: writers + present.filter { !writers.contains($0) }, instances: [:], ions: [:])
      planned.ions = planIons(of: set, present)
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
          values: values(of: mechanism, in: set), isFused: settings.isFused,
          usesTables: settings.usesTables,
          isStored: { settings.recorded.contains($0) },
          isAdjustable: { settings.adjustable.contains($0) }, isPlayed: { _ in false },
          first: firstValues(of: mechanism), carried: carried[mechanism] ?? [], in: &plan)
      }
      for mechanism in planned.order {
        let isPresent = set.segments.indices.map { set.has(mechanism, at: $0) }
        if isPresent.contains(false) {
          planned.instances[mechanism]?.presence = plan.place(isPresent.map { $0 ? 1 : 0 })
        }
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

  /// A mechanism's parameters in each compartment of a set: those of another one where it is absent, so that what
  /// is the same wherever it is present is the same in all.
  private func values(of mechanism: Int, in set: CellLayout.NodeSet) -> [[Double]] {
    let own = set.segments.map { segment in
      segment.flatMap {
        cell.sections[$0.section].values(ofMechanism: mechanism, segment: $0.segment)
      }
    }
    let other = own.lazy.compactMap { $0 }.first ?? cell.mechanisms[mechanism].defaultValues
    return own.map { $0 ?? other }
  }

  func uses(_ variable: Variable, _ mechanism: Mechanism?) -> Bool {
    guard let mechanism else { return false }
    return Effects(of: mechanism.blocksThatRun, mechanism.tables).liveIn.contains(variable)
  }

  mutating func planIons(of set: CellLayout.NodeSet, _ present: [Int]) -> [Int: IonPlan] {
    // Point processes on these compartments use them too.
    let slots = set.first..<(set.first + set.count)
    var users = present.compactMap { mechanisms[$0] }
    let onThese = Set(
      zip(cell.pointProcesses, layout.slotsOfProcesses).filter { slots.contains($0.1) }.map(
        \.0.kind))
    users += onThese.map { kinds[$0] }
    var ions: [Int: IonPlan] = [:]
    for mechanism in set.mechanisms where cell.mechanisms[mechanism].isIon {
      let name = cell.mechanisms[mechanism].ionName
      let uses = users.flatMap { $0.ions.filter { $0.name == name } }
      let isDynamic = uses.contains(where: \.writesConcentration)
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
        reversal: plan.place(initial(0, nil)),
        current: plan.place(
          initial(cell.mechanisms[mechanism].offset(ofParameter: "i\(name)") ?? Int.max, nil)),
        inside: plan.place(initial(1, ion?.inside)),
        outside: plan.place(initial(2, ion?.outside)), isDynamic: isDynamic,
        isReversalWritten: uses.contains { $0.writes.contains(.reversal) },
        hasCurrent: !settings.isFused || uses.contains { $0.reads.contains(.current) }
          || settings.recorded.contains("i\(name)"))
    }
    return ions
  }

  mutating func planProcesses() throws(SimulationError) {
    struct Key: Hashable {
      let kind, slot: Int
      let values: [Double]
    }
    let slots = layout.slotsOfProcesses
    let mayShare = kinds.indices.map {
      kinds[$0].superposes && kinds[$0].isAloneInSteps
        && settings.recorded.isDisjoint(with: names(of: $0)) && playedNames(of: $0).isEmpty
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
          try checkStyle(of: ion, source, cell.pointProcesses[member].section)
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
      // NEURON computes one after the other, each with what the one before it wrote.
      if source.writesIonStates, Set(own).count < own.count {
        throw .unsupported(
          mechanism: source.name, block: "NEURON",
          construct: "WRITE of a concentration or reversal potential by several in one segment")
      }
      let watches = source.receiver?.block.watches ?? []
      let size = MemoryPlan.room(members.count)
      let moves =
        source.blocksThatRun.contains(where: \.movesEvents) ? plan.place(-1, count: 2 * size) : nil
      let senders = source.sendsToOthers ? plan.place(-1, count: size) : nil
      let watchSlots = watches.isEmpty ? nil : plan.place(0, count: 3 * watches.count * size)
      let planned = try InstancePlan(
        source, kind: cell.pointProcessKinds[kind], prefix: "p\(kind)_",
        values: members.map { cell.pointProcesses[$0].values }, isFused: settings.isFused,
        usesTables: settings.usesTables, isStored: { settings.recorded.contains($0) },
        isAdjustable: { settings.adjustable.contains($0) },
        isPlayed: playedNames(of: kind).contains, in: &plan)
      processes.append(
        ProcessPlan(
          instances: planned, count: count(members.count), slots: plan.place(indices: own),
          factors: plan.place(own.map { 100 / slotAreas[$0] }),
          ions: ions, ionPlans: ionPlans, hasCurrents: hasCurrents,
          diameters: uses(.diameter, source) ? plan.place(members.map(diameter(ofProcess:))) : nil,
          areas: uses(.area, source) ? plan.place(own.map { slotAreas[$0] }) : nil,
          senders: senders, moves: moves, watches: watches, watchSlots: watchSlots,
          ties: TiePlan(of: planned, in: &plan)))
    }
  }

  /// What C calls a number of point processes. In large cells it is one of the indices, so that one with other
  /// synapses has the same code; small ones are faster where the compiler knows it.
  private mutating func count(_ number: Int) -> String {
    isUnrolled ? "\(number)" : "X[\(plan.place(indices: [number]))]"
  }

  /// A point process makes its own segment's ion such that a concentration that it uses is initialised and moves
  /// the reversal potential. Where only the style of a section's first segment is known, a density mechanism of
  /// the section has to do the same, so that all segments have that style.
  private func checkStyle(
    of ion: Mechanism.Ion, _ source: Mechanism, _ section: Int
  ) throws(SimulationError) {
    let known = settings.styles.indices.contains(section) ? settings.styles[section] : [:]
    let section = cell.sections[section]
    guard ion.usesConcentration, section.segments.count > 1,
      known[ion.name]?.count != section.segments.count
    else { return }
    let others = section.insertions.compactMap { mechanisms[$0.mechanism] }.flatMap {
      $0.ions.filter { $0.name == ion.name }
    }
    let isShared = others.contains {
      ion.writesConcentration ? $0.writesConcentration : $0.usesConcentration
    }
    guard isShared else {
      throw .unsupported(
        mechanism: source.name, block: "NEURON",
        construct:
          "a concentration of \(ion.name) where \(section.name) has several segments and no density "
          + "mechanism that uses it as well")
    }
  }

  /// The variables of a kind of point process that Vectors are played into.
  func playedNames(of kind: Int) -> Set<String> {
    Set(names(of: kind).filter { settings.played.contains("\(kinds[kind].name).\($0)") })
  }

  func names(of kind: Int) -> [String] {
    kinds[kind].variables.map(\.name)
  }

  func diameter(ofProcess index: Int) -> Double {
    let process = cell.pointProcesses[index]
    let section = cell.sections[process.section]
    return section.segments[section.segmentIndex(at: process.position)].diameter
  }
}

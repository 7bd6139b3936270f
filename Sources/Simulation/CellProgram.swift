import CellModel
import Mechanisms

/// A cell as a program: C code that runs it, the numbers that it begins with, and where what is in them.
///
/// The code follows NEURON's fixed step; `simulation.h` has the loop that it is part of.
package struct CellProgram: Sendable {
  /// Where one of the cell's point processes went: several may be one.
  package struct Instance: Sendable, Equatable {
    package let kind: Int
    package let index: Int
  }

  package enum EventOrders: Sendable {
    case ofNone
    /// Of those that it was sent by itself, as it takes no notice of others.
    case ofItsOwn
    case ofAll
  }

  package let source: String
  package private(set) var memory: [Double]
  package private(set) var indices: [Int32]
  /// By section, then by segment: the place in the memory of its potential; after the segments those of the
  /// ends x = 0 and x = 1.
  package let potentials: [[Int]]
  package let instances: [Instance]
  /// By kind of point process: of which of its events the order may matter to a NET_RECEIVE.
  package let eventOrders: [EventOrders]
  /// The point processes whose NET_RECEIVE reads what that of the other one sets: of both the order may matter.
  package let joined: [(reader: Instance, writer: Instance)]
  /// Whether trials can be run in the lanes of vectors (`NR_TOGETHER`): whatever they have in one place for all
  /// instances has to be the same in all trials.
  package let canRunTogether: Bool
  /// Where the weights of NetCons begin, `ProgramSettings.weightCount` of them.
  package let weights: Int

  let sets: [SetPlan]
  let processes: [ProcessPlan]
  let layout: CellLayout
  private let isFused: Bool

  /// Compiles a cell to C.
  ///
  /// - Parameters:
  ///   - cell: holds together (`validate()`); all of its sections and point processes.
  ///   - mechanisms: by name, at least those of the cell, ions excepted.
  ///   - settings: how it is computed.
  /// - Throws: `SimulationError`, for the first mechanism that cannot be compiled.
  package init(
    of cell: CellModel, mechanisms: [String: Mechanism], settings: ProgramSettings
  ) throws(SimulationError) {
    var emitter = try ProgramEmitter(cell, mechanisms, settings)
    source = try emitter.source()
    potentials = emitter.potentials
    instances = emitter.instances
    eventOrders = emitter.eventOrders
    joined = emitter.joined.pairs
    weights = emitter.weights
    canRunTogether = emitter.canRunTogether
    sets = emitter.sets
    processes = emitter.processes
    layout = emitter.layout
    isFused = emitter.settings.isFused
    (memory, indices) = ([], [])
    try point(&emitter)
    (memory, indices) = (emitter.plan.values, emitter.plan.indices)
  }

  /// Writes down where what POINTERs point to is.
  private func point(_ emitter: inout ProgramEmitter) throws(SimulationError) {
    for pointer in emitter.pointers {
      var places: [Int] = []
      let targets = pointer.owners.map { emitter.settings.pointers[$0] }
      for (owner, target) in zip(pointer.owners, targets) {
        // What is not set is not read.
        let place = target == nil ? emitter.voltage : offset(of: target, in: emitter.cell)
        guard let place else {
          throw emitter.refused(pointer, owner, "to what the engine does not keep,")
        }
        places.append(place)
      }
      emitter.plan.set(indices: places, at: pointer.places)
      if let areSet = pointer.areSet {
        emitter.plan.set(targets.map { $0 == nil ? 0 : 1 }, at: areSet)
      }
    }
  }

  private func offset(of target: PointerTarget?, in cell: CellModel) -> Int? {
    switch target {
    case .range("v", let section, let position) where position <= 0 || position >= 1:
      return potentials[section][cell.sections[section].segments.count + (position <= 0 ? 0 : 1)]
    case .range(let name, let section, let position):
      return offset(
        ofRangeVariable: name, section: section,
        segment: cell.sections[section].segmentIndex(at: position))
    case .member(let name, let process): return offset(ofMember: name, pointProcess: process)
    case .other, nil: return nil
    }
  }

  /// Where a range variable of a segment is in the memory; nil where it is not there, and in a fused program
  /// where it is a step ahead when it is recorded.
  ///
  /// - Parameters:
  ///   - name: as hoc has it: `m_hh`, `ena`, `v`; of an element of an array `x_mechanism[2]`.
  ///   - section: index of the cell's section.
  ///   - segment: index of the section's segment.
  package func offset(ofRangeVariable name: String, section: Int, segment: Int) -> Int? {
    if name == "v" { return potentials[section][segment] }
    guard let slot = layout.slots[layout.compartments.segments[section][segment]] else {
      return nil
    }
    let index = layout.set(ofSlot: slot)
    let place = slot - layout.sets[index].first
    let set = layout.sets[index]
    for (mechanism, found) in offsets(ofRangeVariable: name, inSet: index)
    where set.has(mechanism, at: place) {
      return found.map { $0 + place }
    }
    return nil
  }

  /// The same of all segments, one section after the other; not of potentials.
  package func offsets(ofRangeVariable name: String) -> [Int?] {
    let found = layout.sets.indices.map { offsets(ofRangeVariable: name, inSet: $0) }
    return layout.compartments.segments.joined().map { compartment in
      guard let slot = layout.slots[compartment] else { return nil }
      let index = layout.set(ofSlot: slot)
      if found[index].isEmpty { return nil }
      let set = layout.sets[index]
      let place = slot - set.first
      return found[index].first { set.has($0.mechanism, at: place) }?.offset.map { $0 + place }
    }
  }

  /// By mechanism of a set that has a range variable: where its first one is, nil where it is not in the memory.
  private func offsets(
    ofRangeVariable name: String, inSet index: Int
  ) -> [(mechanism: Int, offset: Int?)] {
    var offsets: [(mechanism: Int, offset: Int?)] = []
    for (mechanism, ion) in sets[index].ions {
      let quantity: Mechanism.IonQuantity? =
        switch name {
        case "e\(ion.name)": .reversal
        case "i\(ion.name)": .current
        case "\(ion.name)i": .inside
        case "\(ion.name)o": .outside
        default: nil
        }
      guard let quantity else { continue }
      let isThere =
        (quantity != .current || ion.hasCurrent)
        && !(isFused && isAhead(quantity, of: ion, inSet: index))
      offsets.append((mechanism, isThere ? ion.offset(of: quantity) : nil))
    }
    for (mechanism, instance) in sets[index].instances {
      if let found = Self.place(of: name, in: instance) {
        let isAhead = isFused && instance.isSetByCurrents(found.variable)
        offsets.append((mechanism, isAhead ? nil : found.offset))
      }
    }
    return offsets
  }

  /// Whether a fused pass sets a quantity for the next step before this one's is recorded.
  private func isAhead(_ quantity: Mechanism.IonQuantity, of ion: IonPlan, inSet index: Int) -> Bool
  {
    if quantity == .current || quantity == .reversal && ion.advancesReversal { return true }
    return sets[index].instances.values.contains { instance in
      instance.mechanism.variables.indices.contains {
        guard case .ion(let own, quantity) = instance.mechanism.variables[$0].role else {
          return false
        }
        return instance.mechanism.ions[own].name == ion.name && instance.isSetByCurrents($0)
      }
    }
  }

  /// The member by which a point process knows which source of events it is.
  package static let sender = "net_event()"

  /// Where a member of a point process is in the memory; nil where it is not there.
  package func offset(ofMember name: String, pointProcess: Int) -> Int? {
    let instance = instances[pointProcess]
    if name == Self.sender { return processes[instance.kind].senders.map { $0 + instance.index } }
    return Self.place(of: name, in: processes[instance.kind].instances).map {
      $0.offset + instance.index
    }
  }

  /// Where a GLOBAL is in the memory, by hoc's name, such as `minf_kv`; nil where it is not there or stays what it was.
  package func offset(ofGlobal name: String) -> Int? {
    for plan in sets.flatMap(\.instances.values) + processes.map(\.instances) {
      for (global, storage) in zip(plan.mechanism.globals, plan.globals)
      where "\(global.name)_\(plan.mechanism.name)" == name && global.count == 1 {
        switch storage {
        case .memory(let offset), .carried(_, let offset): return offset
        case .constant, .temporary: break
        }
      }
    }
    return nil
  }

  private static func place(
    of name: String, in plan: InstancePlan
  ) -> (variable: Int, offset: Int)? {
    let parts = name.split(separator: "[", maxSplits: 1)
    let element = parts.count == 2 ? Int(parts[1].dropLast()) : nil
    for (index, variable) in plan.mechanism.variables.enumerated()
    where InstancePlan.name(of: variable.name, of: plan.mechanism) == parts.first ?? "" {
      guard case .memory(let offset) = plan.storage[index], variable.count > (element ?? 0),
        (element == nil) == (parts.count == 1)
      else { continue }
      return (index, offset + (element ?? 0) * plan.room)
    }
    return nil
  }
}

/// What a set of compartments has.
struct SetPlan {
  /// By index into the cell's `mechanisms`, in the order in which they are computed.
  var order: [Int]
  var instances: [Int: InstancePlan]
  var ions: [Int: IonPlan]
  var diameters, areas: Int?
}

/// What the point processes of a kind have.
struct ProcessPlan {
  var instances: InstancePlan
  /// What C calls their number.
  var count: String
  /// Where in the indices their slots are.
  var slots: Int
  /// 100 / area: what makes nA to mA/cm².
  var factors: Int
  /// By ion of the mechanism, then by quantity: where in the indices its places in the memory are.
  var ions: [[Mechanism.IonQuantity: Int]]
  var ionPlans: [IonPlan?]
  /// By ion: whether its current has to be in the memory anywhere.
  var hasCurrents: [Bool]
  var diameters, areas: Int?
  /// Where each has the index of the source that it is, -1 for none, when net_event can be called.
  var senders: Int?
  /// Where it says which event net_move moves: its order, then its weights.
  var moves: Int?
  var watches: [Watch]
  /// Where each WATCH has its state, its flag and the order of its event.
  var watchSlots: Int?
  /// What of events at the same time is noted; nil where their order does not matter.
  var ties: TiePlan?
}

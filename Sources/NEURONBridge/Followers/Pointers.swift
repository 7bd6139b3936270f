import CNEURON
import CellModel

/// POINTERs to variables that go with the dendrites, and POINTERs of the dendrites' own mechanisms.
///
/// Whatever reads a dendritic variable, wherever it is, reads the same variable of the segment that its
/// place went to: a gap junction onto a dendrite stays one. A density mechanism of the dendrites that
/// points into its own segment does so in each segment of the cable; where all of its kind point to one
/// thing that stays, the cable's do too. What else a dendritic mechanism may mean cannot be known, and is
/// refused.
struct Pointers: Follower {
  /// Something that stays, or moves with its point process, and gets another target.
  private struct Reader {
    let pointer: Pointer
    let target: Target
  }

  /// What the segments of a cable point to.
  private enum Wiring: Equatable {
    case own(RangeVariable)
    case shared(neuron_datum)

    static func == (one: Wiring, other: Wiring) -> Bool {
      switch (one, other) {
      case (.own(let one), .own(let other)): one == other
      case (.shared(let one), .shared(let other)):
        one.row == other.row && one.storage == other.storage && one.index == other.index
      default: false
      }
    }
  }

  private struct CablePointer {
    let kind: PointerKinds.Kind
    let cable: Int
    let wiring: Wiring
    /// The first of those it was read from, for messages, and for what NEURON notes of its type.
    let owner: String
    let datum: neuron_datum
  }

  private let internals: Internals
  private let destinations: Destinations
  private var readers: [Reader] = []
  private var cablePointers: [CablePointer] = []

  /// Reads all POINTERs of the session; nothing is changed.
  ///
  /// - Throws: `BridgeError.pointer` for one that can neither follow nor be set anew.
  init(
    _ internals: Internals, _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    self.internals = internals
    self.destinations = destinations
    let kinds = try PointerKinds(internals)
    if kinds.densities.isEmpty && kinds.processes.isEmpty { return }
    for (className, kinds) in kinds.processes {
      try readProcesses(ofClass: className, kinds, variables)
    }
    for kind in kinds.densities { try readDensities(kind, variables) }
  }

  private mutating func readProcesses(
    ofClass className: String, _ kinds: [PointerKinds.Kind], _ variables: DendriticVariables
  ) throws(BridgeError) {
    let neuron = internals.neuron
    let original = destinations.original
    var processes: [ObjectReference] = []
    try neuron.forEachObject(ofClass: className) { processes.append($0) }
    if processes.isEmpty { return }
    try checkLayout(of: kinds)
    var indices: [ObjectReference: Int]?
    for process in processes {
      for pointer in internals.pointers(of: process, kinds) {
        guard let handle = pointer.target, let variable = try variables.variable(of: handle) else {
          continue
        }
        let known = indices ?? original.synapses.firstIndices()
        indices = known
        // What goes with the dendrites needs no target any more.
        if let index = known[process], destinations.isGivenUp(index) { continue }
        try add(
          pointer, to: variable, ownedBy: "\(pointer.kind.name) of \(internals.name(of: process))")
      }
    }
  }

  private mutating func readDensities(
    _ kind: PointerKinds.Kind, _ variables: DendriticVariables
  ) throws(BridgeError) {
    let neuron = internals.neuron
    let original = destinations.original
    let indices = original.sections.firstIndices()
    var hasLayout = false
    for section in neuron.allSections() {
      let count = Int(neuron.api.segment_count(section))
      for segment in 0..<count {
        let position = Section.center(ofSegment: segment, segmentCount: count)
        guard let pointer = internals.pointer(kind, in: section, at: position) else { break }
        if !hasLayout { try checkLayout(of: [kind]) }
        hasLayout = true
        guard let handle = pointer.target else { continue }
        let variable = try variables.variable(of: handle)
        let owner = "\(kind.name) of \(neuron.name(of: section))(\(positionText(position)))"
        if let index = indices[section], destinations.reduction.replacement.contains(index) {
          let place = DendriticVariables.Place(section: index, position: position)
          try add(pointer, at: place, to: variable, ownedBy: owner)
        } else if let variable {
          try add(pointer, to: variable, ownedBy: owner)
        }
      }
    }
  }

  private func checkLayout(of kinds: [PointerKinds.Kind]) throws(BridgeError) {
    guard LayoutTest.result(internals).pointers else {
      throw .unreadablePointers(name: kinds.first?.name ?? "POINTER")
    }
  }

  /// One that stays.
  private mutating func add(
    _ pointer: Pointer, to variable: DendriticVariables.Variable, ownedBy owner: String
  ) throws(BridgeError) {
    guard let target = destinations.target(of: variable) else {
      throw .pointer(
        owner: owner, target: destinations.text(of: variable),
        expected: "a variable that the reduced cell has too")
    }
    readers.append(Reader(pointer: pointer, target: target))
  }

  /// One of a dendrite's segment, which goes, and which segments of a cable stand for.
  private mutating func add(
    _ pointer: Pointer, at place: DendriticVariables.Place,
    to variable: DendriticVariables.Variable?, ownedBy owner: String
  ) throws(BridgeError) {
    let wiring: Wiring
    switch variable {
    case .range(let variable, _, place): wiring = .own(variable)
    case nil: wiring = .shared(pointer.datum.pointee)
    case let variable?:
      throw .pointer(
        owner: owner, target: destinations.text(of: variable),
        expected: "a variable of its own segment, or one thing for all its kind")
    }
    let cable = destinations.destination(of: place).cable
    let first = cablePointers.first {
      $0.cable == cable && $0.kind.mechanism == pointer.kind.mechanism
        && $0.kind.index == pointer.kind.index
    }
    guard let first else {
      cablePointers.append(
        CablePointer(
          kind: pointer.kind, cable: cable, wiring: wiring, owner: owner,
          datum: pointer.datum.pointee))
      return
    }
    guard first.wiring == wiring else {
      throw .pointer(
        owner: owner, target: "something else than \(first.owner) does",
        expected: "a variable of its own segment, or one thing for all its kind")
    }
  }

  // MARK: changes

  func apply(_ cables: [SectionReference], _ undo: inout Undo) {
    for reader in readers {
      guard let handle = internals.handle(of: reader.target, in: cables) else { continue }
      set(reader.pointer, handle, typeOf: reader.pointer.datum.pointee, &undo)
    }
    for pointer in cablePointers {
      let section = cables[pointer.cable]
      let count = destinations.reduction.cables[pointer.cable].segmentCount
      for segment in 0..<count {
        let position = Section.center(ofSegment: segment, segmentCount: count)
        guard let own = internals.pointer(pointer.kind, in: section, at: position) else { continue }
        switch pointer.wiring {
        case .own(let variable):
          set(
            own, internals.handle(of: variable, in: section, at: position), typeOf: pointer.datum,
            &undo)
        case .shared(var datum):
          set(own, neuron_datum_shared(&datum), typeOf: datum, &undo)
        }
      }
    }
  }

  private func set(
    _ pointer: Pointer, _ handle: neuron_handle, typeOf typed: neuron_datum, _ undo: inout Undo
  ) {
    let before = pointer.datum.pointee
    undo.record { pointer.datum.pointee = before }
    if let held = pointer.target { undo.releases(held) { pointer.datum.pointee.row } }
    pointer.datum.pointee = neuron_datum(
      row: handle.row, control: handle.control, storage: handle.storage, type: typed.type,
      dimension: handle.dimension, index: handle.index)
  }
}

/// A position as people write it: 0.5, 0.166667.
func positionText(_ position: Double) -> String {
  let rounded = (position * 1e6).rounded() / 1e6
  return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}

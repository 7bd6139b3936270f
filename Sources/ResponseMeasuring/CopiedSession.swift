import CNEURON
import NEURONBridge

/// The session of a copy of the process, in which nothing is left but what is measured.
struct CopiedSession {
  let neuron: NEURON
  /// Where synapses wait when the sections that they are on go.
  private let haven: SectionReference

  /// Takes out of NEURON all but the subjects that are needed themselves.
  init(_ neuron: NEURON, clearingAllBut groups: [SubjectGroup]) throws(BridgeError) {
    self.neuron = neuron
    try Self.destroyHandlers(neuron)
    guard let haven = neuron.api.section_new("neuron_reduce_haven") else {
      throw .neuron(doing: "making a section", message: "there is none")
    }
    self.haven = haven
    neuron.api.section_ref(haven)
    try neuron.execute(Self.procedures, doing: "defining procedures")
    try neuron.with(section: haven) { () throws(BridgeError) in
      try neuron.call(neuron.symbol("neuron_reduce_clear"))
    }
    for group in groups {
      guard let first = group.subjects.first else { continue }
      let canBeMade = group.like.isEmpty ? try self.canBeMade(first.className) : false
      let sample = Set(group.sample)
      for (index, subject) in group.subjects.enumerated() {
        if canBeMade { subject.values = try values(of: subject) }
        if canBeMade || !group.like.isEmpty { subject.another = nil }
        if !sample.contains(index), group.like.isEmpty {
          subject.synapse = nil
          subject.another = nil
        }
      }
      try putBack(group.subjects)
    }
    for section in neuron.allSections() where section != haven { neuron.delete(section) }
  }

  /// Puts synapses where they stay when the sections that they are on go, with their values.
  func putBack(_ subjects: [Subject]) throws(BridgeError) {
    for subject in subjects {
      for instance in [subject.synapse, subject.another].compactMap(\.self) {
        try neuron.place(instance, on: haven)
      }
    }
  }

  /// In the accessed section NEURON keeps what events come from, since it initialises that, and takes none that
  /// is nowhere. NetStims without targets would take half of the time.
  private static let procedures = """
    objref neuron_reduce_list, neuron_reduce_none, neuron_reduce_one, neuron_reduce_context, neuron_reduce_solver
    proc neuron_reduce_clear() { local i
      neuron_reduce_context = new ParallelContext()
      neuron_reduce_context.gid_clear()
      neuron_reduce_solver = new CVode()
      neuron_reduce_solver.active(0)
      neuron_reduce_solver.use_fast_imem(0)
      secondorder = 0
      stoprun = 0
      neuron_reduce_list = new List("Vector")
      for i = 0, neuron_reduce_list.count() - 1 {
        neuron_reduce_list.o(i).play_remove()
        neuron_reduce_solver.record_remove(neuron_reduce_list.o(i))
      }
      neuron_reduce_list = new List("NetCon")
      for i = 0, neuron_reduce_list.count() - 1 {
        neuron_reduce_list.o(i).setpost(neuron_reduce_none)
        neuron_reduce_one = neuron_reduce_list.o(i).pre()
        if (object_id(neuron_reduce_one)) if (neuron_reduce_one.has_loc()) neuron_reduce_one.loc(0.5)
      }
      neuron_reduce_one = neuron_reduce_none
      neuron_reduce_list = new List("NetStim")
      for i = 0, neuron_reduce_list.count() - 1 neuron_reduce_list.o(i).number = 0
      neuron_reduce_list = neuron_reduce_none
    }
    obfunc neuron_reduce_netcon() { localobj made
      made = new NetCon(neuron_reduce_none, $o1)
      return made
    }
    """

  /// The user's handlers, which a copy is not to call once more, whoever refers to them.
  private static func destroyHandlers(_ neuron: NEURON) throws(BridgeError) {
    var found: [ObjectReference] = []
    try neuron.forEachObject(ofClass: "FInitializeHandler") { found.append($0) }
    for object in found {
      // An object begins with the number of references to it.
      UnsafeMutableRawPointer(object).storeBytes(of: 1, as: Int32.self)
      neuron.api.object_unref(object)
    }
  }

  /// The values of a synapse, for instances that are made like it.
  private func values(of subject: Subject) throws(BridgeError) -> [ObjectReference] {
    guard let synapse = subject.synapse else { return [] }
    return try [1.0, 2].map { kind throws(BridgeError) in
      let standard = try neuron.newObject(
        "MechanismStandard", .string(HocString(subject.className)), .number(kind))
      try neuron.perform("in", of: standard, [.object(synapse)])
      return standard
    }
  }

  /// Whether instances of a class can be made that are like a user's: where none of its variables is a POINTER,
  /// which a copy of its values would not set.
  private func canBeMade(_ className: String) throws(BridgeError) -> Bool {
    var named: Set<String> = []
    for kind in [1.0, 2, 3] { named.formUnion(try variables(className, kind)) }
    let others = try variables(className, 0).filter { !named.contains($0) }
    guard !others.isEmpty else { return true }
    let instance = try neuron.with(section: haven) { () throws(BridgeError) in
      try neuron.newObject(className, .number(0.5))
    }
    defer { neuron.api.object_unref(instance) }
    for name in others {
      if isPointer(name, of: instance) { return false }
    }
    return true
  }

  /// What cannot be set to point somewhere is none.
  private func isPointer(_ name: String, of instance: ObjectReference) -> Bool {
    (try? neuron.execute(
      "proc neuron_reduce_point() { setpointer $o1.\(name), t }", doing: "")) != nil
      && (try? neuron.call(neuron.symbol("neuron_reduce_point"), .object(instance))) != nil
  }

  private func variables(_ className: String, _ kind: Double) throws(BridgeError) -> [String] {
    let standard = try neuron.newObject(
      "MechanismStandard", .string(HocString(className)), .number(kind))
    defer { neuron.api.object_unref(standard) }
    let text = HocString()
    let count = try neuron.call(neuron.method("count", of: standard), of: standard).count
    let name = try neuron.method("name", of: standard)
    return try (0..<count).map { index throws(BridgeError) in
      try neuron.call(name, of: standard, .string(text), .number(Double(index)))
      return text.text
    }
  }
}

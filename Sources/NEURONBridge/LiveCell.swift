import CNEURON
import CellModel
import Reduction

/// What a caller names of a cell in the session: sections and objects by NEURON's own references.
package struct LiveCellReferences {
  /// For messages.
  package let name: String
  /// SectionLists: the soma's sections, and which sections are apical and axon.
  package let soma, apical, axonal: ObjectReference
  /// Point processes, and the NetCons that target them, one for one.
  package let synapses, connections: [ObjectReference]
  /// Whether the point processes are all that count, and NetCons are none of the reader's business: for a
  /// cell that is simulated, not reduced.
  package let isWhole: Bool
  /// Whether the list is all there is to say of what is apical, or axon; else names say what it does not.
  package let isApicalGiven, isAxonGiven: Bool

  package init(
    name: String, soma: ObjectReference, apical: ObjectReference, axonal: ObjectReference,
    synapses: [ObjectReference], connections: [ObjectReference], isWhole: Bool = false,
    isApicalGiven: Bool = false, isAxonGiven: Bool = false
  ) {
    self.name = name
    self.soma = soma
    self.apical = apical
    self.axonal = axonal
    self.synapses = synapses
    self.connections = connections
    self.isWhole = isWhole
    self.isApicalGiven = isApicalGiven
    self.isAxonGiven = isAxonGiven
  }
}

/// A cell that was read, with what leads from its value back to the session: the section, synapse and
/// NetCon behind each index of the model.
package struct LiveCell {
  package private(set) var model: CellModel
  /// How many of the model's point processes, the first ones, the caller listed.
  package let listedCount: Int
  /// For the model's connections, the first ones, their places in the caller's list.
  package let listedConnections: [Int]
  package let neuron: NEURON
  package let sections: [SectionReference]
  /// The objects behind the model's point processes and connections, index by index. Those that the
  /// caller listed are the caller's to keep alive.
  package let synapses, connections: [ObjectReference]
  private let held: HeldSections

  /// Reads a cell of the session; nothing is changed.
  ///
  /// - Throws: `BridgeError`, naming the section or list element at fault.
  package init(_ references: LiveCellReferences) throws(BridgeError) {
    let neuron = try NEURON()
    KeptInstances.releaseOrphans(in: neuron)
    self = try CellReader(neuron, references).read()
    try neuron.check(doing: "reading the cell")
  }

  init(
    model: CellModel, listedCount: Int, listedConnections: [Int], neuron: NEURON,
    sections: [SectionReference], synapses: [ObjectReference], connections: [ObjectReference]
  ) {
    self.model = model
    self.listedCount = listedCount
    self.listedConnections = listedConnections
    self.neuron = neuron
    self.sections = sections
    self.synapses = synapses
    self.connections = connections
    held = HeldSections(neuron, sections)
  }

  /// The density mechanisms of the dendrites that may be leaks, by name; empty where most dendritic
  /// sections have a leak that is known.
  package var possibleLeaks: [String] {
    let dendrites = model.sections.indices.filter { model.sections[$0].role.isDendritic }
    let having = dendrites.count { model.leakDensities(ofSection: $0) != nil }
    guard 2 * having < dendrites.count else { return [] }
    let known = Set(model.leaks.map(\.mechanism))
    let inserted = Set(dendrites.flatMap { model.sections[$0].insertions.map(\.mechanism) })
    return inserted.subtracting(known).sorted().map { model.mechanisms[$0] }
      .filter { !$0.isIon && $0.valueCount > 0 }.map(\.name)
  }

  /// Says which conductances are leaks, beside that of pas where the cell has it.
  ///
  /// - Throws: `BridgeError.leak` for names of nothing in the cell.
  package mutating func setLeaks(_ leaks: [NamedLeak]) throws(BridgeError) {
    let named = try leaks.map { named throws(BridgeError) in try named.leak(of: model) }
    let passive = Leak.passive(among: model.mechanisms).flatMap { passive in
      named.contains { $0.mechanism == passive.mechanism } ? nil : passive
    }
    model.leaks = named + (passive.map { [$0] } ?? [])
  }

  /// The mean rates in Hz of the caller's connections, in the caller's order; nil where one is not
  /// known.
  package var listedRates: [Double?] {
    listedConnections.indices.map { model.connections[$0].meanRate }
  }

  /// The sections that what is collapsed begins with, by their indices.
  ///
  /// - Throws: `BridgeError.reduction` for a scope without a meaning for the cell.
  package func stems(of scope: ReductionScope) throws(BridgeError) -> [Int] {
    do {
      return try scope.stems(of: model)
    } catch {
      throw .reduction(error)
    }
  }

  /// Appends them to a SectionList.
  package func appendStems(
    of scope: ReductionScope, to list: ObjectReference
  ) throws(BridgeError) {
    try appendSections(stems(of: scope), to: list)
  }

  /// Appends all sections, in the order of the model.
  ///
  /// - Throws: `BridgeError.changedMeanwhile`.
  package func appendSections(to list: ObjectReference) throws(BridgeError) {
    try appendSections(Array(sections.indices), to: list)
  }

  /// Appends what is attached to the dendrites and was in no list of the caller's to two Lists.
  ///
  /// - Throws: `BridgeError.changedMeanwhile`.
  package func appendUnlisted(
    processes: ObjectReference, connections: ObjectReference
  ) throws(BridgeError) {
    try checkThatSessionIsAsRead()
    for synapse in synapses.dropFirst(listedCount) {
      try neuron.perform("append", of: processes, [.object(synapse)])
    }
    for connection in self.connections.dropFirst(listedConnections.count) {
      try neuron.perform("append", of: connections, [.object(connection)])
    }
  }

  private func appendSections(
    _ indices: [Int], to list: ObjectReference
  ) throws(BridgeError) {
    try checkThatSessionIsAsRead()
    let append = try neuron.method("append", of: list)
    for index in indices {
      try neuron.with(section: sections[index]) { () throws(BridgeError) in
        try neuron.call(append, of: list)
      }
    }
  }

  /// - Throws: `BridgeError.changedMeanwhile` where a section or a synapse that was read is gone, or a
  ///   section has other segments.
  func checkThatSessionIsAsRead() throws(BridgeError) {
    for (section, value) in zip(sections, model.sections) {
      guard neuron.api.section_is_active(section) else {
        throw .changedMeanwhile(what: "\(value.name) was deleted")
      }
      guard Int(neuron.api.segment_count(section)) == value.segments.count else {
        throw .changedMeanwhile(what: "\(value.name) has other segments")
      }
    }
    try checkUnlisted()
    for (index, synapse) in synapses.enumerated()
    where !neuron.api.point_process_is_placed(synapse) {
      let kind = model.pointProcessKinds[model.pointProcesses[index].kind].name
      throw .changedMeanwhile(what: "a \(kind) is on no section any more")
    }
  }

  /// Those that are in no list may have been destroyed: they are looked for among what there is.
  private func checkUnlisted() throws(BridgeError) {
    var expected: [String: Set<ObjectReference>] = [:]
    for index in synapses.indices.dropFirst(listedCount) {
      let kind = model.pointProcessKinds[model.pointProcesses[index].kind].name
      expected[kind, default: []].insert(synapses[index])
    }
    let unlisted = connections.dropFirst(listedConnections.count)
    if !unlisted.isEmpty { expected["NetCon"] = Set(unlisted) }
    for (kind, objects) in expected {
      var missing = objects
      try neuron.forEachObject(ofClass: kind) { object throws(BridgeError) in missing.remove(object)
      }
      guard missing.isEmpty else {
        throw .changedMeanwhile(what: "a \(kind) was destroyed")
      }
    }
  }
}

/// Keeps sections' memory from being given to others as long as it lives. What a script deletes is
/// deleted all the same.
private final class HeldSections {
  private let neuron: NEURON
  private let sections: [SectionReference]

  init(_ neuron: NEURON, _ sections: [SectionReference]) {
    self.neuron = neuron
    self.sections = sections
    for section in sections { neuron.api.section_ref(section) }
  }

  deinit {
    for section in sections { neuron.api.section_unref(section) }
  }
}

import CNEURON
import CellModel
import Reduction

/// Builds a reduced cell in the session and moves the synapses and NetCons of the original to it.
///
/// All or nothing: every change can be taken back, and is when a step fails.
struct ReducedCellBuilder {
  private let neuron: NEURON
  private let original: LiveCell
  private let reduction: Reduction
  private let building: Building
  private let followers: Followers
  private let sectionBuilder: SectionBuilder

  init(_ live: LiveReduction, _ building: Building, _ followers: Followers) {
    neuron = live.cell.neuron
    original = live.cell
    reduction = live.reduction
    self.building = building
    self.followers = followers
    sectionBuilder = SectionBuilder(live, building)
  }

  /// Builds the cell, beside what it replaces of the original's dendrites, in a session that is as it was read.
  ///
  /// - Throws: `BridgeError`; the session is then as it was.
  func build() throws(BridgeError) {
    try Undo.allOrNothing(build)
  }

  /// Deletes what is replaced of the original's dendrites, with the synapses that were merged into others still on
  /// them: the one step that cannot be taken back, and that cannot fail.
  func deleteOriginal() {
    for index in original.sections.indices.reversed() where reduction.replacement.contains(index) {
      neuron.delete(original.sections[index])
    }
  }

  private func build(_ undo: inout Undo) throws(BridgeError) {
    let instance = building.instance
    undo.record { sectionBuilder.deleteSectionsOfInstance() }
    // What an init of the user's creates is not part of the reduced cell.
    sectionBuilder.deleteSectionsOfInstance()

    let cables = try sectionBuilder.create(reduction.cableNames)
    let sections = reduction.origins.map { origin in
      switch origin {
      case .kept(let index): original.sections[index]
      case .cable(let index): cables[index]
      }
    }
    for (section, (origin, model)) in zip(
      sections, zip(reduction.origins, reduction.reduced.sections))
    {
      switch origin {
      case .cable: try sectionBuilder.furnish(section, as: model, in: sections)
      case .kept(let index):
        try reattach(section, as: model, in: sections, originally: index, &undo)
      }
    }
    try sectionBuilder.fillSectionLists(sections, isOfInstance: reduction.origins.map(\.isCable))
    followers.protect(&undo)
    try moveSynapses(to: cables, &undo)
    try retargetConnections(&undo)
    setWeights(&undo)
    try followers.apply(cables, &undo)
    if building.isNamed { try PublishedName.give(to: instance, in: neuron, &undo) }
    try neuron.check(doing: "building the reduced cell")
    let soma = zip(original.sections, original.model.sections).filter { $0.1.role == .soma }.map(
      \.0)
    KeptInstances.keep(instance, with: soma, cables, in: neuron)
  }

  /// Moves an axon that leaves from a dendrite to the cable that replaces the dendrite.
  private func reattach(
    _ section: SectionReference, as model: Section, in sections: [SectionReference],
    originally index: Int, _ undo: inout Undo
  ) throws(BridgeError) {
    guard let before = original.model.sections[index].attachment,
      reduction.replacement.contains(before.parent)
    else { return }
    let disconnect = try neuron.symbol("disconnect")
    func disconnected() throws(BridgeError) {
      try neuron.with(section: section) { () throws(BridgeError) in try neuron.call(disconnect) }
    }
    undo.record {
      _ = try? disconnected()
      sectionBuilder.connect(section, by: before, in: original.sections)
    }
    try disconnected()
    sectionBuilder.connect(section, by: model.attachment, in: sections)
  }

  private func moveSynapses(
    to cables: [SectionReference], _ undo: inout Undo
  ) throws(BridgeError) {
    var methods = [SymbolReference?](repeating: nil, count: original.model.pointProcessKinds.count)
    var moved: [(synapse: Int, method: SymbolReference)] = []
    undo.record {
      // In the order of the moves, which leaves the synapses of a segment in the order they had.
      for (synapse, method) in moved {
        let before = original.model.pointProcesses[synapse]
        _ = try? place(
          original.synapses[synapse], method, original.sections[before.section], before.position)
      }
    }
    for (survivor, process) in zip(reduction.survivors, reduction.reduced.pointProcesses) {
      guard case .cable(let target) = reduction.pointProcessFates[survivor].site else { continue }
      let synapse = original.synapses[survivor]
      let known = methods[process.kind]
      let method = if let known { known } else { try neuron.method("loc", of: synapse) }
      methods[process.kind] = method
      try place(synapse, method, cables[target.cable], process.position)
      moved.append((survivor, method))
    }
  }

  private func place(
    _ synapse: ObjectReference, _ method: SymbolReference, _ section: SectionReference,
    _ position: Double
  ) throws(BridgeError) {
    try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.call(method, of: synapse, .number(position))
    }
  }

  /// Targets the NetCons of merged synapses at the synapses that stand for them.
  ///
  /// Only targets that differ are set: NEURON ends the process, some time later, when a NetCon was
  /// given the target it already has.
  private func retargetConnections(_ undo: inout Undo) throws(BridgeError) {
    guard let first = original.connections.first else { return }
    let method = try neuron.method("setpost", of: first)
    var changed: [(connection: ObjectReference, before: ObjectReference)] = []
    undo.record {
      for (connection, before) in changed {
        _ = try? neuron.call(method, of: connection, .object(before))
      }
    }
    changed.reserveCapacity(original.connections.count)
    for (connection, model) in zip(original.connections, original.model.connections) {
      let before = original.synapses[model.target]
      let after = original.synapses[reduction.pointProcessFates[model.target].representative]
      guard after != before else { continue }
      try neuron.call(method, of: connection, .object(after))
      changed.append((connection, before))
    }
  }

  /// Sets the weights that the reduction changed.
  private func setWeights(_ undo: inout Undo) {
    let weight = HocString("weight")
    var changed: [(connection: ObjectReference, before: Double)] = []
    undo.record {
      for (connection, before) in changed {
        neuron.api.set_property_element(connection, weight.cString, 0, before)
      }
    }
    for (connection, (before, after)) in zip(
      original.connections,
      zip(original.model.connections, reduction.reduced.connections))
    {
      guard let old = before.weights.first, let new = after.weights.first, old != new else {
        continue
      }
      neuron.api.set_property_element(connection, weight.cString, 0, new)
      changed.append((connection, old))
    }
  }
}

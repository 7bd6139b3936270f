import CNEURON
import CellModel
import Reduction

/// Builds a reduced cell in the session and moves the synapses and NetCons of the original to it.
///
/// All or nothing: every change can be taken back, and is when a step fails.
package struct ReducedCellBuilder {
  private let neuron: NEURON
  private let original: LiveCell
  private let reduction: Reduction
  private let followers: Followers

  package init(
    _ neuron: NEURON, original: LiveCell, reduction: Reduction, followers: Followers
  ) {
    self.neuron = neuron
    self.original = original
    self.reduction = reduction
    self.followers = followers
  }

  /// Builds the cell, beside the original's dendrites.
  ///
  /// - Parameters:
  ///   - template: what the cell is an instance of.
  ///   - list: a List object that the new instance is appended to.
  /// - Throws: `BridgeError`; the session is then as it was, but for the template that is built in.
  package func build(
    in template: ReducedTemplate, appendingTo list: ObjectReference
  ) throws(BridgeError) {
    try template.prepare(in: neuron)
    var undo = Undo()
    do {
      try build(in: template, appendingTo: list, &undo)
    } catch {
      undo.rollBack()
      throw error
    }
  }

  private func build(
    in template: ReducedTemplate, appendingTo list: ObjectReference, _ undo: inout Undo
  ) throws(BridgeError) {
    let existing = Set(neuron.allSections())
    undo.record {
      for section in neuron.allSections() where !existing.contains(section) {
        neuron.delete(section)
      }
    }
    let instance = try template.instantiate(in: neuron)
    defer { neuron.api.object_unref(instance) }
    // What an init of the user's creates is not part of the reduced cell.
    for section in neuron.allSections() where !existing.contains(section) { neuron.delete(section) }

    let cables = try createCables(in: instance, template, existing: existing)
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
      case .cable: try furnish(section, as: model, in: sections)
      case .kept(let index):
        try reattach(section, as: model, in: sections, originally: index, &undo)
      }
    }
    try fillSectionLists(of: instance, sections, template)
    followers.protect(&undo)
    try moveSynapses(to: cables, &undo)
    try retargetConnections(&undo)
    setWeights(&undo)
    try followers.apply(cables: cables, &undo)
    try neuron.call(neuron.method("append", of: list), of: list, .object(instance))
  }

  /// Creates the cables' sections in the instance, in the order of the reduction's cables.
  private func createCables(
    in instance: ObjectReference, _ template: ReducedTemplate,
    existing: Set<SectionReference>
  ) throws(BridgeError) -> [SectionReference] {
    let names = zip(reduction.origins, reduction.reduced.sections).compactMap { origin, section in
      if case .cable = origin { section.name } else { nil }
    }
    for kind in ["apic", "dend"] {
      let count = names.count { $0.hasPrefix(kind) }
      guard count > 0 else { continue }
      do throws(BridgeError) {
        try neuron.execute("create \(kind)[\(count)]", in: instance)
      } catch {
        throw template.problem(error)
      }
    }
    var byName: [String: SectionReference] = [:]
    for section in neuron.allSections() where !existing.contains(section) {
      byName[String(neuron.name(of: section).split(separator: ".").last ?? "")] = section
    }
    return try names.map { name throws(BridgeError) in
      guard let section = byName[name] else {
        throw .template(name: template.name, problem: "\(name) was not created in it")
      }
      return section
    }
  }

  /// Gives a cable its shape, mechanisms and parameters, and attaches it to the soma.
  private func furnish(
    _ section: SectionReference, as model: Section, in sections: [SectionReference]
  ) throws(BridgeError) {
    neuron.api.section_set_length(section, model.length)
    neuron.api.set_segment_count(section, Int32(model.segments.count))
    neuron.api.section_set_axial_resistivity(section, model.axialResistivity)
    let capacitance = try neuron.symbol("cm")
    let centers = model.segments.indices.map { model.center(ofSegment: $0) }
    for (center, segment) in zip(centers, model.segments) {
      neuron.api.segment_set_diameter(section, center, segment.diameter)
      neuron.api.set_range_variable(capacitance, section, center, segment.capacitance)
    }
    connect(section, by: model.attachment, in: sections)

    // Channels bring their ions along with default values, so all are inserted before any is set.
    for insertion in model.insertions {
      let name = reduction.reduced.mechanisms[insertion.mechanism].name
      neuron.api.mechanism_insert(section, try neuron.symbol(name))
    }
    try neuron.with(section: section) { () throws(BridgeError) in
      for insertion in model.insertions {
        let kind = reduction.reduced.mechanisms[insertion.mechanism]
        let parameters = try MechanismParameters(neuron, of: kind)
        defer { parameters.close() }
        for (center, values) in zip(centers, insertion.values) {
          try parameters.set(values, in: section, at: center)
        }
      }
    }
  }

  /// Moves an axon that leaves from a dendrite to the cable that replaces the dendrite.
  private func reattach(
    _ section: SectionReference, as model: Section, in sections: [SectionReference],
    originally index: Int, _ undo: inout Undo
  ) throws(BridgeError) {
    guard let before = original.model.sections[index].attachment,
      original.model.sections[before.parent].role.isDendritic
    else { return }
    let disconnect = try neuron.symbol("disconnect")
    func disconnected() throws(BridgeError) {
      try neuron.with(section: section) { () throws(BridgeError) in try neuron.call(disconnect) }
    }
    undo.record {
      _ = try? disconnected()
      connect(section, by: before, in: original.sections)
    }
    try disconnected()
    connect(section, by: model.attachment, in: sections)
  }

  private func connect(
    _ section: SectionReference, by attachment: Section.Attachment?,
    in sections: [SectionReference]
  ) {
    guard let attachment else { return }
    neuron.api.section_connect(
      section, attachment.ownEnd, sections[attachment.parent], attachment.position)
  }

  private func fillSectionLists(
    of instance: ObjectReference, _ sections: [SectionReference], _ template: ReducedTemplate
  ) throws(BridgeError) {
    do throws(BridgeError) {
      for (section, model) in zip(sections, reduction.reduced.sections) {
        let list =
          switch model.role {
          case .soma: "somatic"
          case .axon: "axonal"
          case .apical: "apical"
          case .basal: "basal"
          }
        // Templates written for neuron-reduce 0.0.7 need no axonal.
        let lists: [String] = [list, "all"].filter { neuron.api.method_symbol(instance, $0) != nil }
        guard lists.contains(list) || list == "axonal" else {
          throw .template(name: template.name, problem: "it has no '\(list)'")
        }
        try neuron.with(section: section) { () throws(BridgeError) in
          for list in lists { try neuron.execute("\(list).append()", in: instance) }
        }
      }
      try checkPublicNames(of: instance)
    } catch {
      throw template.problem(error)
    }
  }

  /// Reaches for the instance's lists and sections as a user's script will.
  private func checkPublicNames(of instance: ObjectReference) throws(BridgeError) {
    let roles = Set(reduction.cables.map(\.role))
    let reaches =
      ReducedTemplate.sectionLists
      .filter { $0 != "axonal" || neuron.api.method_symbol(instance, $0) != nil }
      .map { "forsec $o1.\($0) { }" }
      + (roles.contains(.apical) ? ["$o1.apic[0] { }"] : [])
      + (roles.contains(.basal) ? ["$o1.dend[0] { }"] : [])
    let check = "neuron_reduce_check"
    try neuron.execute(
      "proc \(check)() {\n\(reaches.joined(separator: "\n"))\n}", doing: "defining \(check)")
    try neuron.call(neuron.symbol(check), .object(instance))
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

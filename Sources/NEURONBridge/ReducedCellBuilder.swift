import CNEURON
import CellModel
import Reduction

/// Builds a reduced cell in the session and moves the synapses and NetCons of the original to it.
///
/// All or nothing: until the original's dendrites are deleted, which is the last step and cannot
/// fail, every change can be taken back, and is when a step fails.
package struct ReducedCellBuilder {
  private let neuron: NEURON
  private let original: LiveCell
  private let reduction: Reduction

  package init(_ neuron: NEURON, original: LiveCell, reduction: Reduction) {
    self.neuron = neuron
    self.original = original
    self.reduction = reduction
  }

  /// Builds the cell and deletes the original's dendrites.
  ///
  /// - Parameters:
  ///   - template: what the cell is an instance of.
  ///   - list: a List object that the new instance is appended to.
  /// - Throws: `BridgeError`; the session is then as it was, but for a template that was loaded.
  package func build(
    in template: ReducedTemplate, appendingTo list: ObjectReference
  ) throws(BridgeError) {
    var undo = Undo()
    do {
      try build(in: template, appendingTo: list, &undo)
    } catch {
      undo.rollBack()
      throw error
    }
    for section in original.dendrites.reversed() { neuron.delete(section) }
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
    for (index, cable) in cables.enumerated() { try furnish(cable, index: index) }
    try fillSectionLists(of: instance, cables, template)
    try moveSynapses(to: cables, &undo)
    try retargetConnections(&undo)
    try neuron.call(neuron.method("append", of: list), of: list, .object(instance))
  }

  /// Creates the cables' sections in the instance, in the order of the reduction's cables.
  private func createCables(
    in instance: ObjectReference, _ template: ReducedTemplate,
    existing: Set<SectionReference>
  ) throws(BridgeError) -> [SectionReference] {
    let names = reduction.reduced.sections.suffix(reduction.cables.count).map(\.name)
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
  private func furnish(_ section: SectionReference, index: Int) throws(BridgeError) {
    let cable = reduction.cables[index]
    let model = reduction.reduced.sections[reduction.keptSections.count + index]
    neuron.api.section_set_length(section, model.length)
    neuron.api.set_segment_count(section, Int32(cable.segmentCount))
    neuron.api.section_set_axial_resistivity(section, model.axialResistivity)
    let capacitance = try neuron.symbol("cm")
    let centers = model.segments.indices.map { model.center(ofSegment: $0) }
    for (center, segment) in zip(centers, model.segments) {
      neuron.api.segment_set_diameter(section, center, segment.diameter)
      neuron.api.set_range_variable(capacitance, section, center, segment.capacitance)
    }
    neuron.api.section_connect(
      section, 0, original.sections[cable.attachment.parent], cable.attachment.position)

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

  private func fillSectionLists(
    of instance: ObjectReference, _ cables: [SectionReference], _ template: ReducedTemplate
  ) throws(BridgeError) {
    let kept = reduction.keptSections.map { original.sections[$0] }
    do throws(BridgeError) {
      for (section, model) in zip(kept + cables, reduction.reduced.sections) {
        let list =
          switch model.role {
          case .soma: "somatic"
          case .axon: "axonal"
          case .apical: "apical"
          case .basal: "basal"
          }
        try neuron.with(section: section) { () throws(BridgeError) in
          try neuron.execute("{ \(list).append() all.append() }", in: instance)
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
      ReducedTemplate.sectionLists.map { "forsec $o1.\($0) { }" }
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
    for (survivor, process) in zip(reduction.survivors, reduction.reduced.pointProcesses) {
      guard case .cable(let target) = reduction.pointProcessFates[survivor].site else { continue }
      let synapse = original.synapses[survivor]
      let known = methods[process.kind]
      let method = if let known { known } else { try neuron.method("loc", of: synapse) }
      methods[process.kind] = method
      let before = original.model.pointProcesses[survivor]
      undo.record {
        _ = try? place(synapse, method, original.sections[before.section], before.position)
      }
      try place(synapse, method, cables[target.cable], process.position)
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
  private func retargetConnections(_ undo: inout Undo) throws(BridgeError) {
    guard let first = original.connections.first else { return }
    let method = try neuron.method("setpost", of: first)
    let targets = reduction.pointProcessFates.map { original.synapses[$0.representative] }
    undo.record {
      _ = try? setTargets(of: original.connections, from: targets, to: original.synapses, method)
    }
    try setTargets(of: original.connections, from: original.synapses, to: targets, method)
  }

  /// Sets only targets that differ: NEURON ends the process, some time later, when a NetCon was given
  /// the target it already has.
  private func setTargets(
    of connections: [ObjectReference], from before: [ObjectReference], to after: [ObjectReference],
    _ method: SymbolReference
  ) throws(BridgeError) {
    for index in connections.indices where before[index] != after[index] {
      try neuron.call(method, of: connections[index], .object(after[index]))
    }
  }
}

extension LiveCell {
  /// The sections that a reduction replaces.
  fileprivate var dendrites: [SectionReference] {
    zip(sections, model.sections).filter { $0.1.role.isDendritic }.map(\.0)
  }
}

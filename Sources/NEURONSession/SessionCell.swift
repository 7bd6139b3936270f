import CNEURON
import CNEURONHost
import NEURONBridge

/// A cell of the session: its sections, and which are what.
package struct SessionCell {
  package let name: String
  /// SectionLists, which live as long as the session.
  package let somatic, apical, axonal: ObjectReference
  package let isApicalGiven, isAxonGiven: Bool
  /// Whether its soma is an array of sections.
  package var hasSomaList = false
  /// The cell's, in NEURON's order.
  package let sections: [SectionReference]

  package init(
    name: String, somatic: ObjectReference, apical: ObjectReference, axonal: ObjectReference,
    isApicalGiven: Bool, isAxonGiven: Bool, sections: [SectionReference]
  ) {
    self.name = name
    (self.somatic, self.apical, self.axonal) = (somatic, apical, axonal)
    (self.isApicalGiven, self.isAxonGiven) = (isApicalGiven, isAxonGiven)
    self.sections = sections
  }
}

extension Session {
  /// A new instance of a template as a cell.
  ///
  /// - Throws: `BridgeError.neuron` where there is no such template, or its instance has no soma.
  package func cell(
    ofTemplate template: String, _ arguments: [TemplateArgument]
  ) throws(BridgeError) -> SessionCell {
    let before = Set(neuron.allSections())
    let instance = try instance(of: template, arguments)
    let own = neuron.allSections().filter { !before.contains($0) }
    let name = own.first.flatMap { prefix(of: $0) } ?? template
    var made = try cell(
      named: name, own, somatic: publicSections("somatic", of: instance),
      apical: publicSections("apical", of: instance),
      axonal: publicSections("axonal", of: instance))
    made.hasSomaList = neuron.memberKind("soma", of: instance) == .array
    return made
  }

  /// The cell that a file has made by itself: the sections of no template, or else those of the one object
  /// that has a soma.
  package func cellOfTopLevel() throws(BridgeError) -> SessionCell {
    let all = neuron.allSections()
    let isSoma = { (section: SectionReference) in ownName(of: section).hasPrefix("soma") }
    let owners = Set(all.filter(isSoma).map { prefix(of: $0) })
    guard owners.count < 2 || owners.contains(nil) else {
      throw .neuron(
        doing: "looking for a cell",
        message: "\(owners.count) objects have a soma; expected --template, which makes one cell")
    }
    let owner = owners.contains(nil) ? nil : owners.first.flatMap(\.self)
    let own = all.filter { prefix(of: $0) == owner }
    var made = try cell(
      named: owner ?? "the cell", own, somatic: [], apical: [], axonal: [])
    made.hasSomaList =
      owner == nil
      ? neuron.memberKind("soma", of: nil) == .array
      : own.contains { ownName(of: $0).hasPrefix("soma[") }
    return made
  }

  /// A cell by its sections and their roles.
  package func cell(
    named name: String, _ sections: [SectionReference], somatic: [SectionReference],
    apical: [SectionReference], axonal: [SectionReference], isGiven: Bool = false
  ) throws(BridgeError) -> SessionCell {
    let named = { (start: String) in sections.filter { ownName(of: $0).hasPrefix(start) } }
    let soma = somatic.isEmpty ? named("soma") : somatic
    guard !soma.isEmpty else {
      throw .neuron(
        doing: "looking for a cell",
        message:
          "\(name) has no soma; expected a section or array soma, or a SectionList somatic, that is public"
      )
    }
    return SessionCell(
      name: name, somatic: try list(soma),
      apical: try list(apical.isEmpty && !isGiven ? named("apic") : apical),
      axonal: try list(axonal.isEmpty && !isGiven ? named("axon") : axonal), isApicalGiven: isGiven,
      isAxonGiven: isGiven, sections: sections)
  }

  /// The NetCons onto a cell's point processes in the order in which they were made, and their targets.
  package func connections(
    onto cell: SessionCell
  ) throws(BridgeError) -> (processes: [ObjectReference], netCons: [ObjectReference]) {
    let sections = Set(cell.sections)
    var isOnCell: [ObjectReference: Bool] = [:]
    var (processes, netCons): ([ObjectReference], [ObjectReference]) = ([], [])
    var all: [ObjectReference] = []
    try neuron.forEachObject(ofClass: "NetCon") { all.append($0) }
    for (netCon, read) in zip(all, try EventInputs(all).netCons) {
      guard let target = read.target else { continue }
      let known = isOnCell[target]
      let isOwn = if let known { known } else { try isPlaced(target, on: sections) }
      isOnCell[target] = isOwn
      guard isOwn else { continue }
      processes.append(target)
      netCons.append(netCon)
    }
    return (processes, netCons)
  }

  private func isPlaced(
    _ process: ObjectReference, on sections: Set<SectionReference>
  ) throws(BridgeError) -> Bool {
    guard neuron.api.point_process_is_placed(process),
      let location = neuron.api.method_symbol(process, "get_loc"),
      (0...1).contains(try neuron.call(location, of: process).number)
    else { return false }
    defer { neuron.api.section_pop() }
    return sections.contains(neuron.api.accessed_section())
  }

  /// A section's name without that of its cell.
  package func ownName(of section: SectionReference) -> String {
    let name = neuron.name(of: section)
    return prefix(of: section).map { String(name.dropFirst($0.count + 1)) } ?? name
  }

  /// The name of a section's cell, such as `L5PCtemplate[0]`.
  private func prefix(of section: SectionReference) -> String? {
    let name = neuron.name(of: section)
    guard let dot = name.lastIndex(of: ".") else { return nil }
    return String(name[..<dot])
  }

  /// A SectionList of sections.
  package func list(_ sections: [SectionReference]) throws(BridgeError) -> ObjectReference {
    let list = try neuron.newObject("SectionList")
    let append = try neuron.method("append", of: list)
    for section in sections {
      try neuron.with(section: section) { () throws(BridgeError) in
        if case .object(let object?) = try neuron.call(append, of: list) {
          neuron.api.object_unref(object)
        }
      }
    }
    return list
  }

  /// The sections of a SectionList that an instance has under a name that is public; none where it has none.
  package func publicSections(
    _ name: String, of instance: ObjectReference
  ) throws(BridgeError) -> [SectionReference] {
    guard neuron.api.method_symbol(instance, name) != nil else { return [] }
    let list = try neuron.newObject("SectionList")
    defer { neuron.api.object_unref(list) }
    let kept = neuron_host_mute()
    defer { neuron_host_unmute(kept) }
    // What is not public, or no SectionList, is found out by reaching for it.
    _ = try? neuron.execute(
      "proc neuron_reduce_reach() { forsec $o1.\(name) { $o2.append() } }",
      doing: "defining a procedure")
    _ = try? neuron.call(
      neuron.symbol("neuron_reduce_reach"), .object(instance), .object(list))
    return neuron.sections(of: list)
  }
}

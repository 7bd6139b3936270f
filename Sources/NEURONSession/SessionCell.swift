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

/// Sections that a user names: each is one section, or an array, with or without the name of its cell.
package struct NamedSections: Equatable {
  package var soma, apical, axon: [String]

  package init(soma: [String] = [], apical: [String] = [], axon: [String] = []) {
    (self.soma, self.apical, self.axon) = (soma, apical, axon)
  }
}

/// Why there is no cell.
package struct NoCell: Error, CustomStringConvertible {
  package let description: String
}

extension Session {
  /// A new instance of a template as a cell.
  ///
  /// - Parameters:
  ///   - template: its name.
  ///   - arguments: of `init`.
  ///   - names: what its sections are; those that nothing is said of are found by their names.
  /// - Throws: `BridgeError.neuron` where there is no such template; `NoCell` where its instance has no soma.
  package func cell(
    ofTemplate template: String, _ arguments: [TemplateArgument],
    _ names: NamedSections = NamedSections()
  ) throws -> SessionCell {
    let before = Set(neuron.allSections())
    let instance = try instance(of: template, arguments)
    let own = neuron.allSections().filter { !before.contains($0) }
    let name = own.first.flatMap { prefix(of: $0) } ?? template
    let lists = (
      somatic: try publicSections("somatic", of: instance),
      apical: try publicSections("apical", of: instance),
      axonal: try publicSections("axonal", of: instance)
    )
    var made = try cell(
      named: name, own, somatic: sections(names.soma, of: own, name) ?? lists.somatic,
      apical: sections(names.apical, of: own, name) ?? lists.apical,
      axonal: sections(names.axon, of: own, name) ?? lists.axonal)
    made.hasSomaList =
      names.soma.isEmpty
      ? neuron.memberKind("soma", of: instance) == .array
      : neuron.sections(of: made.somatic).contains { ownName(of: $0).hasSuffix("]") }
    return made
  }

  /// The cell that a file has made by itself: the sections of no template, or else those of the one object
  /// that has a soma.
  package func cellOfTopLevel(_ names: NamedSections = NamedSections()) throws -> SessionCell {
    let all = neuron.allSections()
    let isSoma = { (section: SectionReference) in
      names.soma.isEmpty
        ? ownName(of: section).hasPrefix("soma") : isNamed(names.soma, section)
    }
    let somas = all.filter(isSoma)
    let owners = Set(somas.map { prefix(of: $0) })
    guard owners.count < 2 || owners.contains(nil) else {
      throw NoCell(
        description:
          "\(owners.count) objects have a soma; expected --template, which makes one cell, or --soma with the name "
          + "of one soma, such as \(somas.first.map { neuron.name(of: $0) } ?? "soma")")
    }
    let owner = owners.contains(nil) ? nil : owners.first.flatMap(\.self)
    let own = somas.isEmpty ? all : all.filter { prefix(of: $0) == owner }
    let name = owner ?? "the cell"
    var made = try cell(
      named: name, own, somatic: sections(names.soma, of: own, name) ?? [],
      apical: sections(names.apical, of: own, name) ?? [],
      axonal: sections(names.axon, of: own, name) ?? [])
    made.hasSomaList =
      owner == nil && names.soma.isEmpty
      ? neuron.memberKind("soma", of: nil) == .array
      : neuron.sections(of: made.somatic).contains { ownName(of: $0).hasSuffix("]") }
    return made
  }

  private func isNamed(_ names: [String], _ section: SectionReference) -> Bool {
    [ownName(of: section), neuron.name(of: section)].contains { name in
      names.contains { name == $0 || name.hasPrefix("\($0)[") }
    }
  }

  /// - Returns: nil where no names are given.
  /// - Throws: `NoCell` for a name that is no section's.
  private func sections(
    _ names: [String], of own: [SectionReference], _ cell: String
  ) throws -> [SectionReference]? {
    guard !names.isEmpty else { return nil }
    for name in names where !own.contains(where: { isNamed([name], $0) }) {
      throw NoCell(
        description: "\(cell) has no section \(name); expected one of \(namesOfSections(own))")
    }
    return own.filter { isNamed(names, $0) }
  }

  /// Each array once, and no more than one can take in.
  private func namesOfSections(_ sections: [SectionReference]) -> String {
    var names: [String] = []
    for section in sections {
      let name = ownName(of: section)
      let array = name.lastIndex(of: "[").map { String(name[..<$0]) } ?? name
      if !names.contains(array) { names.append(array) }
    }
    return names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
  }

  /// A cell by its sections and their roles.
  ///
  /// - Throws: `NoCell` where none of them is a soma.
  package func cell(
    named name: String, _ sections: [SectionReference], somatic: [SectionReference],
    apical: [SectionReference], axonal: [SectionReference], isGiven: Bool = false
  ) throws -> SessionCell {
    let named = { (start: String) in sections.filter { ownName(of: $0).hasPrefix(start) } }
    let soma = somatic.isEmpty ? named("soma") : somatic
    guard !soma.isEmpty else {
      throw NoCell(
        description: sections.isEmpty
          ? "\(name) has no sections"
          : "\(name) has no soma; expected a section or array soma, a public SectionList somatic, or --soma with the "
            + "name of what is the soma: one of \(namesOfSections(sections))")
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
    // An artificial cell is nowhere, and an error to ask for its place.
    guard neuron.api.point_process_is_placed(process),
      let placed = neuron.api.method_symbol(process, "has_loc"),
      try neuron.call(placed, of: process).number == 1,
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

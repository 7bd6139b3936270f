import CNEURON
import CellModel
import Reduction

/// Makes sections of a reduced cell in an instance of a hoc template.
struct SectionBuilder {
  let neuron: NEURON
  let reduction: Reduction
  let building: Building

  init(_ live: LiveReduction, _ building: Building) {
    neuron = live.cell.neuron
    reduction = live.reduction
    self.building = building
  }

  /// The sections that belong to the instance, by their names, which begin with its own.
  private var sectionsOfInstance: [SectionReference] {
    neuron.allSections().filter { neuron.name(of: $0).hasPrefix(building.instanceName + ".") }
  }

  func deleteSectionsOfInstance() {
    for section in sectionsOfInstance { neuron.delete(section) }
  }

  /// Creates sections in the instance.
  ///
  /// - Parameter names: elements of arrays, such as `apic[0]`; of each array all up to its last one.
  /// - Returns: the sections, name by name.
  func create(_ names: [String]) throws(BridgeError) -> [SectionReference] {
    for array in ["soma", "axon", "apic", "dend"] {
      let count = names.count { $0.hasPrefix(array) }
      guard count > 0 else { continue }
      do throws(BridgeError) {
        try neuron.execute("create \(array)[\(count)]", in: building.instance)
      } catch {
        throw building.template.problem(error)
      }
    }
    var byName: [String: SectionReference] = [:]
    for section in sectionsOfInstance {
      byName[String(neuron.name(of: section).split(separator: ".").last ?? "")] = section
    }
    return try names.map { name throws(BridgeError) in
      guard let section = byName[name] else {
        throw .template(name: building.template.name, problem: "\(name) was not created in it")
      }
      return section
    }
  }

  /// Gives a section its shape, mechanisms and parameters, and attaches it to its parent.
  ///
  /// - Parameter points: its 3D points, x, y, z and diameter in µm, which its length and diameters follow
  ///   from; empty where it has none.
  func furnish(
    _ section: SectionReference, as model: Section, in sections: [SectionReference],
    points: [[Double]] = []
  ) throws(BridgeError) {
    if points.isEmpty { neuron.api.section_set_length(section, model.length) }
    neuron.api.set_segment_count(section, Int32(model.segments.count))
    neuron.api.section_set_axial_resistivity(section, model.axialResistivity)
    try add(points, to: section)
    // Where it was set after the points were.
    if !points.isEmpty, abs(neuron.api.section_length(section) - model.length) > 1e-12 {
      neuron.api.section_set_length(section, model.length)
    }
    let capacitance = try neuron.symbol("cm")
    let centers = model.segments.indices.map { model.center(ofSegment: $0) }
    for (center, segment) in zip(centers, model.segments) {
      if points.isEmpty { neuron.api.segment_set_diameter(section, center, segment.diameter) }
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
    try neuron.check(doing: "building \(model.name)")
  }

  private func add(_ points: [[Double]], to section: SectionReference) throws(BridgeError) {
    guard !points.isEmpty else { return }
    let add = try neuron.symbol("pt3dadd")
    try neuron.with(section: section) { () throws(BridgeError) in
      for point in points {
        try neuron.call(
          add, .number(point[0]), .number(point[1]), .number(point[2]), .number(point[3]))
      }
    }
  }

  func connect(
    _ section: SectionReference, by attachment: Section.Attachment?,
    in sections: [SectionReference]
  ) {
    guard let attachment else { return }
    neuron.api.section_connect(
      section, attachment.ownEnd, sections[attachment.parent], attachment.position)
  }

  /// Fills the caller's lists with the whole cell, and those of the instance, as neuron-reduce 0.0.7 does,
  /// with the sections that are the instance's.
  ///
  /// - Parameters:
  ///   - sections: all of the reduced cell's.
  ///   - isOfInstance: by section.
  func fillSectionLists(
    _ sections: [SectionReference], isOfInstance: [Bool]
  ) throws(BridgeError) {
    let append = try neuron.method("append", of: building.lists.all)
    for (index, (section, model)) in zip(sections, reduction.reduced.sections).enumerated() {
      try neuron.with(section: section) { () throws(BridgeError) in
        for list in [building.lists.all, building.lists.list(for: model.role)] {
          try neuron.call(append, of: list)
        }
        guard isOfInstance[index] else { return }
        for list in ["all", model.role.listOfInstance] {
          try appendAccessedSection(toInstances: list, isOptional: list == "axonal")
        }
      }
    }
    do {
      try checkPublicNames()
    } catch {
      throw building.template.problem(error)
    }
  }

  /// - Parameter isOptional: whether templates may do without the list.
  private func appendAccessedSection(
    toInstances list: String, isOptional: Bool
  ) throws(BridgeError) {
    guard neuron.api.method_symbol(building.instance, list) != nil else {
      if isOptional { return }
      throw .template(name: building.template.name, problem: "it has no '\(list)'")
    }
    do {
      try neuron.execute("\(list).append()", in: building.instance)
    } catch {
      throw building.template.problem(error)
    }
  }

  /// Reaches for the instance's lists and sections as a user's script will.
  private func checkPublicNames() throws(BridgeError) {
    let instance = building.instance
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
}

extension Section.Role {
  /// The SectionList of a template's instance that has sections of this role.
  fileprivate var listOfInstance: String {
    switch self {
    case .soma: "somatic"
    case .axon: "axonal"
    case .apical: "apical"
    case .basal: "basal"
    }
  }
}

import CellModel

/// Puts the parts of a reduction together to the reduced cell's value.
struct ReducedCellAssembly {
  let cell: CellModel
  let settings: ReductionSettings
  let replacement: Replacement
  let cables: [ReducedCable]
  let insertions: [[Section.Insertion]]
  let mapping: any CableMapping
  let fates: [PointProcessFate]
  var spines = HostedSpines.none

  func assemble() -> Reduction {
    let origins = origins()
    var newIndices = [Int?](repeating: nil, count: cell.sections.count)
    var firstCable = 0
    for (new, origin) in origins.enumerated() {
      switch origin {
      case .kept(let old): newIndices[old] = new
      case .cable(0): firstCable = new
      case .cable: break
      }
    }

    var reduced = cell
    var names = CableNames()
    reduced.sections = origins.map { origin in
      switch origin {
      case .kept(let old):
        var section = cell.sections[old]
        section.attachment = section.attachment.flatMap {
          moved($0, newIndices, firstCable: firstCable)
        }
        return section
      case .cable(let index):
        var section = section(for: cables[index], insertions: insertions[index])
        section.name = names.next(for: cables[index].role)
        section.attachment =
          switch cables[index].base {
          case .original(let parent, let position):
            newIndices[parent].map { Section.Attachment(parent: $0, position: position) }
          case .cable(let parent):
            Section.Attachment(parent: firstCable + parent, position: 0.5)
          }
        return section
      }
    }

    let survivors = survivors()
    var survivorIndices = [Int](repeating: 0, count: fates.count)
    for (new, old) in survivors.enumerated() { survivorIndices[old] = new }
    reduced.pointProcesses = survivors.map { old in
      var process = cell.pointProcesses[old]
      switch fates[old].site {
      case .cable(let target):
        process.section = firstCable + target.cable
        process.position = cables[target.cable].center(ofSegment: target.segment)
      case .unmoved:
        process.section = newIndices[process.section] ?? process.section
      }
      return process
    }
    for (index, connection) in cell.connections.enumerated() {
      reduced.connections[index].target =
        survivorIndices[fates[connection.target].representative]
      reduced.connections[index].source = moved(
        connection.source, newIndices, firstCable: firstCable)
    }
    return Reduction(
      settings: settings, replacement: replacement, cables: cables, reduced: reduced,
      origins: origins,
      segmentMap: mapping.segmentMap, pointProcessFates: fates, survivors: survivors,
      spines: spines)
  }

  /// What stays on the soma, then the cables, then what stays beyond what is replaced, such as axons that leave from dendrites: each after what
  /// it is attached to.
  private func origins() -> [SectionOrigin] {
    var isBeyond = [Bool](repeating: false, count: cell.sections.count)
    for (index, section) in cell.sections.enumerated() {
      guard let parent = section.attachment?.parent else { continue }
      isBeyond[index] =
        isBeyond[parent] || replacement.contains(parent)
    }
    let kept = cell.sections.indices.filter { !replacement.contains($0) }
    return kept.filter { !isBeyond[$0] }.map(SectionOrigin.kept)
      + cables.indices.map(SectionOrigin.cable)
      + kept.filter { isBeyond[$0] }.map(SectionOrigin.kept)
  }

  /// An attachment of the original in terms of the reduced cell's sections: to the segment of a cable
  /// where it was to a dendrite.
  private func moved(
    _ attachment: Section.Attachment, _ newIndices: [Int?], firstCable: Int
  ) -> Section.Attachment? {
    if let parent = newIndices[attachment.parent] {
      return Section.Attachment(
        parent: parent, position: attachment.position, ownEnd: attachment.ownEnd)
    }
    return mapping.target(ofAttachment: attachment, in: cell).map { target in
      Section.Attachment(
        parent: firstCable + target.cable,
        position: cables[target.cable].center(ofSegment: target.segment),
        ownEnd: attachment.ownEnd)
    }
  }

  /// A source in terms of the reduced cell's sections; on none of them where it was a variable of a section
  /// that is given up, at a position that is not known.
  private func moved(
    _ source: EventSource, _ newIndices: [Int?], firstCable: Int
  ) -> EventSource {
    guard case .crossing(let section?, let position) = source else { return source }
    if let kept = newIndices[section] { return .crossing(section: kept, position: position) }
    guard let position,
      let target = mapping.target(ofPosition: position, section: section, in: cell)
    else { return .crossing(section: nil, position: nil) }
    return .crossing(
      section: firstCable + target.cable,
      position: cables[target.cable].center(ofSegment: target.segment))
  }

  private func section(
    for cable: ReducedCable, insertions: [Section.Insertion]
  ) -> Section {
    let halfResistance = cable.halfSegmentResistance
    let segments = (0..<cable.segmentCount).map { index in
      Section.Segment(
        diameter: cable.shape.diameter, area: cable.segmentArea,
        axialResistance: index == 0 ? halfResistance : 2 * halfResistance,
        capacitance: cable.capacitance)
    }
    return Section(
      name: "", role: cable.role, length: cable.shape.length,
      axialResistivity: cable.axialResistivity, segments: segments,
      endResistance: halfResistance, insertions: insertions)
  }

  /// Those on the cables, cable by cable, then those that stayed; in the given order within each.
  private func survivors() -> [Int] {
    var onCables = [[Int]](repeating: [], count: cables.count)
    var unmoved: [Int] = []
    for (index, fate) in fates.enumerated() where fate.representative == index {
      switch fate.site {
      case .cable(let target): onCables[target.cable].append(index)
      case .unmoved: unmoved.append(index)
      }
    }
    return onCables.flatMap { $0 } + unmoved
  }
}

/// The names of the reduced cell's cables: apic[0], apic[1], …, dend[0], dend[1], …
package struct CableNames {
  private var apical = 0
  private var basal = 0

  package init() {}

  package mutating func next(for role: Section.Role) -> String {
    if role == .apical {
      defer { apical += 1 }
      return "apic[\(apical)]"
    }
    defer { basal += 1 }
    return "dend[\(basal)]"
  }
}

import CellModel

/// Puts the parts of a reduction together to the reduced cell's value.
enum ReducedCellAssembly {
  static func assemble(
    _ cell: CellModel, settings: ReductionSettings, cables: [ReducedCable],
    insertions: [[Section.Insertion]], segmentMap: SegmentMap, fates: [PointProcessFate]
  ) -> Reduction {
    let kept = cell.sections.indices.filter { !cell.sections[$0].role.isDendritic }
    var newIndices = [Int?](repeating: nil, count: cell.sections.count)
    for (new, old) in kept.enumerated() { newIndices[old] = new }

    var reduced = cell
    reduced.sections = kept.map { old in
      var section = cell.sections[old]
      section.attachment = section.attachment.flatMap { renumbered($0, newIndices) }
      return section
    }
    var names = CableNames()
    for (cable, insertions) in zip(cables, insertions) {
      reduced.sections.append(
        section(
          for: cable, name: names.next(for: cable.role), insertions: insertions, newIndices))
    }

    let survivors = survivors(of: fates, cableCount: cables.count)
    var survivorIndices = [Int](repeating: 0, count: fates.count)
    for (new, old) in survivors.enumerated() { survivorIndices[old] = new }
    reduced.pointProcesses = survivors.map { old in
      var process = cell.pointProcesses[old]
      switch fates[old].site {
      case .cable(let target):
        process.section = kept.count + target.cable
        process.position =
          (Double(target.segment) + 0.5) / Double(cables[target.cable].segmentCount)
      case .unmoved:
        process.section = newIndices[process.section] ?? process.section
      }
      return process
    }
    reduced.connections = cell.connections.map { connection in
      var moved = connection
      moved.target = survivorIndices[fates[connection.target].representative]
      return moved
    }
    return Reduction(
      settings: settings, cables: cables, reduced: reduced, keptSections: kept,
      segmentMap: segmentMap, pointProcessFates: fates, survivors: survivors)
  }

  private static func renumbered(
    _ attachment: Section.Attachment, _ newIndices: [Int?]
  ) -> Section.Attachment? {
    newIndices[attachment.parent].map { parent in
      Section.Attachment(
        parent: parent, position: attachment.position, ownEnd: attachment.ownEnd)
    }
  }

  private static func section(
    for cable: ReducedCable, name: String, insertions: [Section.Insertion], _ newIndices: [Int?]
  ) -> Section {
    let segmentLength = cable.shape.length / Double(cable.segmentCount)
    let diameter = cable.shape.diameter
    // Ω·cm · µm / µm² = 1e-2 MΩ
    let halfResistance =
      cable.axialResistivity * (segmentLength / 2) / (.pi * diameter * diameter / 4) * 1e-2
    let segments = (0..<cable.segmentCount).map { index in
      Section.Segment(
        diameter: diameter, area: .pi * diameter * segmentLength,
        axialResistance: index == 0 ? halfResistance : 2 * halfResistance,
        capacitance: cable.capacitance)
    }
    return Section(
      name: name, role: cable.role, attachment: renumbered(cable.attachment, newIndices),
      length: cable.shape.length, axialResistivity: cable.axialResistivity, segments: segments,
      endResistance: halfResistance, insertions: insertions)
  }

  /// Those on the cables, cable by cable, then those that stayed; in the given order within each.
  private static func survivors(of fates: [PointProcessFate], cableCount: Int) -> [Int] {
    var onCables = [[Int]](repeating: [], count: cableCount)
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

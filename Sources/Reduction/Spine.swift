import CellModel

/// What becomes of dendritic spines that a cell has as sections.
package enum SpineTreatment: Sendable, Equatable {
  /// They are collapsed as all branches are.
  case collapsed
  /// Each goes with the segment that it hangs on, to one compartment.
  ///
  /// - Parameter sections: by their indices: each is a spine with all beyond it. nil for those that are found.
  case folded([Int]?)
  /// They stay, and hang on the compartment of the segment that they hung on; sections as for `folded`.
  case kept([Int]?)

  /// What a caller named; nil where spines are to be found.
  var sections: [Int]? {
    switch self {
    case .collapsed: nil
    case .folded(let sections), .kept(let sections): sections
    }
  }

  var isFolded: Bool {
    if case .folded = self { true } else { false }
  }
}

/// A dendritic spine: a neck that hangs on a dendrite, with its head, or one section for both.
package struct Spine: Sendable, Equatable {
  /// The neck, then what is beyond it.
  package let sections: [Int]
  /// Of the neck.
  package let attachment: Section.Attachment

  /// In µm, of neck and head. Spines are one or two long (Harris & Stevens, J. Neurosci. 9:2982 (1989), CA1; Arellano
  /// et al., Front. Neurosci. 1:131 (2007), neocortex); models have longer ones, and shorter sections for other ends.
  static let lengths = 0.2...5.0

  /// The spines of a cell: one section or two, the second at the end of the first and nothing else on either, together
  /// within `lengths`, and thinner at their beginning than the dendrite is there. On the side of a dendrite; at
  /// its end, where short twigs are too, only what has a neck of half its diameter or less and a thicker head. Names do
  /// not matter.
  package static func all(in cell: CellModel) -> [Spine] {
    let children = children(in: cell)
    return cell.sections.indices.compactMap { neck in
      let section = cell.sections[neck]
      guard section.role.isDendritic, let attachment = section.attachment else { return nil }
      let parent = cell.sections[attachment.parent]
      guard parent.role.isDendritic, attachment.position != parent.proximalEnd else { return nil }
      let own = section.segments[section.segmentIndex(at: attachment.ownEnd)].diameter
      let dendrite = parent.segments[parent.segmentIndex(at: attachment.position)].diameter
      let isAtEnd = attachment.position == 1 - parent.proximalEnd
      guard isAtEnd ? own <= dendrite / 2 : own < dendrite else { return nil }
      var sections = [neck]
      if let head = children[neck].first {
        guard children[neck].count == 1, children[head].isEmpty,
          cell.sections[head].role.isDendritic,
          cell.sections[head].attachment?.position == 1 - attachment.ownEnd
        else { return nil }
        sections.append(head)
      }
      if isAtEnd {
        guard let head = sections.dropFirst().first,
          cell.sections[head].segments.contains(where: { $0.diameter > own })
        else { return nil }
      }
      let length = sections.reduce(0) { $0 + cell.sections[$1].length }
      return lengths.contains(length) ? Spine(sections: sections, attachment: attachment) : nil
    }
  }

  /// Those that begin with named sections, each with all beyond it.
  ///
  /// - Throws: `ReductionError.part` for what is no section of the cell, `.spineElsewhere` for soma, axon and what
  ///   hangs on these, `.spineBears` for one from which an axon leaves.
  static func named(_ named: [Int], in cell: CellModel) throws(ReductionError) -> [Spine] {
    for (index, section) in named.enumerated() where !cell.sections.indices.contains(section) {
      throw .part(argument: "spines", index: index, section: section)
    }
    let children = children(in: cell)
    let isNamed = Set(named)
    var spines: [Spine] = []
    for neck in isNamed.sorted() {
      let section = cell.sections[neck]
      guard section.role.isDendritic, let attachment = section.attachment,
        cell.sections[attachment.parent].role.isDendritic
      else {
        throw .spineElsewhere(
          section: section.name, role: section.role.rawValue,
          parent: section.attachment.map { cell.sections[$0.parent].name })
      }
      let isBeyond = sequence(first: attachment.parent) { cell.sections[$0].attachment?.parent }
        .contains { isNamed.contains($0) }
      if isBeyond { continue }
      var (sections, next) = ([neck], 0)
      while next < sections.count {
        sections += children[sections[next]]
        next += 1
      }
      if let axon = sections.first(where: { !cell.sections[$0].role.isDendritic }) {
        throw .spineBears(section: section.name, axon: cell.sections[axon].name)
      }
      spines.append(Spine(sections: sections, attachment: attachment))
    }
    return spines
  }

  private static func children(in cell: CellModel) -> [[Int]] {
    var children = [[Int]](repeating: [], count: cell.sections.count)
    for (index, section) in cell.sections.enumerated() {
      if let parent = section.attachment?.parent { children[parent].append(index) }
    }
    return children
  }
}

/// Spines on what is replaced, and the segments that they hang on.
package struct HostedSpines: Sendable, Equatable {
  struct Place: Sendable, Hashable {
    let section, segment: Int
  }

  let spines: [(spine: Spine, host: Place)]
  /// By section of a spine.
  private let hosts: [Int: Place]
  private let attachments: [Int: Section.Attachment]

  static let none = HostedSpines([])

  private init(_ spines: [(spine: Spine, host: Place)]) {
    var hosts: [Int: Place] = [:]
    var attachments: [Int: Section.Attachment] = [:]
    for (spine, host) in spines {
      for section in spine.sections {
        hosts[section] = host
        attachments[section] = spine.attachment
      }
    }
    self.attachments = attachments
    self.spines = spines
    self.hosts = hosts
  }

  /// - Parameter replacement: with the settings' scope. A spine that is folded and has a site in it is a branch.
  /// - Throws: as `ReductionScope.spines(of:)`.
  init(
    of cell: CellModel, _ replacement: Replacement, _ settings: ReductionSettings
  ) throws(ReductionError) {
    guard settings.scope.spines != .collapsed else {
      self = .none
      return
    }
    let sites = Set(settings.scope.spines.isFolded ? settings.sites.map(\.section) : [])
    self.init(
      try settings.scope.spines(of: cell).compactMap { spine in
        guard replacement.contains(spine.attachment.parent),
          sites.isDisjoint(with: spine.sections),
          let host = replacement.segment(
            at: spine.attachment.position, ofSection: spine.attachment.parent, in: cell)
        else { return nil }
        return (spine, Place(section: host.section, segment: host.segment))
      })
  }

  package static func == (a: HostedSpines, b: HostedSpines) -> Bool { a.hosts == b.hosts }

  /// Whether a section is part of one.
  package func contains(_ section: Int) -> Bool { hosts[section] != nil }

  /// Where the neck hangs of the spine that a section is part of; nil for a section of none.
  func attachment(ofSection section: Int) -> Section.Attachment? { attachments[section] }

  /// The segment of the dendrite that one goes with; of a dendrite itself.
  func host(section: Int, segment: Int) -> Place {
    hosts[section] ?? Place(section: section, segment: segment)
  }

  /// The segments of spines, by the segments that they go with.
  func segments(of cell: CellModel) -> [Place: [Place]] {
    var segments: [Place: [Place]] = [:]
    for (spine, host) in spines {
      for section in spine.sections {
        segments[host, default: []] += cell.sections[section].segments.indices.map {
          Place(section: section, segment: $0)
        }
      }
    }
    return segments
  }
}

import CellFile

/// The segments of a NeuroML cell, and their groups: one that is a cable for each section, and by role.
struct NeuroMLMorphology {
  private(set) var lines: [String] = []

  /// By section its group.
  private let cables: [String]
  private let cell: KeptCell
  /// By section where along it its segments begin and end, and their numbers.
  private var segments: [[Segment]]
  private var count = 0

  private struct Segment {
    let begin, end: Double
    let number: Int

    func contains(_ position: Double) -> Bool {
      min(begin, end) <= position && position <= max(begin, end) && begin != end
    }
  }

  private typealias Placed = (position: Double, place: TreeDrawing.Place)

  /// What NeuroML calls a cable without branches: a section of NEURON's.
  private static let unbranched = "sao864921383"
  /// What the name of the group ends with that has a section's properties: jNeuroML makes sections of groups that are
  /// cables, and asks those that have properties for a list of sections.
  private static let membrane = "_membrane"

  /// Names by role, as NeuroML's tools know them.
  private static let groups: [(role: KeptCell.Section.Role, name: String, meaning: String?)] = [
    (.soma, "soma_group", "GO:0043025"), (.axon, "axon_group", "GO:0030424"),
    (.apical, "apical_group", nil), (.basal, "basal_group", nil),
  ]
  private static let dendrites = (name: "dendrite_group", meaning: "GO:0030425")

  /// By section the group that has its properties.
  var membraneGroups: [String] { cables.map { $0 + Self.membrane } }

  init(of cell: KeptCell) throws(ExportError) {
    self.cell = cell
    cables = Self.cables(of: cell)
    segments = Array(repeating: [], count: cell.sections.count)
    try addSegments(TreeDrawing(of: cell))
    addCables()
    addGroups()
  }

  /// Names for the groups of sections, none of which has that of another group.
  private static func cables(of cell: KeptCell) -> [String] {
    var taken = Set(["all", dendrites.name] + groups.map(\.name))
    return cell.sections.map { section in
      let name = section.name.joined(ofOnly: \.isPartOfASCIIWord).asIdentifier(prefix: "section_")
      var (own, count) = (name, 1)
      while taken.contains(own) || taken.contains(own + membrane) {
        count += 1
        own = "\(name)_\(count)"
      }
      taken.formUnion([own, own + membrane])
      return own
    }
  }

  // MARK: Segments

  private mutating func addSegments(_ tree: TreeDrawing) throws(ExportError) {
    var attached = [KeptCell.Attachment?](repeating: nil, count: cell.sections.count)
    var cuts = [Set<Double>](repeating: [], count: cell.sections.count)
    for each in cell.attachments {
      attached[each.section] = each
      cuts[each.parent].insert(each.position)
    }
    for section in tree.order {
      let placed = tree.placed[section].map { ($0.position, tree.points[$0.index].place) }
      let points = Self.cut(placed, at: cuts[section])
      for (first, last) in zip(points, points.dropFirst()) where first.place != last.place {
        try addSegment(from: first, to: last, of: section, attached[section])
      }
    }
  }

  private mutating func addSegment(
    from first: Placed, to last: Placed, of section: Int, _ attachment: KeptCell.Attachment?
  ) throws(ExportError) {
    let own = segments[section].count
    lines.append("      <segment id=\"\(count)\" name=\"\(cables[section])_\(own)\">")
    if own > 0 {
      lines.append("        <parent segment=\"\(count - 1)\"/>")
    } else {
      if let attachment {
        let (parent, along) = try parent(of: attachment)
        lines.append(
          "        <parent segment=\"\(parent)\" fractionAlong=\"\(JSONWriter.text(of: along))\"/>")
      }
      lines.append("        " + Self.point("proximal", first.place))
    }
    lines += ["        " + Self.point("distal", last.place), "      </segment>"]
    segments[section].append(Segment(begin: first.position, end: last.position, number: count))
    count += 1
  }

  /// The points of a section, with one wherever another section is attached: jNeuroML takes those at ends of segments
  /// alone.
  private static func cut(_ placed: [Placed], at cuts: Set<Double>) -> [Placed] {
    var found = Array(placed.prefix(1))
    for (first, last) in zip(placed, placed.dropFirst()) {
      let (begin, end) = (first.position, last.position)
      let inside = cuts.filter { min(begin, end) < $0 && $0 < max(begin, end) }.sorted()
      for position in begin > end ? inside.reversed() : inside {
        let share = (position - begin) / (end - begin)
        found.append((position, first.place.moved(share, towards: last.place)))
      }
      found.append(last)
    }
    return found
  }

  /// The segment that a place on a section is on, and where on it that is, 0 to 1.
  private func parent(
    of attachment: KeptCell.Attachment
  ) throws(ExportError) -> (number: Int, along: Double) {
    let position = attachment.position
    let segments = segments[attachment.parent]
    if let found = segments.first(where: { $0.contains(position) }) {
      return (found.number, (position - found.begin) / (found.end - found.begin))
    }
    // Points that do not reach the section's ends by the last digit.
    let distances = segments.map { min(abs($0.begin - position), abs($0.end - position)) }
    guard let nearest = zip(distances, segments).min(by: { $0.0 < $1.0 })?.1 else {
      throw .noLength(section: cell.sections[attachment.parent].name)
    }
    let isAtBegin = abs(nearest.begin - position) < abs(nearest.end - position)
    return (nearest.number, isAtBegin ? 0 : 1)
  }

  private static func point(_ kind: String, _ place: TreeDrawing.Place) -> String {
    let text = { (value: Double) in JSONWriter.text(of: value) }
    return "<\(kind) x=\"\(text(place.x))\" y=\"\(text(place.y))\" z=\"\(text(place.z))\" "
      + "diameter=\"\(text(2 * place.radius))\"/>"
  }

  // MARK: Groups

  private mutating func addCables() {
    for (index, name) in cables.enumerated() {
      lines += [
        "      <segmentGroup id=\"\(name)\" neuroLexId=\"\(Self.unbranched)\">",
        "        <property tag=\"numberInternalDivisions\" value=\"\(cell.sections[index].segmentCount)\"/>",
      ]
      lines += segments[index].map { "        <member segment=\"\($0.number)\"/>" }
      lines.append("      </segmentGroup>")
    }
  }

  private mutating func addGroups() {
    let named = zip(cables, cell.sections.map(\.role))
    for group in Self.groups {
      addGroup(group.name, group.meaning, of: named.filter { $0.1 == group.role }.map(\.0))
    }
    addGroup(
      Self.dendrites.name, Self.dendrites.meaning,
      of: named.filter { $0.1 == .apical || $0.1 == .basal }.map(\.0))
    addGroup("all", nil, of: cables)
    for name in cables { addGroup(name + Self.membrane, nil, of: [name]) }
  }

  private mutating func addGroup(_ name: String, _ meaning: String?, of cables: [String]) {
    guard !cables.isEmpty else { return }
    let known = meaning.map { " neuroLexId=\"\($0)\"" } ?? ""
    lines.append("      <segmentGroup id=\"\(name)\"\(known)>")
    lines += cables.map { "        <include segmentGroup=\"\($0)\"/>" }
    lines.append("      </segmentGroup>")
  }
}

extension TreeDrawing.Place {
  fileprivate func moved(_ share: Double, towards other: Self) -> Self {
    Self(
      x: x + share * (other.x - x), y: y + share * (other.y - y), z: z + share * (other.z - z),
      radius: radius + share * (other.radius - radius))
  }
}

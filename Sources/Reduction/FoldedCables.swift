import CellModel
import RealModule

/// A folded tree as sections of one segment each.
///
/// A group hangs on the middle of its parent's section, and half of its own length is all the resistance in
/// between. Where several children leave a group beyond its own T there is a *junction*: a section without membrane
/// at whose middle they meet, at the mean T_j of the places where their flows leave:
///
///     R_group→junction = (T − T_j) / Σ F_children,   R_junction→child = (T_j − T_child) / F_child
///
/// A child that leaves nearer than that hangs on the group: R = (T − T_child) / F_child. So are branch points of the
/// cell itself, where nothing is folded: the cell that comes out is the one that was read.
struct FoldedCables {
  let cables: [ReducedCable]
  let isJunction: [Bool]
  /// By cable, in MΩ.
  let transfers: [Double]
  /// By segment of the original.
  let cableOfSegment: [Int]
  /// By compartment of the cell where something that stays is attached to a junction: the cable.
  let junctionAt: [Int: Int]

  /// The membrane of a junction, in µm²: NEURON has no section without. It has no conductance, and a capacitance of
  /// some 1e-12 of a segment's.
  private static let junctionArea = 1e-10

  /// The length of a junction, in µm: points in single precision are apart by as much, and what draws the cell or
  /// computes potentials outside of it divides by lengths.
  private static let junctionLength = 1.0

  /// - Parameter levels: by compartment of the cell.
  init(
    _ folded: FoldedTree, of tree: FoldingTree, _ input: ReductionInput, levels: [TransferLevel]
  ) {
    let groups = folded.groups
    let order = folded.ordered()
    var groupOfSegment = [Int](repeating: 0, count: tree.segments.count)
    for index in order { for member in groups[index].members { groupOfSegment[member] = index } }
    var hangers: [Int: [FoldingTree.Hanger]] = [:]
    for hanger in tree.hangers {
      hangers[groupOfSegment[hanger.segment], default: []].append(hanger)
    }

    var cables: [ReducedCable] = []
    var transfers: [Double] = []
    var isJunction: [Bool] = []
    var cableOfGroup = [Int](repeating: 0, count: groups.count)
    var junctionAt: [Int: Int] = [:]
    /// Of each group: what it hangs on, and from which level.
    var above: [Int: (base: ReducedCable.Base, level: TransferLevel)] = [:]
    for index in order {
      let group = groups[index]
      let members = group.members.map { tree.segments[$0] }
      let piece = input.replacement.pieces[Self.piece(of: members)]
      let (base, level) = above[index] ?? Self.base(of: members, in: input, levels)
      let own = cables.count
      cableOfGroup[index] = own
      cables.append(
        Self.cable(
          of: members, on: base, piece, in: input.cell,
          resistance: Self.resistance(from: level, to: group.level, flow: group.flow)))
      transfers.append(group.level.transfer)
      isJunction.append(false)

      let junction = Self.junction(
        of: group, children: group.children.map { ($0, groups[$0]) }, hangers[index] ?? [])
      for child in group.children { above[child] = (.cable(own), group.level) }
      guard let junction else { continue }
      for child in junction.children { above[child] = (.cable(own + 1), junction.level) }
      for hanger in junction.hangers { junctionAt[hanger.compartment] = own + 1 }
      cables.append(
        Self.junctionCable(
          on: own, piece, in: input.cell, capacitance: cables[own].capacitance,
          resistance: Self.resistance(
            from: group.level, to: junction.level, flow: junction.flow)))
      transfers.append(junction.level.transfer)
      isJunction.append(true)
    }
    self.cables = cables
    self.transfers = transfers
    self.isJunction = isJunction
    self.junctionAt = junctionAt
    cableOfSegment = groupOfSegment.map { cableOfGroup[$0] }
  }

  /// The piece that a group is named after: of several stems', that with most membrane in it.
  private static func piece(of members: [FoldingTree.Segment]) -> Int {
    var areas: [Int: Double] = [:]
    for member in members { areas[member.piece, default: 0] += member.area }
    return areas.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
  }

  /// Where on what stays a group hangs, and its level there. Stems that hang on several places become a group at the
  /// place nearest to the soma's middle, of these and of the middles of the segments that they are at.
  private static func base(
    of members: [FoldingTree.Segment], in input: ReductionInput, _ levels: [TransferLevel]
  ) -> (base: ReducedCable.Base, level: TransferLevel) {
    typealias Place = (section: Int, position: Double, compartment: Int)
    func place(_ section: Int, _ position: Double) -> Place {
      (section, position, input.compartments.compartment(at: position, ofSection: section))
    }
    var places = Set(members.filter { $0.parent == nil }.map(\.piece)).sorted().map {
      let attachment = input.replacement.pieces[$0].attachment
      return place(attachment.parent, attachment.position)
    }
    if Set(places.map(\.compartment)).count > 1 {
      places += places.map {
        let section = input.cell.sections[$0.section]
        return place(
          $0.section, section.center(ofSegment: section.segmentIndex(at: $0.position)))
      }
    }
    let nearest = places.dropFirst().reduce(places[0]) { nearest, other in
      levels[other.compartment].fall(to: levels[nearest.compartment]) > 0 ? other : nearest
    }
    return (
      .original(section: nearest.section, position: nearest.position),
      levels[nearest.compartment]
    )
  }

  private struct Junction {
    var level: TransferLevel
    var flow: Double
    var children: [Int]
    var hangers: [FoldingTree.Hanger]
  }

  /// Where what leaves a group beyond its own T meets; nil where nothing does, or a single child, whose
  /// resistances are in series.
  private static func junction(
    of group: FoldedTree.Group, children: [(index: Int, group: FoldedTree.Group)],
    _ hangers: [FoldingTree.Hanger]
  ) -> Junction? {
    var junction = Junction(
      level: group.level, flow: 0,
      children: children.filter { group.level.fall(to: $0.group.leaving) > 0 }.map(\.index),
      hangers: hangers.filter { group.level.fall(to: $0.leaving) > 0 })
    let byIndex = Dictionary(uniqueKeysWithValues: children.map { ($0.index, $0.group) })
    while true {
      guard junction.children.count > 1 || !junction.hangers.isEmpty else { return nil }
      junction.flow = 0
      let branches =
        junction.children.compactMap { byIndex[$0] }.map { ($0.leaving, $0.flow) }
        + junction.hangers.map { ($0.leaving, $0.flow) }
      for (leaving, flow) in branches {
        junction.level =
          junction.flow == 0
          ? leaving
          : .mean(junction.level, weight: junction.flow, leaving, weight: flow)
        junction.flow += flow
      }
      // One whose own T is not beyond the mean of all hangs on the group.
      let beyond = junction.children.filter { index in
        byIndex[index].map { junction.level.fall(to: $0.level) > 0 } ?? false
      }
      guard beyond.count < junction.children.count else { return junction }
      junction.children = beyond
    }
  }

  /// In MΩ.
  private static func resistance(
    from level: TransferLevel, to other: TransferLevel, flow: Double
  ) -> Double {
    max(level.fall(to: other), level.transfer.ulp) / flow
  }

  private static func cable(
    of members: [FoldingTree.Segment], on base: ReducedCable.Base, _ piece: Replacement.Piece,
    in cell: CellModel, resistance: Double
  ) -> ReducedCable {
    let stem = cell.sections[piece.stem]
    var area = 0.0
    var capacitance = WeightedMean()
    var diameter = WeightedMean()
    var leak = 0.0
    let places = members.flatMap {
      [HostedSpines.Place(section: $0.section, segment: $0.segment)] + $0.spines
    }
    for member in places {
      let properties = cell.sections[member.section].segments[member.segment]
      area += properties.area
      capacitance.add(properties.capacitance, weight: properties.area)
      // Keeps the volume of a cylinder, A·d/4: mechanisms that know of it reckon with the diameter.
      diameter.add(properties.diameter, weight: properties.area)
      leak +=
        (cell.leakDensity(ofSection: member.section, segment: member.segment) ?? 0)
        * properties.area
    }
    let length = area / (.pi * diameter.value)
    // R = Ra·(ℓ/2) / (πd²/4), Ω·cm · µm / µm² = 1e-2 MΩ.
    let resistivity =
      1e2 * resistance * .pi * diameter.value * diameter.value / (2 * length)
    // λ² = d / (4·Ra·g), with 1e4 µm in a cm.
    let spaceConstant =
      (diameter.value * 1e-4 / (4 * resistivity * leak / area)).squareRoot() * 1e4
    return ReducedCable(
      stem: piece.stem, role: stem.role, base: base,
      shape: CableShape(
        length: length, diameter: diameter.value, electrotonicLength: length / spaceConstant),
      capacitance: capacitance.value, axialResistivity: resistivity, segmentCount: 1)
  }

  private static func junctionCable(
    on group: Int, _ piece: Replacement.Piece, in cell: CellModel, capacitance: Double,
    resistance: Double
  ) -> ReducedCable {
    let stem = cell.sections[piece.stem]
    let diameter = junctionArea / (.pi * junctionLength)
    // As of a group's cable.
    let resistivity = 1e2 * resistance * .pi * diameter * diameter / (2 * junctionLength)
    return ReducedCable(
      stem: piece.stem, role: stem.role, base: .cable(group),
      shape: CableShape(length: junctionLength, diameter: diameter, electrotonicLength: 0),
      capacitance: capacitance, axialResistivity: resistivity, segmentCount: 1)
  }
}

import CableTheory
import CellModel

/// The folded reduction: the cell's own tree, contracted. Groups of segments, joined by merging a child into its
/// parent or two siblings into one, stems among them, each become one compartment with all of their membrane; with as
/// many groups as segments it is the cell itself. Sites, with the segments on the way from them to the soma, stay
/// groups by themselves.
///
/// Weights, channels and merged synapses are those of the lumped reduction.
///
/// docs/method.md, section 9.
struct FoldedReduction: ReductionMethod {
  static let name = "folded"
  static let traits = MethodTraits(
    changesWeights: true, usesFrequency: false, conservesTotals: true, cablesAreLumps: true,
    keepsSites: true, converges: true)

  let cables: [ReducedCable]
  private let input: ReductionInput
  private let driven: DrivenCell
  private let folded: FoldedCables
  private let tree: FoldingTree

  init(_ input: ReductionInput) throws(ReductionError) {
    let cell = input.cell
    driven = try DrivenCell(input)
    let count = try Self.count(for: input)
    tree = FoldingTree(of: driven)
    guard
      tree.segments.allSatisfy({
        $0.level.transfer > 0 && $0.level.transfer.isFinite && $0.flow > 0 && $0.flow.isFinite
      })
    else {
      let stem = input.replacement.pieces.first?.stem ?? 0
      throw .unsolvable(section: cell.sections[stem].name, frequency: 0)
    }
    let inward = InwardConductance(of: cell).values(at: tree)
    let isKept = tree.isOnTheWay(to: try Self.segmentsOfSites(input))
    let kept = isKept.count { $0 }
    let free = max(0, count - kept)
    var folding = Folding(
      tree, views: try Self.views(of: tree, driven, inwardConductances: inward),
      classes: FoldingClasses(
        of: tree, inwardConductances: inward, isKept: isKept, limit: free / 2, groups: free
      ).classes, isKept: isKept)
    folding.fold(to: count)
    if case .total(let total) = input.settings.segmentCount, kept > 0, folding.tree.count > count {
      throw .sitesNeed(needed: folding.tree.count + 1, total: total, kept: kept)
    }
    folded = FoldedCables(
      folding.tree, of: tree, input, levels: TransferLevel.levels(in: driven.loaded))
    cables = folded.cables
    for cable in cables {
      guard cable.shape.length.isFinite, cable.shape.length > 0, cable.shape.diameter.isFinite,
        cable.shape.diameter > 0, cable.axialResistivity.isFinite, cable.axialResistivity > 0
      else { throw .unsolvable(section: cell.sections[cable.stem].name, frequency: 0) }
    }
    self.input = input
  }

  /// The segments that sites are in, and those that what stays and has a site hangs on.
  private static func segmentsOfSites(
    _ input: ReductionInput
  ) throws(ReductionError) -> [(section: Int, segment: Int)] {
    var found: [(section: Int, segment: Int)] = []
    for (index, site) in input.settings.sites.enumerated() {
      guard input.cell.sections.indices.contains(site.section), (0...1).contains(site.position)
      else { throw .site(index: index, section: site.section, position: site.position) }
      var (section, position) = (site.section, site.position)
      while true {
        if let place = input.replacement.segment(at: position, ofSection: section, in: input.cell) {
          found.append(place)
          break
        }
        guard let attachment = input.cell.sections[section].attachment else { break }
        (section, position) = (attachment.parent, attachment.position)
      }
    }
    return found
  }

  /// Those of linear theory, and of what the cell was seen to do where it was.
  private static func views(
    of tree: FoldingTree, _ driven: DrivenCell, inwardConductances: [Double]
  ) throws(ReductionError) -> FoldingViews {
    var views = FoldingViews(
      of: tree, driven.loaded, driven.input.cell, inwardConductances: inwardConductances)
    if let observed = driven.input.settings.observed {
      views.add(
        FoldingViews.View(
          of: tree, observing: try observed.samples(of: driven.input.cell),
          interval: observed.interval))
    }
    return views
  }

  /// How many groups: of a total the soma is one; else as many as the classic cables would have segments.
  private static func count(for input: ReductionInput) throws(ReductionError) -> Int {
    if case .total(let total) = input.settings.segmentCount {
      return max(1, Int(total.rounded()) - 1)
    }
    return try EquivalentCables(input).cables.reduce(0) { $0 + $1.segmentCount }
  }

  func mapping() -> any CableMapping {
    FoldedMapping(folded, of: tree, input)
  }

  func insertions(_ map: SegmentMap) -> [[Section.Insertion]] {
    var insertions = ConservedChannels.insertions(of: input.cell, map: map, cables: cables)
    // A junction comes after its group.
    for index in folded.isJunction.indices.dropFirst() where folded.isJunction[index] {
      insertions[index] = ConservedChannels.leaksWithoutTotals(
        insertions[index - 1], of: input.cell)
    }
    return insertions
  }

  func weightScales(of reduction: Reduction) throws(ReductionError) -> WeightScales? {
    try driven.weightScales(of: reduction, transfers: folded.transfers)
  }
}

/// Where the points of what is replaced go in the groups of a folded tree.
struct FoldedMapping: CableMapping {
  let segmentMap: SegmentMap
  private let input: ReductionInput
  private let junctionAt: [Int: Int]

  init(_ folded: FoldedCables, of tree: FoldingTree, _ input: ReductionInput) {
    var points = input.cell.sections.map { section in
      [CablePoint?](repeating: nil, count: section.segments.count)
    }
    for (segment, cable) in zip(tree.segments, folded.cableOfSegment) {
      let point = CablePoint(
        segment: CableSegment(cable: cable, segment: 0), relativePosition: 0.5)
      points[segment.section][segment.segment] = point
      for spine in segment.spines { points[spine.section][spine.segment] = point }
    }
    segmentMap = SegmentMap(points: points.map { $0.compactMap(\.self) })
    junctionAt = folded.junctionAt
    self.input = input
  }

  func target(ofPosition position: Double, section: Int, in cell: CellModel) -> CableSegment? {
    input.replacement.segment(at: position, ofSection: section, in: cell).map {
      segmentMap.points[$0.section][$0.segment].segment
    }
  }

  func target(ofAttachment attachment: Section.Attachment, in cell: CellModel) -> CableSegment? {
    let place = input.compartments.compartment(
      at: attachment.position, ofSection: attachment.parent)
    if let junction = junctionAt[place] { return CableSegment(cable: junction, segment: 0) }
    return target(ofPosition: attachment.position, section: attachment.parent, in: cell)
  }
}

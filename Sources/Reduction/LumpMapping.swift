import CellModel

/// Where the points of what is replaced go in its groups.
struct LumpMapping: CableMapping {
  let segmentMap: SegmentMap
  private let replacement: Replacement

  init(chains: [Lumps], of cell: CellModel, _ replacement: Replacement) {
    var points = cell.sections.map { section in
      [CablePoint?](repeating: nil, count: section.segments.count)
    }
    for (cable, group) in chains.flatMap(\.groups).enumerated() {
      for (section, segment) in group.segments {
        points[section][segment] = CablePoint(
          segment: CableSegment(cable: cable, segment: 0), relativePosition: 0.5)
      }
    }
    segmentMap = SegmentMap(points: points.map { $0.compactMap(\.self) })
    self.replacement = replacement
  }

  func target(ofPosition position: Double, section: Int, in cell: CellModel) -> CableSegment? {
    guard replacement.contains(section) else { return nil }
    return replacement.segment(at: position, ofSection: section, in: cell).map {
      segmentMap.points[$0.section][$0.segment].segment
    }
  }
}

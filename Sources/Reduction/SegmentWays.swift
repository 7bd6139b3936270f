import CellModel

/// Which of a cell's segments are on the way from others to the root.
struct SegmentWays {
  private let parents: [Int]
  private let compartments: [[Int]]

  init(of cell: CellModel) {
    let all = CellCompartments(of: cell)
    parents = all.tree.parents
    compartments = all.segments
  }

  /// Whether there is one of some segments from which all others are on the way to the root.
  func areOnOneWay(_ segments: [(section: Int, segment: Int)]) -> Bool {
    let places = Set(segments.map { compartments[$0.section][$0.segment] })
    // In the tree's order parents come first: the last one is beyond all others, or beside one.
    var next = places.max() ?? 0
    var found = 0
    while next >= 0 {
      if places.contains(next) { found += 1 }
      next = parents[next]
    }
    return found == places.count
  }
}

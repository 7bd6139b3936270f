/// A tree of groups of segments, each of which becomes one compartment: at first one for each segment, and
/// then fewer, by merging a child into its parent or two siblings into one.
///
/// With g the conductance of a segment's membrane (leak and mean synaptic conductance) and T the transfer
/// resistance between the segment and the soma, a steady current of 1 at the soma sets the segment to the
/// voltage T. A group has
///
///     G = Σ g,   T = Σ g·T / G
///
/// and what flows into it and all beyond it is F, the sum of what flows into those of its segments that hang
/// on its parent's. T falls from each group to its children, or else a resistance would turn negative: a merge
/// that breaks this is refused.
///
/// docs/method.md, section 9.
struct FoldedTree {
  struct Group {
    /// Indices of segments.
    var members: [Int]
    /// nil on what stays.
    var parent: Int?
    var children: [Int] = []
    /// Σ g, in µS.
    var conductance: Double
    var level: TransferLevel
    /// F.
    var flow: Double
    /// Where F leaves the parent: mean over its segments, weighted by their flow.
    var leaving: TransferLevel
    /// Whether it is part of another one.
    var isGone = false
  }

  /// Those that are gone among them.
  private(set) var groups: [Group]
  /// How many there are.
  private(set) var count: Int
  /// Those that hang on what stays, in the order of the pieces.
  private var roots: [Int]

  /// Nothing folded: a group for each segment, with its index.
  init(_ tree: FoldingTree) {
    groups = tree.segments.enumerated().map { index, segment in
      Group(
        members: [index], parent: segment.parent, conductance: segment.conductance,
        level: segment.level, flow: segment.flow, leaving: segment.leaving)
    }
    count = groups.count
    for (index, segment) in tree.segments.enumerated() {
      if let parent = segment.parent { groups[parent].children.append(index) }
    }
    roots = tree.segments.indices.filter { tree.segments[$0].parent == nil }
      .sorted { (tree.segments[$0].piece, $0) < (tree.segments[$1].piece, $1) }
  }

  /// The groups on the same parent, the group itself among them; all that hang on what stays are siblings.
  func siblings(of index: Int) -> [Int] {
    groups[index].parent.map { groups[$0].children } ?? roots
  }

  /// Whether two groups are child and parent, or siblings, and T would still fall outwards.
  func canMerge(_ first: Int, _ second: Int) -> Bool {
    let (a, b) = (groups[first], groups[second])
    guard !a.isGone, !b.isGone, first != second else { return false }
    guard a.parent == b.parent || a.parent == second || b.parent == first else { return false }
    let level = TransferLevel.mean(
      a.level, weight: a.conductance, b.level, weight: b.conductance)
    return (a.children + b.children).allSatisfy {
      $0 == first || $0 == second || level.fall(to: groups[$0].level) > 0
    }
  }

  /// Merges a group into its parent or a sibling.
  mutating func merge(_ gone: Int, into kept: Int) {
    let absorbed = groups[gone]
    groups[kept].level = .mean(
      groups[kept].level, weight: groups[kept].conductance, absorbed.level,
      weight: absorbed.conductance)
    groups[kept].conductance += absorbed.conductance
    groups[kept].members += absorbed.members
    if absorbed.parent == kept {
      groups[kept].children.removeAll { $0 == gone }
    } else {
      groups[kept].leaving = .mean(
        groups[kept].leaving, weight: groups[kept].flow, absorbed.leaving, weight: absorbed.flow)
      groups[kept].flow += absorbed.flow
      if let parent = absorbed.parent {
        groups[parent].children.removeAll { $0 == gone }
      } else {
        roots.removeAll { $0 == gone }
      }
    }
    for child in absorbed.children { groups[child].parent = kept }
    groups[kept].children += absorbed.children
    groups[gone].isGone = true
    groups[gone].members = []
    groups[gone].children = []
    count -= 1
  }

  /// The groups that are left, each after its parent, one that hangs on what stays with all beyond it by another.
  func ordered() -> [Int] {
    var order: [Int] = []
    var open = Array(roots.reversed())
    while let index = open.popLast() {
      order.append(index)
      open += groups[index].children.sorted(by: >)
    }
    return order
  }
}

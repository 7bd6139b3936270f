/// The order in which a cell's segments are folded: Ward's, the merge first that adds the least to what the
/// groups' members differ from each other in.
///
///     cost(a, b) = Σ_views  W_a·W_b / (W_a + W_b) · |Φ_a − Φ_b|²
///
/// with Φ of a group the mean of its members', weighted by W. Its sum over all merges is
/// Σ_views Σ_i W_i·|Φ_i − Φ_group(i)|².
///
/// Source: Ward, "Hierarchical grouping to optimize an objective function", J. Am. Stat. Assoc. 58:236 (1963).
/// docs/method.md, section 9.
struct Folding {
  private(set) var tree: FoldedTree
  private var views: FoldingViews
  private let classes: [Int]
  private let isKept: [Bool]
  private let segments: [FoldingTree.Segment]
  private var liberty = Liberty.classes
  private var queue = PriorityQueue<Candidate>()
  /// How often each group was merged with another.
  private var versions: [Int]

  /// What may be merged of all that is next to each other in the tree.
  private enum Liberty: Int, CaseIterable, Comparable {
    /// What is of one class.
    case classes
    /// Also what is of several and hangs on one stem.
    case stems
    /// Also stems of one kind.
    case kinds
    case all

    static func < (a: Liberty, b: Liberty) -> Bool { a.rawValue < b.rawValue }
  }

  private struct Candidate: Comparable {
    let cost: Double
    let first, second: Int
    let firstVersion, secondVersion: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      (a.cost, a.first, a.second) < (b.cost, b.first, b.second)
    }
  }

  /// - Parameters:
  ///   - classes: by segment.
  ///   - isKept: by segment: whether it stays a group by itself.
  init(_ tree: FoldingTree, views: FoldingViews, classes: [Int], isKept: [Bool]) {
    self.tree = FoldedTree(tree)
    self.views = views
    self.classes = classes
    self.isKept = isKept
    segments = tree.segments
    versions = [Int](repeating: 0, count: tree.segments.count)
  }

  /// Merges until there are no more groups than asked for, or none can be merged any more.
  mutating func fold(to count: Int) {
    // The next where the one before leaves nothing to merge.
    for each in Liberty.allCases {
      liberty = each
      merge(downTo: count)
    }
  }

  private func mayMerge(_ first: Int, _ second: Int) -> Bool {
    guard !isKept[first], !isKept[second] else { return false }
    let areOfOneClass = classes[first] == classes[second]
    guard tree.groups[first].parent == nil, tree.groups[second].parent == nil else {
      return areOfOneClass || liberty > .classes
    }
    guard segments[first].place == segments[second].place else { return false }
    switch liberty {
    case .classes: return areOfOneClass
    case .stems: return areOfOneClass || segments[first].piece == segments[second].piece
    case .kinds: return segments[first].kind == segments[second].kind
    case .all: return true
    }
  }

  private mutating func merge(downTo count: Int) {
    guard tree.count > count else { return }
    queue = PriorityQueue()
    for index in tree.groups.indices where !tree.groups[index].isGone {
      enqueue(pairsOf: index, after: true)
    }
    while tree.count > count, let candidate = queue.popFirst() {
      let (first, second) = (candidate.first, candidate.second)
      guard versions[first] == candidate.firstVersion, versions[second] == candidate.secondVersion,
        tree.canMerge(first, second)
      else { continue }
      // The parent stays, or of two siblings the first.
      let (kept, gone) = tree.groups[first].parent == second ? (second, first) : (first, second)
      let own = tree.groups[kept].children.filter { $0 != gone }
      let adopted = tree.groups[gone].children
      tree.merge(gone, into: kept)
      views.merge(gone, into: kept)
      versions[gone] += 1
      versions[kept] += 1
      enqueue(pairsOf: kept, after: false)
      // Siblings now.
      for child in own { for other in adopted { enqueue(child, other) } }
      // What was refused for the sake of these may be possible now.
      if let parent = tree.groups[kept].parent { enqueue(pairsOf: parent, after: false) }
    }
  }

  /// Adds a group's merges with its parent, its children and its siblings.
  ///
  /// - Parameter after: those siblings only that come after it, and no children: all pairs once where it is done
  ///   for all groups.
  private mutating func enqueue(pairsOf index: Int, after: Bool) {
    let group = tree.groups[index]
    if let parent = group.parent { enqueue(index, parent) }
    if !after { for child in group.children { enqueue(index, child) } }
    for sibling in tree.siblings(of: index) where after ? sibling > index : sibling != index {
      enqueue(index, sibling)
    }
  }

  private mutating func enqueue(_ first: Int, _ second: Int) {
    guard mayMerge(first, second) else { return }
    let (first, second) = (min(first, second), max(first, second))
    queue.insert(
      Candidate(
        cost: views.cost(of: first, second), first: first, second: second,
        firstVersion: versions[first], secondVersion: versions[second]))
  }
}

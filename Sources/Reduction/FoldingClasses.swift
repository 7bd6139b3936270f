import CellModel

/// Which segments may share a compartment: those of one class.
///
/// A side branch is never merged with the trunk that carries it. A folded cable with active membrane is
/// scale-invariant, and would lose the mismatch at branch points that lets a spike decay. In each stem the child
/// with most membrane beyond it continues its parent's class, and every other one begins a class, as far as there are
/// no more classes than asked for and each stem has three groups beside: stems and side branches with most inward
/// conductance are split first, and of what one carries those with most come first. Where there are more stems than
/// that, those with least inward conductance are one class of each kind, apical or basal. Segments that are kept as they
/// are count as the soma does: what hangs on them are stems, each a class.
///
/// docs/method.md, section 9.
struct FoldingClasses {
  /// By segment.
  let classes: [Int]

  /// With less than a beginning, a middle and an end a stem is no cable.
  private static let groupsOfStem = 3

  /// - Parameters:
  ///   - tree: any.
  ///   - inwardConductances: by segment, in any unit.
  ///   - isKept: by segment: whether it is a class by itself; then so is its parent.
  ///   - limit: on the number of classes, those of segments that are kept apart; more where kinds of stems and what
  ///     hangs on segments that are kept are more.
  ///   - groups: how many there will be; what stems need of them no side branch has.
  init(
    of tree: FoldingTree, inwardConductances: [Double], isKept: [Bool], limit: Int,
    groups: Int = .max
  ) {
    let segments = tree.segments
    var beyond = segments.map(\.area)
    var inward = inwardConductances
    var children = [[Int]](repeating: [], count: segments.count)
    for index in segments.indices.reversed() {
      guard let parent = segments[index].parent else { continue }
      beyond[parent] += beyond[index]
      inward[parent] += inward[index]
      children[parent].append(index)
    }
    let continuing = children.map { $0.max { (beyond[$0], $1) < (beyond[$1], $0) } }

    /// Side branches of the way from a segment along which its class continues.
    func branches(of root: Int) -> [Int] {
      var (found, next): ([Int], Int?) = ([], root)
      while let index = next {
        next = continuing[index]
        found += children[index].filter { $0 != next }
      }
      return found
    }

    let roots = segments.indices.filter {
      !isKept[$0] && segments[$0].parent.map { isKept[$0] } ?? true
    }
    // Stems, those with most inward conductance first, and how many of them are classes by themselves.
    let stems = roots.filter { segments[$0].parent == nil }.sorted {
      (inward[$1], beyond[$1], $0) < (inward[$0], beyond[$0], $1)
    }
    let room = limit - (roots.count - stems.count)
    let alone = stems.indices.last {
      $0 + Set(stems[$0...].map { segments[$0].kind }).count <= room
    }
    var classOfStem: [Int: Int] = [:]
    if stems.count > room {
      var together: [Section.Role: Int] = [:]
      for stem in stems.dropFirst(alone ?? 0) {
        classOfStem[stem] = together[segments[stem].kind] ?? stem
        together[segments[stem].kind] = classOfStem[stem]
      }
    }
    var isRoot = [Bool](repeating: false, count: segments.count)
    for root in roots { isRoot[root] = true }
    var count = roots.count
    var open = PriorityQueue<Subtree>()
    for root in roots { open.insert(Subtree(root: root, inward: inward[root])) }
    let sides = min(limit - roots.count, groups - Self.groupsOfStem * stems.count)
    let limit = roots.count + max(0, sides)
    while count < limit, let largest = open.popFirst(), largest.inward > 0 {
      let side = branches(of: largest.root).map { Subtree(root: $0, inward: inward[$0]) }
      // Of more than there is room for, those come first that can fire most.
      for branch in side.sorted().prefix(limit - count) {
        count += 1
        isRoot[branch.root] = true
        open.insert(branch)
      }
    }
    var classes = [Int](repeating: 0, count: segments.count)
    for (index, segment) in segments.enumerated() {
      classes[index] =
        isRoot[index] || isKept[index]
        ? classOfStem[index] ?? index : segment.parent.map { classes[$0] } ?? index
    }
    self.classes = classes
  }

  /// What could be split: the one with most inward conductance comes first.
  private struct Subtree: Comparable {
    let root: Int
    let inward: Double

    static func < (a: Subtree, b: Subtree) -> Bool { (b.inward, a.root) < (a.inward, b.root) }
  }
}

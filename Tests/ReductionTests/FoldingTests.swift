import CableTheory
import CellModel
import TestSupport
import Testing

@testable import Reduction

/// The order of merges, and the classes within which they are made.
@Suite struct FoldingTests {
  /// The segments of a random cell, and views of random vectors.
  private struct Case {
    let tree: FoldingTree
    let views: FoldingViews
    let classes: [Int]
    let isKept: [Bool]

    /// - Parameter siteCount: how many segments are kept with those on their way to the soma.
    init(seed: UInt64, classLimit: Int, siteCount: Int = 0) throws {
      let cell = RandomCell(seed: seed).varied(seed: seed)
      let settings = try ReductionSettings(
        method: .folded, drive: RandomDrive(of: cell, seed: seed).drive)
      tree = FoldingTree(of: try DrivenCell(ReductionInput(cell, settings)))
      var generator = SplitMix64(seed: seed &+ 7_000_000)
      let segments = tree.segments
      let count = segments.count
      views = FoldingViews(
        [3, 2].map { dimension in
          FoldingViews.View(
            weights: (0..<count).map { _ in generator.uniform(0...1) },
            vectors: (0..<(dimension * count)).map { _ in generator.uniform(-1...1) })
        })
      let sites = (0..<siteCount).map { _ in
        segments[Int.random(in: 0..<count, using: &generator)]
      }
      isKept = tree.isOnTheWay(to: sites.map { ($0.section, $0.segment) })
      classes =
        FoldingClasses(
          of: tree, inwardConductances: tree.segments.map(\.area), isKept: isKept,
          limit: classLimit
        ).classes
    }

    var folding: Folding { Folding(tree, views: views, classes: classes, isKept: isKept) }
  }

  /// Against all pairs, tried one by one.
  @Test(arguments: UInt64(1)...40)
  func eachMergeIsTheCheapest(seed: UInt64) throws {
    let each = try Case(seed: seed, classLimit: Int(seed % 10), siteCount: Int(seed % 3))
    var tree = FoldedTree(each.tree)
    var views = each.views
    while tree.count > 1 {
      var cheapest: (cost: Double, first: Int, second: Int)?
      for first in tree.groups.indices where !tree.groups[first].isGone {
        for second in tree.groups.indices.dropFirst(first + 1)
        where each.classes[first] == each.classes[second]
          && !each.isKept[first] && !each.isKept[second] && tree.canMerge(first, second)
        {
          let cost = views.cost(of: first, second)
          if cost < cheapest?.cost ?? .infinity { cheapest = (cost, first, second) }
        }
      }
      guard let (_, first, second) = cheapest else { break }
      let (kept, gone) = tree.groups[first].parent == second ? (second, first) : (first, second)
      tree.merge(gone, into: kept)
      views.merge(gone, into: kept)

      var folding = each.folding
      folding.fold(to: tree.count)
      #expect(
        folding.tree.groups.map { $0.members.sorted() } == tree.groups.map { $0.members.sorted() })
    }
  }

  /// All stems can always become one group.
  @Test(arguments: UInt64(1)...80)
  func whatIsAskedForIsMet(seed: UInt64) throws {
    let each = try Case(seed: seed, classLimit: 5)
    for asked in [1, 2, 5, 10, 30, 1000] {
      var folding = each.folding
      folding.fold(to: asked)
      #expect(folding.tree.count == min(asked, each.tree.segments.count))
      #expect(folding.tree.ordered().count == folding.tree.count)
      let members = folding.tree.groups.flatMap(\.members)
      #expect(members.sorted() == Array(each.tree.segments.indices))
    }
  }

  /// T falls outwards, and each is the mean over the group's members.
  @Test(arguments: UInt64(1)...40)
  func transferResistancesFallOutwards(seed: UInt64) throws {
    let each = try Case(seed: seed, classLimit: 5)
    var folding = each.folding
    folding.fold(to: each.tree.segments.count / 3)
    for group in folding.tree.groups where !group.isGone {
      let members = group.members.map { each.tree.segments[$0] }
      let mean =
        members.reduce(0) { $0 + $1.conductance * $1.level.transfer }
        / members.reduce(0) { $0 + $1.conductance }
      #expect(abs(group.level.transfer / mean - 1) < 1e-10)
      for child in group.children {
        #expect(folding.tree.groups[child].level.transfer < group.level.transfer)
      }
    }
  }

  // MARK: Classes

  /// A trunk with a side branch that has one of its own, and a second stem.
  private static func branched() throws -> FoldingTree {
    var builder = CellBuilder()
    let trunk = builder.add(.apical, on: 0, length: 100, segments: 2)
    let next = builder.add(.apical, on: trunk, length: 300, segments: 3)
    let side = builder.add(.apical, on: trunk, length: 80)
    builder.add(.apical, on: side, length: 50)
    builder.add(.apical, on: side, length: 20)
    builder.add(.apical, on: next, length: 30)
    builder.add(.basal, on: 0, at: 0, length: 40, segments: 2)
    return FoldingTree(
      of: try DrivenCell(
        ReductionInput(builder.cell, ReductionSettings(method: .folded))))
  }

  /// The apical stem's way goes on into its long child; the side branch is one class with all it has until
  /// there may be more.
  @Test(arguments: [(0, 2), (2, 2), (3, 3), (4, 4), (5, 4), (100, 4)])
  func classesBeginAtSideBranches(limit: Int, expected: Int) throws {
    let tree = try Self.branched()
    let classes = FoldingClasses(
      of: tree, inwardConductances: tree.segments.map(\.area), isKept: Self.none(of: tree),
      limit: limit
    ).classes
    #expect(Set(classes).count == expected)
    let bySection = Dictionary(
      zip(tree.segments.map(\.section), classes), uniquingKeysWith: { first, _ in first })
    #expect(bySection[1] == bySection[2])
    #expect(bySection[7] != bySection[1])
    if expected > 2 {
      #expect(bySection[3] != bySection[1] && bySection[3] == bySection[4])
      #expect((bySection[5] == bySection[3]) == (expected == 3))
    }
  }

  /// Each stem has three groups before a side branch is a class.
  @Test(arguments: [(3, 2), (6, 2), (7, 3), (8, 4), (100, 4)])
  func sideBranchesAreOfWhatStemsLeave(groups: Int, expected: Int) throws {
    let tree = try Self.branched()
    let classes = FoldingClasses(
      of: tree, inwardConductances: tree.segments.map(\.area), isKept: Self.none(of: tree),
      limit: 100, groups: groups
    ).classes
    #expect(Set(classes).count == expected)
  }

  /// Where no channel could fire a branch, stems are classes.
  @Test func withoutInwardConductanceStemsAreClasses() throws {
    let tree = try Self.branched()
    let classes = FoldingClasses(
      of: tree, inwardConductances: tree.segments.map { _ in 0 }, isKept: Self.none(of: tree),
      limit: 100
    ).classes
    #expect(Set(classes).count == 2)
  }

  /// Each is a part of the tree, or several stems of one kind with what hangs on them, and there are as many as there
  /// may be, or as there are branches.
  @Test(arguments: UInt64(1)...40, [0, 4, 12, 1000])
  func classesAreConnected(seed: UInt64, limit: Int) throws {
    let each = try Case(seed: seed, classLimit: limit)
    let segments = each.tree.segments
    var heads: [Int: Set<Bool>] = [:]
    var kinds: [Int: Set<Section.Role>] = [:]
    for (index, segment) in segments.enumerated() {
      let own = each.classes[index]
      kinds[own, default: []].insert(segment.kind)
      guard segment.parent.map({ each.classes[$0] }) != own else { continue }
      #expect(heads[own] == nil || (heads[own] == [true] && segment.parent == nil))
      heads[own, default: []].insert(segment.parent == nil)
    }
    #expect(kinds.values.allSatisfy { $0.count == 1 })
    let tips = segments.count - Set(segments.compactMap(\.parent)).count
    let stemKinds = Set(segments.filter { $0.parent == nil }.map(\.kind))
    #expect(heads.count == max(stemKinds.count, min(limit, tips)))
  }

  /// With fewer classes than stems those with least inward conductance are one, of each kind.
  @Test func stemsBeyondTheLimitAreOneClass() throws {
    var builder = CellBuilder()
    builder.add(.apical, on: 0, length: 10)
    for length in [50.0, 20, 40, 30] { builder.add(.basal, on: 0, length: length) }
    let tree = FoldingTree(
      of: try DrivenCell(ReductionInput(builder.cell, ReductionSettings(method: .folded))))
    func classes(_ limit: Int) -> [Set<Int>] {
      let found = FoldingClasses(
        of: tree, inwardConductances: tree.segments.map(\.area), isKept: Self.none(of: tree),
        limit: limit
      ).classes
      return Dictionary(grouping: tree.segments.indices, by: { found[$0] }).values.map {
        Set($0.map { tree.segments[$0].section })
      }.sorted { ($0.min() ?? 0) < ($1.min() ?? 0) }
    }
    #expect(classes(5) == [[1], [2], [3], [4], [5]])
    #expect(classes(4) == [[1], [2], [3, 5], [4]])
    #expect(classes(3) == [[1], [2], [3, 4, 5]])
    for few in [0, 1, 2] { #expect(classes(few) == [[1], [2, 3, 4, 5]]) }
  }

  // MARK: Sites

  private static func none(of tree: FoldingTree) -> [Bool] {
    [Bool](repeating: false, count: tree.segments.count)
  }

  /// What hangs on a segment that is kept is a stem: here the long child's tip, the side branch and the basal stem.
  @Test func whatIsKeptIsAClassByItself() throws {
    let tree = try Self.branched()
    let isKept = tree.isOnTheWay(to: [(section: 2, segment: 1)])
    let kept = tree.segments.indices.filter { isKept[$0] }
    #expect(kept.map { tree.segments[$0].section } == [1, 1, 2, 2])
    let classes = FoldingClasses(
      of: tree, inwardConductances: tree.segments.map(\.area), isKept: isKept, limit: 0
    ).classes
    #expect(Set(kept.map { classes[$0] }).count == kept.count)
    let others = tree.segments.indices.filter { !isKept[$0] }
    #expect(Set(others.map { classes[$0] }).count == 3)
    #expect(Set(others.map { classes[$0] }).isDisjoint(with: kept.map { classes[$0] }))
  }

  /// However few groups are asked for, segments that are kept have one member each, and are joined to nothing.
  @Test(arguments: UInt64(1)...80)
  func whatIsKeptStaysAsItIs(seed: UInt64) throws {
    let each = try Case(seed: seed, classLimit: 5, siteCount: 1 + Int(seed % 3))
    let kept = each.tree.segments.indices.filter { each.isKept[$0] }
    #expect(!kept.isEmpty)
    for asked in [1, kept.count + 4, 30, 1000] {
      var folding = each.folding
      folding.fold(to: asked)
      for index in kept {
        let (group, segment) = (folding.tree.groups[index], each.tree.segments[index])
        #expect(group.members == [index])
        #expect(group.parent == segment.parent)
        #expect(group.level.transfer == segment.level.transfer)
        #expect(group.conductance == segment.conductance)
        #expect(group.flow == segment.flow)
        if let parent = segment.parent { #expect(each.isKept[parent]) }
      }
      let members = folding.tree.groups.flatMap(\.members)
      #expect(members.sorted() == Array(each.tree.segments.indices))
      #expect(folding.tree.count >= min(asked, each.tree.segments.count))
    }
  }

  // MARK: Views

  /// The costs of all merges add up to what the members of each group differ in.
  @Test(arguments: UInt64(1)...20)
  func costsAddUpToTheSumOfSquares(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let weights = (0..<12).map { _ in generator.uniform(0...2) }
    let vectors = (0..<36).map { _ in generator.uniform(-5...5) }
    var views = FoldingViews([FoldingViews.View(weights: weights, vectors: vectors)])
    var cost = 0.0
    for index in 1..<12 {
      cost += views.cost(of: 0, index)
      views.merge(index, into: 0)
    }
    var expected = 0.0
    for dimension in 0..<3 {
      let values = (0..<12).map { vectors[$0 * 3 + dimension] }
      let mean = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      expected += zip(weights, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    }
    #expect(abs(cost / expected - 1) < 1e-12)
  }

  @Test func whatHasNoWeightCostsNothing() {
    var views = FoldingViews([FoldingViews.View(weights: [0, 1], vectors: [3, 7])])
    #expect(views.cost(of: 0, 1) == 0)
    views.merge(1, into: 0)
    #expect(views.cost(of: 0, 0) == 0)
  }

  // MARK: The queue

  @Test(arguments: UInt64(1)...20)
  func theSmallestComesFirst(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var queue = PriorityQueue<Int>()
    var expected: [Int] = []
    for _ in 0..<200 {
      if Bool.random(using: &generator) || expected.isEmpty {
        let value = Int.random(in: 0..<50, using: &generator)
        queue.insert(value)
        expected.append(value)
        expected.sort()
      } else {
        #expect(queue.popFirst() == expected.removeFirst())
      }
    }
    for value in expected { #expect(queue.popFirst() == value) }
    #expect(queue.popFirst() == nil)
  }
}

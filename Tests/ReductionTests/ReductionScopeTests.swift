import CableTheory
import CellModel
import ComplexModule
import TestSupport
import Testing

@testable import Reduction

/// What is collapsed of a cell, and what the rest keeps; tolerances as for lumps.
@Suite struct ReductionScopeTests {
  private static let tolerance = 1e-8
  private static let seeds = UInt64(1)...60

  private static func random(
    _ seed: UInt64
  ) throws -> (cell: CellModel, count: SegmentCount, scope: ReductionScope) {
    let random = RandomCell(seed: seed)
    let cell = random.varied(seed: seed)
    return (cell, random.segmentCount, try .random(of: cell, seed: seed))
  }

  // MARK: What is collapsed

  /// The subtrees of the roots, without what is kept and what is on the way to it, in pieces that begin on what
  /// stays.
  @Test(arguments: UInt64(1)...200)
  func whatIsCollapsedIsWhatWasAskedFor(seed: UInt64) throws {
    let (cell, _, scope) = try Self.random(seed)
    func way(from section: Int) -> [Int] {
      Array(sequence(first: section) { cell.sections[$0].attachment?.parent })
    }
    let kept = Set(scope.kept.flatMap(way))
    let replacement = try Replacement(dendritesOf: cell, scope: scope)
    for section in cell.sections.indices {
      let isWithin = way(from: section).contains { scope.roots?.contains($0) ?? true }
      let expected =
        cell.sections[section].role.isDendritic && isWithin && !kept.contains(section)
      #expect(replacement.contains(section) == expected)
    }
    for piece in replacement.pieces {
      #expect(!replacement.contains(piece.attachment.parent))
      #expect(cell.sections[piece.stem].attachment == piece.attachment)
      for (place, section) in piece.sections.enumerated().dropFirst() {
        let parent = try #require(cell.sections[section].attachment?.parent)
        #expect(piece.sections.prefix(place).contains(parent))
      }
    }
    #expect(
      replacement.pieces.flatMap(\.sections).sorted()
        == cell.sections.indices.filter(replacement.contains))
    #expect(try scope.stems(of: cell) == replacement.pieces.map(\.stem).sorted())
  }

  /// soma – apic[0] – apic[1] – apic[2], with apic[3] on apic[0], an axon on apic[1]; soma – dend[0].
  private static var tree: CellModel {
    var builder = CellBuilder()
    let trunk = builder.add(.apical, on: 0, segments: 3)
    let middle = builder.add(.apical, on: trunk, segments: 3)
    builder.add(.apical, on: middle, segments: 3)
    builder.add(.apical, on: trunk, at: 0.5, segments: 3)
    builder.add(.axon, on: middle, segments: 3)
    builder.add(.basal, on: 0, segments: 3)
    return builder.cell
  }

  @Test(arguments: [
    (ReductionScope(roots: [0]), ReductionError.rootStays(section: "soma[0]", role: "soma")),
    (ReductionScope(roots: [2, 5]), .rootStays(section: "axon[0]", role: "axon")),
    (ReductionScope(roots: [3, 1]), .rootInside(section: "apic[2]", of: "apic[0]")),
    (ReductionScope(roots: [1, 2]), .rootInside(section: "apic[1]", of: "apic[0]")),
    (ReductionScope(roots: [4, 4]), .rootInside(section: "apic[3]", of: "apic[3]")),
    (ReductionScope(roots: [6, 7]), .part(argument: "roots", index: 1, section: 7)),
    (ReductionScope(kept: [-1]), .part(argument: "keep", index: 0, section: -1)),
    (ReductionScope(kept: [3, 4, 6]), .allKept(cell: "cell")),
    (ReductionScope(roots: [2, 6], kept: [3]), .rootKept(section: "apic[1]")),
    (ReductionScope(roots: [6], kept: [6]), .rootKept(section: "dend[0]")),
  ])
  func whatHasNoMeaningIsRefused(scope: ReductionScope, error: ReductionError) {
    #expect(throws: error) { try Replacement(dendritesOf: Self.tree, scope: scope) }
  }

  @Test(arguments: [
    (ReductionScope(roots: [3]), [[3]]),
    (ReductionScope(roots: [2, 4]), [[2, 3], [4]]),
    (ReductionScope(roots: [6, 1]), [[1, 2, 3, 4], [6]]),
    (ReductionScope(kept: [2]), [[3], [4], [6]]),
    // To what is on the way to an axon, to the soma, to a section outside of all roots.
    (ReductionScope(kept: [5]), [[3], [4], [6]]),
    (ReductionScope(kept: [0]), [[1, 2, 3, 4], [6]]),
    (ReductionScope(roots: [2], kept: [6, 4]), [[2, 3]]),
    (ReductionScope(roots: [1], kept: [1]), [[2, 3], [4]]),
  ])
  func partsOfATree(scope: ReductionScope, pieces: [[Int]]) throws {
    let found = try Replacement(dendritesOf: Self.tree, scope: scope).pieces
    #expect(found.map { $0.sections.sorted() } == pieces)
  }

  // MARK: What the rest keeps

  /// What stays is as it was: sections, what is on them, and the weights of connections there.
  @Test(arguments: seeds, Method.allCases)
  func whatStaysIsAsItWas(seed: UInt64, method: Method) throws {
    let (cell, count, scope) = try Self.random(seed)
    let reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(
        method: method, segmentCount: count, mergePolicy: .published,
        drive: RandomDrive(of: cell, seed: seed).drive, scope: scope))
    try reduction.reduced.validate()
    var kept: [Int: Int] = [:]
    for (index, origin) in reduction.origins.enumerated() {
      if case .kept(let old) = origin { kept[old] = index }
    }
    for (old, new) in kept {
      var (before, after) = (cell.sections[old], reduction.reduced.sections[new])
      if let attachment = before.attachment, !reduction.replacement.contains(attachment.parent) {
        #expect(after.attachment?.parent == kept[attachment.parent])
        #expect(after.attachment?.position == attachment.position)
        #expect(after.attachment?.ownEnd == attachment.ownEnd)
      }
      before.attachment = nil
      after.attachment = nil
      #expect(before == after)
    }
    for (index, process) in cell.pointProcesses.enumerated()
    where cell.sections[process.section].role.isDendritic
      && !reduction.replacement.contains(process.section)
    {
      let fate = reduction.pointProcessFates[index]
      guard case .unmoved = fate.site, fate.representative == index else {
        Issue.record("point process \(index): \(fate)")
        continue
      }
      let place = try #require(reduction.survivors.firstIndex(of: index))
      var after = reduction.reduced.pointProcesses[place]
      #expect(after.section == kept[process.section])
      after.section = process.section
      #expect(after == process)
    }
    for (before, after) in zip(cell.connections, reduction.reduced.connections) {
      let process = cell.pointProcesses[before.target]
      if !reduction.replacement.contains(process.section),
        cell.sections[process.section].role.isDendritic
      {
        #expect(before.weights == after.weights)
      }
    }
  }

  /// Under its load what is collapsed takes the current it took: from any place that stays to any other the steady
  /// impedance is what it was, with the soma's input resistance among them.
  @Test(arguments: UInt64(1)...80, [Method.lumped, .folded])
  func resistancesBetweenWhatStaysAreKept(seed: UInt64, method: Method) throws {
    let (cell, count, scope) = try Self.random(seed)
    let loaded = try LoadedReduction(
      cell, count, method: method, drive: RandomDrive(of: cell, seed: seed).drive, scope: scope)
    guard !loaded.hasAxonOnReplaced, !loaded.foldsPlaces else { return }
    let before = CellCompartments(of: cell)
    let after = CellCompartments(of: loaded.reduction.reduced)
    let full = TreeImpedance(of: loaded.loaded.compartments, frequency: 0)
    let reduced = TreeImpedance(of: loaded.reducedTree, frequency: 0)
    var places: [(before: Int, after: Int)] = [(0, 0)]
    for (new, origin) in loaded.reduction.origins.enumerated() {
      guard case .kept(let old) = origin else { continue }
      places += zip(before.segments[old], after.segments[new]).map { ($0, $1) }
    }
    for source in [places[0], places[Int(seed) % places.count]] {
      let own = full.voltages(injectingInto: source.before)
      let other = reduced.voltages(injectingInto: source.after)
      let scale = own[source.before].real
      for place in places {
        let difference = abs(own[place.before].real - other[place.after].real)
        #expect(difference <= Self.tolerance * scale, "\(place)")
      }
    }
  }

  @Test(arguments: UInt64(1)...80, [Method.lumped, .folded])
  func transferResistancesAreTheGroupsMeans(seed: UInt64, method: Method) throws {
    let (cell, count, scope) = try Self.random(seed)
    let loaded = try LoadedReduction(
      cell, count, method: method, drive: RandomDrive(of: cell, seed: seed).drive, scope: scope)
    guard !loaded.hasAxonOnReplaced, !loaded.foldsPlaces else { return }
    for (cable, members) in loaded.membersByCable.enumerated() where !members.isEmpty {
      let expected =
        members.reduce(0) { $0 + $1.conductance * $1.transfer }
        / members.reduce(0) { $0 + $1.conductance }
      #expect(abs(loaded.cableTransfers[cable] / expected - 1) <= Self.tolerance)
    }
  }

  /// Of each piece, or of all where pieces fold with each other; every segment has its own capacitance and leak.
  @Test(arguments: UInt64(1)...80, [Method.lumped, .folded])
  func membraneIsKept(seed: UInt64, method: Method) throws {
    let (cell, count, scope) = try Self.random(seed)
    let reduction = try Reduction(
      of: cell, settings: ReductionSettings(method: method, segmentCount: count, scope: scope))
    for (sections, cables) in reduction.piecesWithCables {
      let before = Membrane(of: sections.map { cell.sections[$0] })
      let after = Membrane(of: cables)
      #expect(abs(after.area / before.area - 1) <= 1e-11)
      #expect(abs(after.capacitance / before.capacitance - 1) <= 1e-11)
      #expect(abs(after.leak / before.leak - 1) <= 1e-11)
    }
  }

  /// With a group for every segment the cell is the cell, at any frequency and between any two places.
  @Test(arguments: seeds, [0.0, 30, 1000])
  func unfoldedItIsTheCell(seed: UInt64, frequency: Double) throws {
    let (cell, _, scope) = try Self.random(seed)
    guard !FoldedReductionTests.hasAxonAtStemsProximalEnd(cell) else { return }
    let reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(method: .folded, segmentCount: .total(1e6), scope: scope))
    // As at a stem's: it goes with the piece, though its place is that of what stays.
    guard !Self.hasAxonAtAPiecesBeginning(cell, reduction.replacement) else { return }
    let (before, after) = (CellCompartments(of: cell), CellCompartments(of: reduction.reduced))
    let sections = reduction.sectionsOfCables
    let places = cell.sections.indices.flatMap { section -> [(before: Int, after: Int)] in
      if let kept = reduction.origins.firstIndex(of: .kept(section)) {
        return Array(zip(before.segments[section], after.segments[kept]))
      }
      return zip(before.segments[section], reduction.segmentMap.points[section]).map {
        ($0, after.segments[sections[$1.segment.cable]][0])
      }
    }
    let full = TreeImpedance(of: before.tree, frequency: frequency)
    let reduced = TreeImpedance(of: after.tree, frequency: frequency)
    let source = places[Int(seed) % places.count]
    let own = full.voltages(injectingInto: source.before)
    let other = reduced.voltages(injectingInto: source.after)
    for place in places {
      let difference = (own[place.before] - other[place.after]).length
      #expect(difference <= Self.tolerance * own[source.before].length, "\(place)")
    }
  }

  private static func hasAxonAtAPiecesBeginning(
    _ cell: CellModel, _ replacement: Replacement
  ) -> Bool {
    cell.sections.indices.contains { index in
      guard let attachment = cell.sections[index].attachment, !replacement.contains(index),
        replacement.contains(attachment.parent)
      else { return false }
      let place = cell.place(at: attachment.position, ofSection: attachment.parent) { _, _ in true }
      return !replacement.contains(place.section)
    }
  }

  /// A classic cable has the impedances at the root of what it stands for: those that the subtree would have on a
  /// soma, whatever else the cell has.
  @Test(arguments: seeds, [0.0, 38, 200])
  func classicCablesAreThoseOfTheSubtrees(seed: UInt64, frequency: Double) throws {
    let cell = RandomCell(seed: seed).varied(seed: seed)
    let dendrites = cell.sections.indices.filter { cell.sections[$0].role.isDendritic }
    let root = dendrites[Int(seed) % dendrites.count]
    let reduction = try Reduction(
      of: cell, settings: ReductionSettings(frequency: frequency, scope: .init(roots: [root])))
    let piece = try #require(reduction.replacement.pieces.first)

    var alone = CellBuilder(pointProcessKinds: []).cell
    alone.mechanisms = cell.mechanisms
    var indices: [Int: Int] = [:]
    for section in piece.sections {
      indices[section] = alone.sections.count
      var copy = cell.sections[section]
      let parent = copy.attachment?.parent ?? 0
      copy.attachment?.parent = indices[parent] ?? 0
      if section == root { copy.attachment?.position = 1 }
      alone.sections.append(copy)
    }
    let expected = try alone.reduced(frequency: frequency)
    #expect(reduction.cables.map(\.shape) == expected.cables.map(\.shape))
    #expect(reduction.cables.map(\.segmentCount) == expected.cables.map(\.segmentCount))
    for (section, index) in indices {
      #expect(reduction.segmentMap.points[section] == expected.segmentMap.points[index])
    }
    #expect(
      reduction.cables.first?.base
        == .original(
          section: piece.attachment.parent, position: piece.attachment.position))
  }

  // MARK: What is said

  @Test func whatStaysIsNoted() throws {
    func notes(_ scope: ReductionScope) throws -> [String] {
      try Reduction(of: Self.tree, settings: ReductionSettings(method: .folded, scope: scope))
        .notes(listed: 0, of: Self.tree)
    }
    #expect(try notes(.all).isEmpty)
    #expect(
      try notes(.init(roots: [3])) == [
        "Of 5 dendritic sections 4 with 12 segments stay as they are: apic[0], apic[1], apic[3], dend[0]."
      ])
    #expect(
      try notes(.init(kept: [6])) == [
        "Of 5 dendritic sections 1 with 3 segments stays as it is: dend[0]."
      ])
  }

  /// Where fewer segments are asked for than there can be, how many there can be is said, and why.
  @Test(arguments: [Method.classic, .lumped])
  func theLeastNumberIsNoted(method: Method) throws {
    func notes(_ total: Double) throws -> [String] {
      try Reduction(
        of: Self.tree, settings: ReductionSettings(method: method, segmentCount: .total(total))
      ).notes(listed: 0, of: Self.tree)
    }
    #expect(
      try notes(2) == [
        "3 segments, the soma counted as one, are the least that method '\(method.name)' makes of this cell: each "
          + "dendrite that begins on what stays becomes a cable of its own."
      ])
    for enough in [3.0, 4, 1000] { #expect(try notes(enough).isEmpty) }
  }

  /// What hangs on different places of dendrites that stay does not become one; what hangs on one place may.
  @Test func piecesFoldWithEachOtherAtOnePlaceOnly() throws {
    func reduced(_ total: Double, _ roots: [Int], in cell: CellModel) throws -> Reduction {
      try Reduction(
        of: cell,
        settings: ReductionSettings(
          method: .folded, segmentCount: .total(total), scope: .init(roots: roots)))
    }
    let apart = try reduced(2, [3, 4], in: Self.tree)
    #expect(apart.cables.map(\.isOnOriginal) == [true, true])
    #expect(
      apart.notes(listed: 0, of: Self.tree).first
        == "3 segments, the soma counted as one, are the least that method 'folded' makes of this cell: what hangs "
        + "on different places of dendrites that stay is not folded with each other.")
    #expect(try reduced(3, [3, 4], in: Self.tree).notes(listed: 0, of: Self.tree).count == 1)

    var builder = CellBuilder()
    let trunk = builder.add(.apical, on: 0, segments: 3)
    for _ in 0..<2 { builder.add(.apical, on: trunk, segments: 3) }
    #expect(try reduced(2, [2, 3], in: builder.cell).cables.count == 1)
  }

  /// On dendrites that stay nothing is merged, and that is said.
  @Test func whatStaysIsNotMerged() throws {
    var builder = CellBuilder.ballAndStick(segments: 3)
    builder.add(.basal, on: 1, segments: 3)
    for section in [1, 1, 2, 2] { builder.addSynapse(on: section, at: 0.5) }
    let reduction = try Reduction(
      of: builder.cell, settings: ReductionSettings(scope: .init(roots: [2])))
    #expect(reduction.pointProcessFates.map(\.representative) == [0, 1, 2, 2])
    let kind = try #require(reduction.synapseKinds(amongFirst: 4, of: builder.cell).first)
    #expect(kind.obstacles.map(\.obstacle) == [.stays])
    #expect(kind.obstacles.map(\.count) == [2])
    #expect(kind.treatment.hasSuffix("those on dendrites that stay are as they were"))
  }
}

extension LoadedReduction {
  /// Whether pieces that hang on several places of the soma have become one: what stays between those places is
  /// then not as it was.
  var foldsPlaces: Bool {
    let compartments = CellCompartments(of: cell)
    var places: [Int: Set<Int>] = [:]
    for piece in reduction.replacement.pieces {
      let place = compartments.compartment(
        at: piece.attachment.position, ofSection: piece.attachment.parent)
      for point in piece.sections.flatMap({ reduction.segmentMap.points[$0] }) {
        places[point.segment.cable, default: []].insert(place)
      }
    }
    return places.values.contains { $0.count > 1 }
  }

  /// Whether an axon hangs on what is collapsed: it counts with the group that it hangs on, at its own T.
  fileprivate var hasAxonOnReplaced: Bool {
    cell.sections.indices.contains { index in
      guard let attachment = cell.sections[index].attachment, !reduction.replacement.contains(index)
      else { return false }
      return reduction.replacement.segment(
        at: attachment.position, ofSection: attachment.parent, in: cell) != nil
    }
  }
}

extension Reduction {
  /// The sections of pieces of the original, and of the reduced cell those that stand for them: piece by piece, all
  /// together where pieces may have become one.
  var piecesWithCables: [(original: [Int], reduced: [Section])] {
    func cables(of stems: Set<Int>) -> [Section] {
      zip(origins, reduced.sections).compactMap { origin, section in
        guard case .cable(let cable) = origin else { return nil }
        return stems.contains(self.cables[cable].stem) ? section : nil
      }
    }
    guard settings.method == .folded else {
      return replacement.pieces.map { ($0.sections, cables(of: [$0.stem])) }
    }
    return [
      (replacement.pieces.flatMap(\.sections), cables(of: Set(replacement.pieces.map(\.stem))))
    ]
  }
}

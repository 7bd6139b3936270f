import CableTheory
import CellModel
import ComplexModule
import Foundation
import TestSupport
import Testing

@testable import Reduction

/// What folding keeps exactly, on cells of any kind under loads of any kind; tolerances as for lumps.
@Suite struct FoldedReductionTests {
  private static let tolerance = 1e-8

  /// With a group for every segment, all impedances are the cell's, at any frequency and between any two places.
  @Test(arguments: UInt64(1)...60, [0.0, 30, 1000])
  func unfoldedItIsTheCell(seed: UInt64, frequency: Double) throws {
    let cell = RandomCell(seed: seed).varied(seed: seed)
    // An axon at the proximal end of a stem goes with the stem, though its place is the soma's.
    guard !Self.hasAxonAtStemsProximalEnd(cell) else { return }
    let reduction = try Reduction(
      of: cell, settings: ReductionSettings(method: .folded, segmentCount: .total(1e6)))
    let (before, after) = (CellCompartments(of: cell), CellCompartments(of: reduction.reduced))
    let places = Self.places(of: cell, before, after, reduction)
    let full = TreeImpedance(of: before.tree, frequency: frequency)
    let reduced = TreeImpedance(of: after.tree, frequency: frequency)
    let source = places[Int(seed) % places.count]
    for (own, other) in [
      (full.transfersToRoot(), reduced.transfersToRoot()),
      (
        full.voltages(injectingInto: source.before), reduced.voltages(injectingInto: source.after)
      ),
    ] {
      for place in places {
        let difference = (own[place.before] - other[place.after]).length
        #expect(difference <= Self.tolerance * full.input.length, "\(place)")
      }
    }
  }

  static func hasAxonAtStemsProximalEnd(_ cell: CellModel) -> Bool {
    cell.sections.contains { section in
      guard let attachment = section.attachment, !section.role.isDendritic,
        cell.sections[attachment.parent].role.isDendritic
      else { return false }
      let place = cell.place(at: attachment.position, ofSection: attachment.parent) { _, _ in true }
      return !cell.sections[place.section].role.isDendritic
    }
  }

  /// Each segment of the original, and where it went.
  private static func places(
    of cell: CellModel, _ before: CellCompartments, _ after: CellCompartments,
    _ reduction: Reduction
  ) -> [(before: Int, after: Int)] {
    let sections = reduction.sectionsOfCables
    return cell.sections.indices.flatMap { section -> [(Int, Int)] in
      if let kept = reduction.origins.firstIndex(of: .kept(section)) {
        return Array(zip(before.segments[section], after.segments[kept]))
      }
      return zip(before.segments[section], reduction.segmentMap.points[section]).map {
        ($0, after.segments[sections[$1.segment.cable]][0])
      }
    }
  }

  @Test(arguments: UInt64(1)...80)
  func transferResistancesAreTheGroupsMeans(seed: UInt64) throws {
    let folded = try LoadedReduction(randomCell: seed, method: .folded)
    guard !folded.hasAxonOnDendrite else { return }
    for (cable, members) in folded.membersByCable.enumerated() where !members.isEmpty {
      let expected =
        members.reduce(0) { $0 + $1.conductance * $1.transfer }
        / members.reduce(0) { $0 + $1.conductance }
      #expect(abs(folded.cableTransfers[cable] / expected - 1) <= folded.tolerance)
    }
  }

  @Test(arguments: UInt64(1)...80)
  func inputResistanceAtTheSomaIsKept(seed: UInt64) throws {
    let folded = try LoadedReduction(randomCell: seed, method: .folded)
    guard !folded.hasAxonOnDendrite else { return }
    #expect(
      abs(folded.reducedTransfers[0] / folded.loaded.transfers[0] - 1) <= folded.tolerance)
  }

  /// In each group. Junctions have 1e-12 of a segment.
  @Test(arguments: UInt64(1)...80)
  func membraneIsKept(seed: UInt64) throws {
    let folded = try LoadedReduction(randomCell: seed, method: .folded)
    Self.expectMembraneIsKept(in: folded.reduction, of: folded.cell)
  }

  private static func expectMembraneIsKept(in reduction: Reduction, of cell: CellModel) {
    let sections = reduction.sectionsOfCables
    for (cable, members) in members(of: reduction) {
      let before = Membrane(
        of: members.map { place in
          var section = cell.sections[place.section]
          section.segments = [section.segments[place.segment]]
          for index in section.insertions.indices {
            section.insertions[index].values = [section.insertions[index].values[place.segment]]
          }
          return section
        })
      let after = Membrane(of: [reduction.reduced.sections[sections[cable]]])
      #expect(abs(after.area / before.area - 1) <= 1e-11)
      #expect(abs(after.capacitance / before.capacitance - 1) <= 1e-11)
      #expect(abs(after.leak / before.leak - 1) <= 1e-11)
    }
  }

  /// Segments of the original, by the cable of their group.
  private static func members(
    of reduction: Reduction
  ) -> [Int: [(section: Int, segment: Int)]] {
    var members: [Int: [(section: Int, segment: Int)]] = [:]
    for (section, points) in reduction.segmentMap.points.enumerated() {
      for (segment, point) in points.enumerated() {
        members[point.segment.cable, default: []].append((section, segment))
      }
    }
    return members
  }

  @Test(arguments: UInt64(1)...80, [2, 3, 5, 12, 40])
  func thereAreAsManyGroupsAsAskedFor(seed: UInt64, total: Int) throws {
    let cell = RandomCell(seed: seed).varied(seed: seed)
    let reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(method: .folded, segmentCount: .total(Double(total))))
    let segments = reduction.segmentMap.points.reduce(0) { $0 + $1.count }
    let groups = Set(reduction.segmentMap.points.joined().map(\.segment.cable))
    #expect(groups.count == min(total - 1, segments))
    try reduction.reduced.validate()
    try reduction.reduced.checkProperties()
    // All others are junctions, on the group before them.
    for (index, cable) in reduction.cables.enumerated() where !groups.contains(index) {
      #expect(cable.base == .cable(index - 1))
      #expect(cable.segmentArea < 1e-9)
    }
  }

  // MARK: Stems

  /// Down to a single group totals are kept, and the input resistance at the soma.
  @Test(arguments: UInt64(1)...40)
  func stemsFoldWithEachOther(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).varied(seed: seed)
    let drive = RandomDrive(of: cell, seed: seed).drive
    let stems = try Replacement(dendritesOf: cell).pieces
    let segments = stems.flatMap(\.sections).reduce(0) { $0 + cell.sections[$1].segments.count }
    for count in 1...min(segments, 2 * stems.count + 1) {
      let folded = try LoadedReduction(
        cell, .total(Double(count + 1)), method: .folded, drive: drive)
      let groups = Self.members(of: folded.reduction)
      #expect(groups.count == count)
      Self.expectMembraneIsKept(in: folded.reduction, of: cell)
      for (cable, members) in groups {
        let sections = members.map(\.section)
        let areas = stems.map { stem in
          members.filter { stem.sections.contains($0.section) }
            .reduce(0) { $0 + cell.sections[$1.section].segments[$1.segment].area }
        }
        let largest = try #require(areas.indices.max { areas[$0] < areas[$1] })
        #expect(folded.reduction.cables[cable].stem == stems[largest].stem, "\(sections)")
        #expect(
          folded.reduction.cables[cable].role == cell.sections[stems[largest].stem].role)
      }
      guard !folded.hasAxonOnDendrite else { continue }
      #expect(
        abs(folded.reducedTransfers[0] / folded.loaded.transfers[0] - 1) <= folded.tolerance)
      for (cable, members) in folded.membersByCable.enumerated() where !members.isEmpty {
        let mean =
          members.reduce(0) { $0 + $1.conductance * $1.transfer }
          / members.reduce(0) { $0 + $1.conductance }
        #expect(abs(folded.cableTransfers[cable] / mean - 1) <= folded.tolerance)
      }
    }
  }

  /// Basal stems with basal ones first, and with the apical one only where there is to be one group; it hangs on the
  /// soma's middle, and is named after the stem with most membrane.
  @Test func stemsOfOneKindFoldFirst() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0, length: 100)
    let apical = builder.add(.apical, on: 0, at: 1, length: 110, segments: 2)
    let basal = builder.add(.basal, on: 0, at: 0, length: 90, segments: 2)
    func reduced(_ total: Double) throws -> Reduction {
      try Reduction(
        of: builder.cell,
        settings: ReductionSettings(method: .folded, segmentCount: .total(total)))
    }
    let three = try reduced(3)
    #expect(three.cables.map(\.stem).sorted() == [1, apical])
    #expect(three.cables.map(\.role).contains(.apical))
    #expect(
      Set(three.segmentMap.points[1].map(\.segment.cable))
        == Set(three.segmentMap.points[basal].map(\.segment.cable)))
    let two = try reduced(2)
    #expect(two.cables.map(\.stem) == [apical])
    #expect(two.cables.map(\.base) == [.original(section: 0, position: 0.5)])
  }

  // MARK: Sites

  /// A site, and all that is on its way to the soma, is one segment in one compartment, with its own membrane; with
  /// fewer segments than that needs, how many it needs is said.
  @Test(arguments: UInt64(1)...60)
  func sitesStayCompartments(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).varied(seed: seed)
    let dendrites = try Replacement(dendritesOf: cell).pieces.flatMap(\.sections)
    var generator = SplitMix64(seed: seed &+ 9_000_000)
    let sites = (0..<3).map { _ in
      ReductionSite(
        section: dendrites[Int.random(in: 0..<dendrites.count, using: &generator)],
        position: generator.uniform(0...1))
    }
    func reduced(_ count: SegmentCount) throws -> Reduction {
      try Reduction(
        of: cell, settings: ReductionSettings(method: .folded, segmentCount: count, sites: sites))
    }
    var least = 0
    do throws(ReductionError) {
      _ = try Reduction(
        of: cell,
        settings: ReductionSettings(method: .folded, segmentCount: .total(2), sites: sites))
    } catch {
      guard case .sitesNeed(let needed, 2, let kept) = error else { throw error }
      #expect(needed > kept)
      least = needed
    }
    for count in [SegmentCount.total(Double(max(least, 2))), .automatic] {
      let reduction = try reduced(count)
      let groups = Dictionary(
        grouping: reduction.segmentMap.points.joined(), by: \.segment.cable)
      if case .total = count, least > 0 { #expect(groups.count == least - 1) }
      let compartments = CellCompartments(of: cell)
      for site in sites {
        let place = try #require(
          reduction.replacement.segment(at: site.position, ofSection: site.section, in: cell))
        var next = compartments.segments[place.section][place.segment]
        while next > 0 {
          for section in dendrites {
            guard let segment = compartments.segments[section].firstIndex(of: next) else {
              continue
            }
            let cable = reduction.segmentMap.points[section][segment].segment.cable
            #expect(groups[cable]?.count == 1)
            #expect(
              abs(
                reduction.cables[cable].segmentArea
                  / cell.sections[section].segments[segment].area - 1) < 1e-12)
          }
          next = compartments.tree.parents[next]
        }
      }
      try reduction.reduced.validate()
      try reduction.reduced.checkProperties()
    }
  }

  /// Soma and axon stay anyway.
  @Test func sitesOnWhatStaysChangeNothing() throws {
    var builder = CellBuilder.ballAndStick(length: 400, diameter: 1, segments: 5)
    let axon = builder.add(.axon, on: 0, length: 30, segments: 3)
    func reduced(_ sites: [ReductionSite]) throws -> Reduction {
      try Reduction(
        of: builder.cell,
        settings: ReductionSettings(method: .folded, segmentCount: .total(3), sites: sites))
    }
    let sites = [0, axon].flatMap { section in
      [0, 0.5, 1].map { ReductionSite(section: section, position: $0) }
    }
    #expect(try reduced(sites).reduced == reduced([]).reduced)
  }

  /// What an axon with a site hangs on is on its way.
  @Test func anAxonOnADendriteHasAWay() throws {
    var builder = CellBuilder.ballAndStick(length: 400, diameter: 1, segments: 5)
    let axon = builder.add(.axon, on: 1, at: 0.5, length: 30)
    let reduction = try Reduction(
      of: builder.cell,
      settings: ReductionSettings(
        method: .folded, segmentCount: .total(5),
        sites: [ReductionSite(section: axon, position: 0.5)]))
    let cables = reduction.segmentMap.points[1].map(\.segment.cable)
    #expect(Set(cables.prefix(3)).count == 3)
    #expect(cables[3] == cables[4] && !cables.prefix(3).contains(cables[3]))
  }

  @Test func sitesThatAreNoneAreRefused() throws {
    let builder = CellBuilder.ballAndStick(length: 400, diameter: 1, segments: 5)
    for (section, position) in [(-1, 0.5), (2, 0.5), (Int.max, 0.5), (1, -0.1), (1, 1.1)] {
      let sites = [
        ReductionSite(section: 1, position: 0), ReductionSite(section: section, position: position),
      ]
      #expect(throws: ReductionError.site(index: 1, section: section, position: position)) {
        try Reduction(
          of: builder.cell, settings: ReductionSettings(method: .folded, sites: sites))
      }
    }
    let site = [ReductionSite(section: 1, position: 0.5)]
    for method in [Method.classic, .lumped] {
      #expect(throws: ReductionError.sitesOfMethod(name: method.name, known: ["folded"])) {
        try ReductionSettings(method: method, sites: site)
      }
    }
  }

  // MARK: Inward conductance

  /// Sodium and calcium count, by what their ions do; potassium does not, nor does a parameter that is no density.
  @Test func inwardConductanceIsThatOfIonsThatReversePositive() throws {
    var builder = CellBuilder(
      mechanisms: [
        MechanismKind(
          name: "na_ion", isIon: true, parameters: [.init(name: "ena", defaults: [50])]),
        MechanismKind(
          name: "k_ion", isIon: true, parameters: [.init(name: "ek", defaults: [-77])]),
        MechanismKind(
          name: "Fast",
          parameters: [
            .init(name: "shift_Fast", defaults: [3], unit: "mV"),
            .init(name: "gbar_Fast", defaults: [0.1], unit: "S/cm2"),
          ], currents: ["na"]),
        MechanismKind(
          name: "Fine", parameters: [.init(name: "gbar_Fine", defaults: [1], unit: "pS/um2")],
          currents: ["na"]),
        MechanismKind(
          name: "Slow", parameters: [.init(name: "gbar_Slow", defaults: [0.1], unit: "S/cm2")],
          currents: ["k"]),
      ])
    func insertions(_ reversal: Double) -> [Section.Insertion] {
      [
        .init(mechanism: 1, values: [[reversal]]), .init(mechanism: 2, values: [[-77]]),
        .init(mechanism: 3, values: [[3, 0.02]]), .init(mechanism: 4, values: [[100]]),
        .init(mechanism: 5, values: [[0.5]]),
      ]
    }
    builder.add(.basal, on: 0, length: 100, diameter: 2, inserting: insertions(50))
    builder.add(.basal, on: 0, length: 100, diameter: 2, inserting: insertions(-50))
    builder.add(.basal, on: 0, length: 100, diameter: 2)
    let tree = FoldingTree(
      of: try DrivenCell(ReductionInput(builder.cell, ReductionSettings(method: .folded))))
    let found = InwardConductance(of: builder.cell).values(at: tree)
    let byRegion = Dictionary(
      zip(tree.segments.map(\.section), found), uniquingKeysWith: { first, _ in first })
    // S/cm² · µm² = 1e-2 µS.
    #expect(abs((byRegion[1] ?? 0) - 0.03 * .pi * 200 * 1e-2) < 1e-12)
    #expect(byRegion[2] == 0 && byRegion[3] == 0)
  }
}

extension LoadedReduction {
  /// Of resistances: 1e-8 where stems that share a group hang on one place, and else small against what a soma is.
  fileprivate var tolerance: Double {
    var places: [Int: Set<Int>] = [:]
    let compartments = CellCompartments(of: cell)
    for piece in reduction.replacement.pieces {
      let place = compartments.compartment(
        at: piece.attachment.position, ofSection: piece.attachment.parent)
      for section in piece.sections {
        for point in reduction.segmentMap.points[section] {
          places[point.segment.cable, default: []].insert(place)
        }
      }
    }
    return places.values.allSatisfy { $0.count == 1 } ? 1e-8 : 1e-3
  }

  /// Whether something that stays hangs on a dendrite: what it does to the tree, resistances do not keep exactly.
  fileprivate var hasAxonOnDendrite: Bool {
    cell.sections.contains { section in
      guard let parent = section.attachment?.parent else { return false }
      return !section.role.isDendritic && cell.sections[parent].role.isDendritic
    }
  }
}

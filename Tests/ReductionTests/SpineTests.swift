import CableTheory
import CellModel
import ComplexModule
import Foundation
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

/// Dendritic spines that are sections; tolerances as for lumps.
@Suite struct SpineTests {
  private static let tolerance = 1e-8
  private static let methods = Method.allCases.filter(\.traits.changesWeights)

  /// A neck and a head, in µm.
  struct Shape {
    var neck = 1.0
    var neckDiameter = 0.2
    var head: Double? = 0.6
  }

  @discardableResult
  static func addSpine(
    to builder: inout CellBuilder, on section: Int, at position: Double, _ shape: Shape = Shape(),
    neckResistance: Double? = nil
  ) -> [Int] {
    var passive = CellBuilder.Passive()
    if let neckResistance {
      // R = Ra·ℓ / (πd²/4), Ω·cm · µm / µm² = 1e-2 MΩ.
      passive.axialResistivity =
        1e2 * neckResistance * .pi * shape.neckDiameter * shape.neckDiameter / 4 / shape.neck
    }
    let neck = builder.add(
      .basal, on: section, at: position, length: shape.neck, diameter: shape.neckDiameter, passive)
    guard let head = shape.head else { return [neck] }
    return [neck, builder.add(.basal, on: neck, length: head, diameter: head)]
  }

  // MARK: What is a spine

  @Test func spinesAreFoundByPlaceAndSize() {
    var builder = CellBuilder()
    let dendrite = builder.add(.basal, on: 0, length: 100, diameter: 1, segments: 3)
    let backwards = builder.add(
      .basal, on: dendrite, ownEnd: 1, length: 100, diameter: 1, segments: 3)
    var expected: [[Int]] = []
    func add(
      _ isSpine: Bool, on section: Int = dendrite, at position: Double = 0.3,
      _ shape: Shape = Shape()
    ) {
      let sections = Self.addSpine(to: &builder, on: section, at: position, shape)
      if isSpine { expected.append(sections) }
    }
    add(true)
    add(true, at: 0.3)
    add(true, on: backwards, at: 0.9)
    add(true, Shape(head: nil))
    add(true, Shape(neck: 4.4))
    add(false, Shape(neck: 4.5))
    add(false, Shape(neck: 0.1, head: nil))
    add(false, Shape(neckDiameter: 1))
    add(true, Shape(neckDiameter: 0.99))
    // At an end there are twigs, too.
    add(true, on: dendrite, at: 1)
    add(true, on: backwards, at: 0)
    add(false, on: dendrite, at: 1, Shape(head: nil))
    add(false, on: dendrite, at: 1, Shape(neckDiameter: 0.55))
    add(false, on: dendrite, at: 1, Shape(neckDiameter: 0.4, head: 0.3))
    add(false, on: dendrite, at: 0)
    add(false, on: 0, at: 0.5)
    // What branches, goes on, or carries an axon.
    for role in [Section.Role.basal, .axon] {
      let (one, other) = (
        Self.addSpine(to: &builder, on: dendrite, at: 0.5),
        Self.addSpine(to: &builder, on: dendrite, at: 0.5)
      )
      builder.add(role, on: one[0], length: 1, diameter: 0.2)
      builder.add(role, on: other[1], length: 1, diameter: 0.2)
    }
    #expect(Spine.all(in: builder.cell).map(\.sections) == expected)
  }

  /// Spines on 0.1 of a cell's dendritic sections.
  static func spiny(seed: UInt64) -> CellModel {
    var generator = SplitMix64(seed: seed &+ 17_000_000)
    var builder = CellBuilder()
    builder.cell = RandomCell(seed: seed).varied(seed: seed)
    let dendrites = builder.cell.sections.indices.filter {
      builder.cell.sections[$0].role.isDendritic
    }
    for _ in 0..<Int.random(in: 1...12, using: &generator) {
      guard let section = dendrites.randomElement(using: &generator) else { continue }
      let spine = addSpine(
        to: &builder, on: section, at: Double.random(in: 0.05...0.95, using: &generator),
        Shape(neckDiameter: 0.1, head: Bool.random(using: &generator) ? 0.6 : nil),
        neckResistance: Double.random(in: 10...800, using: &generator))
      if Bool.random(using: &generator), let last = spine.last {
        builder.addSynapse(
          on: last, at: Bool.random(using: &generator) ? 0.5 : 1,
          weight: Double.random(in: 1e-5...5e-3, using: &generator))
      }
    }
    return builder.cell
  }

  @Test(arguments: UInt64(1)...30, methods)
  func withoutSpinesNothingIsOtherwise(seed: UInt64, method: Method) throws {
    let random = RandomCell(seed: seed)
    let cell = random.varied(seed: seed)
    guard Spine.all(in: cell).isEmpty else { return }
    let drive = RandomDrive(of: cell, seed: seed).drive
    let (one, other) = (
      try LoadedReduction(cell, random.segmentCount, method: method, drive: drive).reduction,
      try LoadedReduction(
        cell, random.segmentCount, method: method, drive: drive,
        scope: ReductionScope(spines: .folded(nil))
      ).reduction
    )
    #expect(one.cables == other.cables && one.reduced == other.reduced)
    #expect(one.segmentMap == other.segmentMap && one.pointProcessFates == other.pointProcessFates)
  }

  // MARK: Folded

  /// A spine is where the segment that it hangs on is, whatever is asked for, and no compartment by itself.
  @Test(arguments: UInt64(1)...30, methods)
  func spinesGoWithWhatTheyHangOn(seed: UInt64, method: Method) throws {
    let total = [2.0, 6, method.traits.converges ? 1e6 : 300][Int(seed % 3)]
    let cell = Self.spiny(seed: seed)
    let spines = Spine.all(in: cell)
    let drive = RandomDrive(of: cell, seed: seed).drive
    let folded = try LoadedReduction(
      cell, .total(total), method: method, drive: drive,
      scope: ReductionScope(spines: .folded(nil)))
    let reduction = folded.reduction
    #expect(reduction.spines.spines.count == spines.count)
    for (spine, host) in reduction.spines.spines {
      let place = reduction.segmentMap.points[host.section][host.segment]
      for section in spine.sections {
        #expect(reduction.segmentMap.points[section].allSatisfy { $0 == place })
      }
    }
    let isSpine = Set(spines.flatMap(\.sections))
    let dendritic = cell.sections.indices.filter {
      cell.sections[$0].role.isDendritic && !isSpine.contains($0)
    }.reduce(0) { $0 + cell.sections[$1].segments.count }
    if method.traits.converges {
      let groups = Set(reduction.segmentMap.points.joined().map(\.segment.cable))
      #expect(groups.count == min(Int(total) - 1, dendritic))
    }
    // All membrane is there, in each compartment that of its members, spines' among them.
    var members: [Int: [Section]] = [:]
    for (section, points) in reduction.segmentMap.points.enumerated() {
      for (segment, point) in points.enumerated() {
        var part = cell.sections[section]
        part.segments = [part.segments[segment]]
        for index in part.insertions.indices {
          part.insertions[index].values = [part.insertions[index].values[segment]]
        }
        members[point.segment.cable, default: []].append(part)
      }
    }
    let sections = reduction.sectionsOfCables
    for (cable, parts) in members {
      let (before, after) = (
        Membrane(of: parts), Membrane(of: [reduction.reduced.sections[sections[cable]]])
      )
      #expect(abs(after.area / before.area - 1) <= 1e-11)
      #expect(abs(after.capacitance / before.capacitance - 1) <= 1e-11)
      #expect(abs(after.leak / before.leak - 1) <= 1e-11)
    }
    #expect(members.values.reduce(0) { $0 + $1.count } == dendritic + isSpine.count)
  }

  /// A cable of 1 λ with a sealed end and a spine at its end, whose neck is all resistance there is. To what a synapse
  /// on the shaft loses the neck adds κ = w·R·∫g²/∫g, and the charge behind it takes nothing more: the weight on the
  /// reduced cell is that of a shaft synapse, divided by what the neck takes.
  @Test(arguments: [20.0, 100, 500], [1e-5, 0.0005, 0.001, 0.002, 0.005])
  func theWeightHasTheDropOverTheNeck(resistance: Double, weight: Double) throws {
    func reduced(onSpine: Bool) throws -> (weight: Double, shunt: SelfShunt) {
      var builder = CellBuilder.ballAndStick(length: 600, diameter: 2, segments: 21)
      let spine = Self.addSpine(to: &builder, on: 1, at: 0.9, neckResistance: resistance)
      builder.addSynapse(on: onSpine ? spine[1] : 1, at: onSpine ? 0.5 : 0.9, weight: weight)
      let drive = SynapticDrive(
        responses: [Self.course.response(reversal: 0)], responseIndices: [0], rates: [0])
      let folded = try LoadedReduction(
        builder.cell, .total(1e6), method: .folded, drive: drive,
        scope: ReductionScope(spines: .folded(nil)))
      #expect(folded.reduction.spines.spines.count == 1)
      return (
        folded.reduction.reduced.connections[0].weights[0],
        try #require(folded.loaded.selfShunts.first)
      )
    }
    let (shaft, spine) = (try reduced(onSpine: false), try reduced(onSpine: true))
    // The spine is a little capacitance at another place.
    #expect(abs(shaft.weight / weight - 1) < 1e-6)
    // To the middle of the head: 150 Ω·cm, 0.3 µm and 0.6 µm. Frequencies end at 2 kHz.
    let whole = resistance + 1e-2 * 150 * 0.3 / (.pi * 0.36 / 4)
    let added = weight * whole * Self.course.selfShunt(timeConstant: 0)
    #expect(abs((spine.shunt.kappa - shaft.shunt.kappa) / added - 1) < 0.05)
    // F(κ')/κ' of the new weight, whose κ' is the shaft's in proportion, is what arrives.
    let ratio = spine.weight / weight
    let after = SelfShunt(kappa: ratio * shaft.shunt.kappa, growth: shaft.shunt.growth)
    #expect(abs(ratio / after.loss * spine.shunt.loss - 1) < 0.01)
    if weight <= 1e-5 { #expect(abs(ratio - 1) < 0.02) } else { #expect(ratio < 1) }
  }

  private static let course = DoubleExponential(rise: 0.3, decay: 3)

  // MARK: Kept

  /// Necks and heads stay as they are; with a group for each segment the cell is the cell that was read, weights
  /// included.
  @Test(arguments: UInt64(1)...30)
  func unfoldedWithSpinesItIsTheCell(seed: UInt64) throws {
    let cell = Self.spiny(seed: seed)
    guard !FoldedReductionTests.hasAxonAtStemsProximalEnd(cell) else { return }
    let kept = try LoadedReduction(
      cell, .total(1e6), method: .folded, scope: ReductionScope(spines: .kept(nil)))
    let reduction = kept.reduction
    let (before, after) = (CellCompartments(of: cell), CellCompartments(of: reduction.reduced))
    let full = TreeImpedance(of: before.tree, frequency: 30).transfersToRoot()
    let reduced = TreeImpedance(of: after.tree, frequency: 30).transfersToRoot()
    for spine in Spine.all(in: cell) {
      for section in spine.sections {
        let copy = try #require(reduction.origins.firstIndex(of: .kept(section)))
        var (one, other) = (cell.sections[section], reduction.reduced.sections[copy])
        (one.attachment, other.attachment) = (nil, nil)
        #expect(one == other)
        let difference = full[before.segments[section][0]] - reduced[after.segments[copy][0]]
        #expect(difference.length <= Self.tolerance * full[0].length)
      }
    }
    for (index, process) in cell.pointProcesses.enumerated()
    where reduction.spines.contains(process.section) {
      let point = cell.point(at: process.position, ofSection: process.section)
      #expect(reduction.pointProcessFates[index].site == .unmoved(point))
    }
  }

  /// A unit of what is delivered has the weight that it has to have where the spine hangs now.
  @Test(arguments: UInt64(1)...30, methods)
  func spinesThatStayKeepWhatTheyDeliver(seed: UInt64, method: Method) throws {
    let cell = Self.spiny(seed: seed)
    let drive = RandomDrive(of: cell, seed: seed).drive
    let kept = try LoadedReduction(
      cell, .total(5), method: method, drive: drive, scope: ReductionScope(spines: .kept(nil)))
    let reduction = kept.reduction
    try reduction.reduced.validate()
    let after = CellCompartments(of: reduction.reduced)
    let places = reduction.compartmentsOfPointProcesses(in: after)
    for input in kept.inputs where input.response.nature == .stochastic {
      let connection = cell.connections[input.connection]
      guard reduction.spines.contains(cell.pointProcesses[connection.target].section) else {
        continue
      }
      let ratio = kept.loaded.transfers[input.compartment]
      let scale =
        reduction.reduced.connections[input.connection].weights[0] / input.weight
      // The reduced cell under that load, but for synapses on its other places.
      #expect(scale > 0 && scale.isFinite)
      #expect(
        abs(scale * kept.reducedTransfers[places[connection.target]] / ratio - 1) < 0.05)
    }
  }

  @Test(arguments: Method.allCases)
  func necksHangWhereTheirPlaceWent(method: Method) throws {
    var builder = CellBuilder.ballAndStick(length: 600, diameter: 2, segments: 21)
    let spine = Self.addSpine(to: &builder, on: 1, at: 0.9)
    let reduction = try Reduction(
      of: builder.cell,
      settings: ReductionSettings(
        method: method, segmentCount: .total(3), scope: ReductionScope(spines: .kept(nil))))
    let neck = try #require(reduction.origins.firstIndex(of: .kept(spine[0])))
    let place = reduction.segmentMap.points[1][18].segment
    let attachment = try #require(reduction.reduced.sections[neck].attachment)
    #expect(attachment.parent == reduction.sectionsOfCables[place.cable])
    #expect(
      attachment.position == reduction.cables[place.cable].center(ofSegment: place.segment))
    #expect(reduction.segmentMap.points[spine[0]].isEmpty)
  }

  // MARK: Which

  /// soma – dend[0] (21 segments), on it a spine dend[1], dend[2] and a twig dend[3], which is none; dend[4] on the
  /// soma, and an axon on dend[3].
  private static var named: CellModel {
    var builder = CellBuilder.ballAndStick(length: 600, diameter: 2, segments: 21)
    addSpine(to: &builder, on: 1, at: 0.9)
    builder.add(.basal, on: 1, at: 0.5, length: 20, diameter: 1)
    builder.add(.basal, on: 0)
    builder.add(.axon, on: 4, length: 20, diameter: 1)
    return builder.cell
  }

  @Test(arguments: [
    ([0], ReductionError.spineElsewhere(section: "soma[0]", role: "soma", parent: nil)),
    ([1], .spineElsewhere(section: "dend[0]", role: "basal", parent: "soma[0]")),
    ([2, 6], .spineElsewhere(section: "axon[0]", role: "axon", parent: "dend[3]")),
    ([7], .part(argument: "spines", index: 0, section: 7)),
    ([2, -1], .part(argument: "spines", index: 1, section: -1)),
    ([4], .spineBears(section: "dend[3]", axon: "axon[0]")),
  ])
  func whatIsNoSpineIsRefused(sections: [Int], error: ReductionError) {
    for scope in [
      ReductionScope(spines: .kept(sections)), ReductionScope(spines: .folded(sections)),
    ] {
      #expect(throws: error) { try Replacement(dendritesOf: Self.named, scope: scope) }
    }
  }

  @Test func rootsAndWhatIsKeptComeFirst() throws {
    func pieces(_ scope: ReductionScope) throws -> [[Int]] {
      try Replacement(dendritesOf: Self.named, scope: scope).pieces.map { $0.sections.sorted() }
    }
    #expect(throws: ReductionError.spineIsRoot(section: "dend[2]")) {
      try pieces(ReductionScope(roots: [3], spines: .kept([2])))
    }
    // One that is named as a root is a branch.
    #expect(try pieces(ReductionScope(roots: [2], spines: .kept(nil))) == [[2, 3]])
    #expect(try pieces(ReductionScope(spines: .kept(nil))) == [[1, 4], [5]])
    #expect(try pieces(ReductionScope(spines: .folded(nil))) == [[1, 2, 3, 4], [5]])
    // Heads alone go with their necks.
    #expect(try pieces(ReductionScope(spines: .kept([3]))) == [[1, 2, 4], [5]])
    #expect(try pieces(ReductionScope(spines: .kept([2, 3]))) == [[1, 4], [5]])
    // On a dendrite that stays they stay; as branches they do not.
    #expect(try pieces(ReductionScope(kept: [1], spines: .folded(nil))) == [[4], [5]])
    #expect(try pieces(ReductionScope(kept: [1], spines: .collapsed)) == [[2, 3], [4], [5]])
    #expect(try pieces(ReductionScope(kept: [3], spines: .folded(nil))) == [[4], [5]])
  }

  @Test func foldedSpinesNeedWeightsThatChange() {
    #expect(
      throws: ReductionError.spinesOfMethod(name: "classic", known: Self.methods.map(\.name))
    ) {
      try ReductionSettings(method: .classic, scope: ReductionScope(spines: .folded(nil)))
    }
  }

  /// A site in a spine keeps it and its way compartments of their own.
  @Test func aSpineWithASiteIsABranch() throws {
    let reduction = try Reduction(
      of: Self.named,
      settings: ReductionSettings(
        method: .folded, segmentCount: .total(1e6),
        sites: [ReductionSite(section: 3, position: 0.5)],
        scope: ReductionScope(spines: .folded(nil))))
    #expect(reduction.spines.spines.isEmpty)
    let head = try #require(reduction.segmentMap.points[3].first?.segment)
    #expect(reduction.segmentMap.points.joined().count { $0.segment == head } == 1)
  }

  @Test func notesSayWhatWasTakenForSpines() throws {
    func notes(_ spines: SpineTreatment, _ cell: CellModel = Self.named) throws -> [String] {
      try Reduction(
        of: cell,
        settings: ReductionSettings(method: .folded, scope: ReductionScope(spines: spines))
      ).notes(listed: 0, of: cell).filter { $0.contains("spine") || $0.contains("stay") }
    }
    #expect(
      try notes(.folded(nil)) == [
        "1 spine of 2 sections (dend[1]), found by place and size, goes with the segment that it hangs on; what its "
          + "neck does to its synapses is in the weights. spines= says otherwise."
      ])
    #expect(
      try notes(.kept([2])) == [
        "1 spine of 2 sections (dend[1]) stays, on what stands for the segment that it hangs on."
      ])
    var clamped = Self.named
    clamped.pointProcesses.append(
      PointProcess(kind: 0, section: 3, position: 0.5, values: [0.1, 10, 0]))
    #expect(
      try notes(.folded(nil), clamped).last
        == "1 point process without NetCons on spines that are folded (Exp2Syn): what moves along acts on the segment "
        + "beneath as if there were no neck, which for a voltage clamp is another cell. spines='kept' keeps the necks."
    )
    #expect(try notes(.kept(nil), clamped).count == 1)
    #expect(try notes(.collapsed).isEmpty)
    #expect(try notes(.kept(nil), CellBuilder.ballAndStick(segments: 3).cell).isEmpty)
  }
}

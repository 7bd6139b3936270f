import CellModel
import Reduction
import Testing

@Suite struct ReducedCellAssemblyTests {
  // MARK: Connections

  /// No event is lost: each connection is still there, with its weights, and reaches a
  /// point process that stands where its own went and is like it.
  @Test(arguments: UInt64(1)...60)
  func connectionsKeepTheirWeights(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let reduced = reduction.reduced
    #expect(reduced.connections.count == random.cell.connections.count)
    for (connection, original) in zip(reduced.connections, random.cell.connections) {
      #expect(connection.weights == original.weights)
      let fate = reduction.pointProcessFates[original.target]
      #expect(reduction.survivors[connection.target] == fate.representative)
      let target = reduced.pointProcesses[connection.target]
      #expect(target.kind == random.cell.pointProcesses[original.target].kind)
      switch (fate.site, reduction.origins[target.section]) {
      case (.cable(let segment), .cable(let cable)):
        #expect(segment.cable == cable)
        #expect(
          target.position == reduction.cables[cable].center(ofSegment: segment.segment))
      case (.unmoved(let point), .kept(let section)):
        #expect(random.cell.point(at: target.position, ofSection: section) == point)
      default:
        Issue.record("\(fate.site) is not in \(reduction.origins[target.section])")
      }
    }
  }

  /// Site by site, what arrives is the sum of what arrived at the originals that went there. Sums
  /// here and there are of the same numbers in the same order.
  @Test(arguments: UInt64(1)...60)
  func sumsOfWeightsAreKept(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    func total(_ cell: CellModel) -> Double {
      cell.connections.reduce(0) { $0 + $1.weights.reduce(0, +) }
    }
    #expect(total(reduction.reduced) == total(random.cell))

    var expected = [Double](repeating: 0, count: random.cell.pointProcesses.count)
    for connection in random.cell.connections {
      let fate = reduction.pointProcessFates[connection.target]
      expected[fate.representative] += connection.weights[0]
    }
    var sums = [Double](repeating: 0, count: reduction.survivors.count)
    for connection in reduction.reduced.connections {
      sums[connection.target] += connection.weights[0]
    }
    #expect(sums == reduction.survivors.map { expected[$0] })
  }

  /// Those that stand for themselves remain, and no other.
  @Test(arguments: UInt64(1)...60)
  func survivorsStandForThemselves(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let fates = reduction.pointProcessFates
    let themselves = fates.indices.filter { fates[$0].representative == $0 }
    #expect(reduction.survivors.sorted() == themselves)
    #expect(reduction.reduced.pointProcesses.count == themselves.count)
    for (process, old) in zip(reduction.reduced.pointProcesses, reduction.survivors) {
      let original = random.cell.pointProcesses[old]
      #expect(process.kind == original.kind)
      #expect(process.values == original.values)
      #expect(process.mayMerge == original.mayMerge)
    }
  }

  // MARK: Order

  /// Cable by cable, the apical one first, then what did not move; in the given order within each.
  @Test func survivorsAreInTheOrderOfCables() throws {
    var builder = CellBuilder()
    let basal = builder.add(.basal, on: 0)
    let axon = builder.add(.axon, on: 0)
    let apical = builder.add(.apical, on: 0)
    let other = builder.add(.basal, on: 0)
    for (section, position, tau) in [
      (0, 0.5, 1.0), (other, 0.5, 1), (apical, 0.9, 1), (basal, 0.9, 2), (apical, 0.1, 3),
      (axon, 0.5, 1), (basal, 0.1, 4), (apical, 0.9, 1), (0, 0.5, 1),
    ] {
      builder.addSynapse(on: section, at: position, values: [tau, 10, 0])
    }
    let reduction = try builder.cell.reduced()
    #expect(reduction.survivors == [2, 4, 3, 6, 1, 0, 5])
    #expect(reduction.reduced.pointProcesses.map(\.values[0]) == [1, 3, 2, 4, 1, 1, 1])
    #expect(reduction.origins == [.kept(0), .kept(axon), .cable(0), .cable(1), .cable(2)])
    #expect(reduction.reduced.pointProcesses.map(\.section) == [2, 2, 3, 3, 4, 0, 1])
    #expect(reduction.reduced.connections.map(\.target) == [5, 4, 0, 2, 1, 6, 3, 0, 5])
  }

  // MARK: What stays

  /// Soma and axon are the original's to the last value, but for their parents' new indices.
  @Test(arguments: UInt64(1)...60)
  func keptSectionsAreUntouched(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let reduced = reduction.reduced
    #expect(reduction.origins.count == reduced.sections.count)
    var kept: [Int] = []
    for (section, origin) in zip(reduced.sections, reduction.origins) {
      guard case .kept(let old) = origin else { continue }
      kept.append(old)
      var original = random.cell.sections[old]
      if let attachment = original.attachment, let new = section.attachment {
        #expect(new.ownEnd == attachment.ownEnd)
        if random.cell.sections[attachment.parent].role.isDendritic {
          #expect(reduced.sections[new.parent].role.isDendritic)
        } else {
          #expect(reduction.origins[new.parent] == .kept(attachment.parent))
          #expect(new.position == attachment.position)
        }
        original.attachment = section.attachment
      }
      #expect(section == original)
    }
    #expect(
      kept.sorted()
        == random.cell.sections.indices.filter { !random.cell.sections[$0].role.isDendritic })
    // Every section follows the one it is attached to.
    for (index, section) in reduced.sections.enumerated() {
      #expect(section.attachment?.parent ?? -1 < index)
      #expect((section.attachment == nil) == (index == 0))
    }
  }

  @Test func theCellKeepsItsOwnProperties() throws {
    let cell = CellBuilder.ballAndStick(segments: 3).cell
    let reduced = try cell.reduced().reduced
    #expect(reduced.name == cell.name)
    #expect(reduced.temperature == 34)
    #expect(reduced.initialPotential == -80)
    #expect(reduced.mechanisms == cell.mechanisms)
    #expect(reduced.pointProcessKinds == cell.pointProcessKinds)
  }

  /// Sections between dendrites in the original: what they are attached to has a new index.
  @Test func parentsAreFoundAgain() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    let axon = builder.add(.axon, on: 0, at: 0.5, ownEnd: 1)
    builder.add(.basal, on: 1)
    builder.add(.axon, on: axon, at: 0)
    let sections = try builder.cell.reduced().reduced.sections
    #expect(sections.map(\.name) == ["soma[0]", "axon[0]", "axon[1]", "dend[0]"])
    #expect(
      sections.map(\.attachment) == [
        nil, .init(parent: 0, position: 0.5, ownEnd: 1), .init(parent: 1, position: 0),
        .init(parent: 0, position: 1),
      ])
  }

  /// A source on a dendrite is where its place went, one that stays on its section, and a variable of a
  /// dendrite at no known position on none.
  @Test func sourcesMoveWithTheirPlaces() throws {
    var builder = CellBuilder()
    let axon = builder.add(.axon, on: 0)
    let dendrite = builder.add(.basal, on: 0, length: 500, segments: 9)
    let sources: [EventSource] = [
      .crossing(section: dendrite, position: 0.9), .crossing(section: axon, position: 0.5),
      .crossing(section: dendrite, position: nil), .crossing(section: nil, position: nil),
      .train(interval: 10, number: 1e9, start: 0, noise: 1), .none,
    ]
    let synapse = builder.addSynapse(on: dendrite, at: 0.9)
    builder.cell.connections = sources.map {
      Connection(target: synapse, weights: [1], source: $0)
    }
    for method in Method.allCases {
      let reduction = try Reduction(
        of: builder.cell, settings: ReductionSettings(method: method, segmentCount: .total(6)))
      let process = try #require(reduction.reduced.pointProcesses.first)
      #expect(
        reduction.reduced.connections.map(\.source) == [
          .crossing(section: process.section, position: process.position),
          .crossing(section: axon, position: 0.5), .crossing(section: nil, position: nil),
        ] + sources.dropFirst(3))
    }
  }

  /// An axon that leaves from a dendrite leaves from where its place on the dendrite went, and comes
  /// after the cables; what hangs on it stays on it.
  @Test func anAxonOnADendriteMovesWithItsPlace() throws {
    var builder = CellBuilder.ballAndStick(segments: 5)
    let axon = builder.add(.axon, on: 1, at: 0.5, ownEnd: 1, segments: 2)
    let next = builder.add(.axon, on: axon, at: 0)
    let synapse = builder.addSynapse(on: next, at: 0.5)
    let reduction = try builder.cell.reduced(.total(21))
    #expect(reduction.origins == [.kept(0), .cable(0), .kept(axon), .kept(next)])
    let target = reduction.segmentMap.points[1][2].segment.segment
    #expect(
      reduction.reduced.sections.map(\.attachment) == [
        nil, .init(parent: 0, position: 1),
        .init(parent: 1, position: (Double(target) + 0.5) / 20, ownEnd: 1),
        .init(parent: 2, position: 0),
      ])
    #expect(reduction.reduced.pointProcesses[synapse].section == 3)
    // It is no part of the dendrite that the cable stands for.
    let without = try CellBuilder.ballAndStick(segments: 5).cell.reduced(.total(21))
    #expect(reduction.cables == without.cables)
  }

  // MARK: Cables

  /// A cable's section is the uniform cylinder that it stands for, as NEURON would divide it.
  @Test(arguments: [1, 2, 17])
  func aCablesSectionIsItsCylinder(count: Int) throws {
    let passive = CellBuilder.Passive(leak: 1e-4, capacitance: 1.5, axialResistivity: 80)
    let cell = CellBuilder.ballAndStick(segments: 6, passive).cell
    let reduction = try cell.reduced(.total(Double(count + 1)))
    let cable = try #require(reduction.cables.first)
    let section = try #require(reduction.reduced.sections.last)
    let expected = CellBuilder.ballAndStick(
      length: cable.shape.length, diameter: cable.shape.diameter, segments: count, passive
    ).cell.sections[1]

    #expect(section.name == "dend[0]")
    #expect(section.role == .basal)
    #expect(section.attachment == .init(parent: 0, position: 1))
    #expect(section.length == cable.shape.length)
    #expect(section.axialResistivity == 80)
    #expect(section.segments.count == count)
    // Some roundings of products in another order.
    func isClose(_ value: Double, _ expected: Double) -> Bool {
      abs(value - expected) <= 8 * expected.ulp
    }
    #expect(isClose(section.endResistance, expected.endResistance))
    for (segment, expected) in zip(section.segments, expected.segments) {
      #expect(segment.diameter == cable.shape.diameter)
      #expect(segment.capacitance == 1.5)
      #expect(isClose(segment.area, expected.area))
      #expect(isClose(segment.axialResistance, expected.axialResistance))
    }
  }

  @Test func cablesAreNamedByRole() throws {
    var builder = CellBuilder()
    for role in [Section.Role.basal, .apical, .basal, .apical, .basal] {
      builder.add(role, on: 0)
    }
    let sections = try builder.cell.reduced().reduced.sections
    #expect(
      sections.map(\.name)
        == ["soma[0]", "apic[0]", "apic[1]", "dend[0]", "dend[1]", "dend[2]"])
  }

  @Test func namesCountEachRoleByItself() {
    var names = CableNames()
    let roles: [Section.Role] = [.basal, .apical, .basal, .apical]
    #expect(roles.map { names.next(for: $0) } == ["dend[0]", "apic[0]", "dend[1]", "apic[1]"])
  }
}

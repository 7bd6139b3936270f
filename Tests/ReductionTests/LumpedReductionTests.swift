import CableTheory
import CellModel
import Foundation
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

/// What the method claims to keep exactly, on cells of any kind under loads of any kind.
///
/// Exactly is up to rounding: axial conductances are up to 10⁷ times a leak in these cells, so that
/// elimination leaves some 10⁷ ulps; 10⁻⁸ is allowed.
@Suite struct LumpedReductionTests {
  private static let tolerance = 1e-8

  // MARK: Any cell, any load

  @Test(arguments: UInt64(1)...80)
  func transferResistancesAreTheGroupsMeans(seed: UInt64) throws {
    let lumped = try LoadedReduction(randomCell: seed)
    let expected = lumped.membersByCable.map { members in
      members.reduce(0) { $0 + $1.conductance * $1.transfer }
        / members.reduce(0) { $0 + $1.conductance }
    }
    for (cable, transfer) in lumped.cableTransfers.enumerated()
    where !lumped.hasAxon(onCable: cable) {
      #expect(
        abs(transfer / expected[cable] - 1) <= Self.tolerance,
        "cable \(cable): \(transfer) for \(expected[cable]) MΩ")
    }
  }

  @Test(arguments: UInt64(1)...80)
  func inputResistanceAtTheSomaIsKept(seed: UInt64) throws {
    let lumped = try LoadedReduction(randomCell: seed)
    #expect(
      abs(lumped.reducedTransfers[0] / lumped.loaded.transfers[0] - 1) <= Self.tolerance,
      "\(lumped.reducedTransfers[0]) for \(lumped.loaded.transfers[0]) MΩ")
  }

  /// Of each stem, and so of the cell.
  @Test(arguments: UInt64(1)...80)
  func membraneIsKept(seed: UInt64) throws {
    let lumped = try LoadedReduction(randomCell: seed)
    for subtree in try Replacement(dendritesOf: lumped.cell).pieces {
      let before = Membrane(of: subtree.sections.map { lumped.cell.sections[$0] })
      let after = Membrane(
        of: zip(lumped.reduction.origins, lumped.reduction.reduced.sections).compactMap {
          guard case .cable(let cable) = $0 else { return nil }
          return lumped.reduction.cables[cable].stem == subtree.stem ? $1 : nil
        })
      // Sums in another order, and the cube root of a diameter.
      #expect(abs(after.area / before.area - 1) <= 1e-12)
      #expect(abs(after.capacitance / before.capacitance - 1) <= 1e-12)
      #expect(abs(after.leak / before.leak - 1) <= 1e-12)
    }
  }

  /// One compartment for a group, never more of them than the classic cables have segments, and
  /// every dendritic segment in one.
  @Test(arguments: UInt64(1)...80)
  func isNoLargerThanTheClassicReduction(seed: UInt64) throws {
    let lumped = try LoadedReduction(randomCell: seed)
    let classic = try lumped.cell.reduced(lumped.reduction.settings.segmentCount)
    #expect(
      lumped.reduction.cables.count
        <= classic.cables.reduce(0) { $0 + $1.segmentCount })
    #expect(lumped.reduction.cables.allSatisfy { $0.segmentCount == 1 })
    #expect(lumped.membersByCable.allSatisfy { !$0.isEmpty })
    let classicStems = classic.cables.map(\.stem)
    var stems = lumped.reduction.cables.map(\.stem)
    stems = stems.indices.filter { $0 == 0 || stems[$0] != stems[$0 - 1] }.map { stems[$0] }
    #expect(stems == classicStems)
    for (section, points) in zip(lumped.cell.sections, lumped.reduction.segmentMap.points) {
      #expect(points.count == (section.role.isDendritic ? section.segments.count : 0))
    }
  }

  /// From the soma outwards along each chain, the transfer resistance falls.
  @Test(arguments: UInt64(1)...80)
  func chainsGoOutwards(seed: UInt64) throws {
    let lumped = try LoadedReduction(randomCell: seed)
    for (index, cable) in lumped.reduction.cables.enumerated() {
      guard case .cable(let before) = cable.base else { continue }
      #expect(before == index - 1)
      #expect(lumped.cableTransfers[index] < lumped.cableTransfers[before])
    }
  }

  /// Each event's charge arrives: w'/(1 + κ') = w/(1 + κ)·T/T', by the reduced cell as it came out.
  @Test(arguments: UInt64(1)...40)
  func eventsKeepTheirCharge(seed: UInt64) throws {
    let lumped = try LoadedReduction(randomCell: seed)
    let tree = lumped.reducedTree
    let resistances = SpectralGrid.frequencies.map {
      TreeImpedance(of: tree, frequency: $0).inputs().map(\.real)
    }
    for (input, shunt) in zip(lumped.inputs, lumped.loaded.selfShunts) {
      let target = lumped.cell.connections[input.connection].target
      let before = lumped.cell.connections[input.connection].weights[0]
      let after = lumped.reduction.reduced.connections[input.connection].weights[0]
      guard case .cable(let site) = lumped.reduction.pointProcessFates[target].site else {
        #expect(after == before)
        continue
      }
      guard !lumped.hasAxon(onCable: site.cable) else { continue }
      let compartment = lumped.cableCompartments[site.cable]
      let ratio =
        lumped.loaded.transfers[input.compartment] / lumped.reducedTransfers[compartment]
      guard input.response.nature == .linearConductance else {
        #expect(abs(after / before / ratio - 1) <= Self.tolerance)
        continue
      }
      let shuntAfter =
        after
        * SpectralGrid.integral { input.response.power[$0] * resistances[$0][compartment] }
      // κ' of the method's own load, whose least leaks and rounding are not quite these.
      guard shuntAfter / (1 + shuntAfter) < 0.499 else { continue }
      #expect(abs(after / (1 + shuntAfter) / (before / shunt.loss) / ratio - 1) <= 1e-6)
    }
    // Those of which nothing is known keep theirs, and so do all weights but the first.
    let known = Set(lumped.inputs.map(\.connection))
    for (index, connection) in lumped.cell.connections.enumerated() {
      let after = lumped.reduction.reduced.connections[index]
      #expect(after.weights.dropFirst() == connection.weights.dropFirst())
      if !known.contains(index) { #expect(after.weights == connection.weights) }
    }
  }

  /// Large weights are named by their mechanism; ordinary ones are not, nor are those on the soma.
  @Test(arguments: [(1e-4, 0), (1e-3, 0), (1e-1, 2), (1e1, 2)])
  func weightsThatSaturateAreNoted(weight: Double, count: Int) throws {
    var builder = CellBuilder.ballAndStick(length: 400, diameter: 1, segments: 21)
    let course = DoubleExponential(rise: 0.5, decay: 3)
    for (section, position) in [(1, 0.9), (1, 0.99), (0, 0.5)] {
      builder.addSynapse(on: section, at: position, weight: weight)
    }
    for nature in [SynapticResponse.Nature.linearConductance, .nonlinearConductance] {
      let drive = SynapticDrive(
        responses: [course.response(nature)], responseIndices: [0, 0, 0], rates: [5, 5, 5])
      let reduction = try Reduction(
        of: builder.cell, settings: ReductionSettings(method: .lumped, drive: drive))
      #expect(reduction.saturatingConnections == Array(0..<count))
      let notes = reduction.notes(listed: 3, of: builder.cell)
      #expect(notes.count == (count > 0 ? 1 : 0))
      if let note = notes.first { #expect(note.hasPrefix("Exp2Syn: 2 synapses on the dendrites")) }
    }
  }

  // MARK: Cells at the edge

  /// Sections without any leak, and without pas, beyond the stems.
  @Test(arguments: UInt64(1)...30)
  func sectionsMayHaveNoLeak(seed: UInt64) throws {
    var random = RandomCell(seed: seed).varied(seed: seed)
    var generator = SplitMix64(seed: seed &+ 3_000_000)
    for (index, section) in random.sections.enumerated() {
      guard let parent = section.attachment?.parent, section.role.isDendritic,
        random.sections[parent].role.isDendritic
      else { continue }
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: random.sections[index].insertions.removeFirst()
      case 1:
        for segment in section.segments.indices {
          random.sections[index].insertions[0].values[segment][0] = 0
        }
      default: break
      }
    }
    let lumped = try LoadedReduction(random, drive: RandomDrive(of: random, seed: seed).drive)
    #expect(
      abs(lumped.reducedTransfers[0] / lumped.loaded.transfers[0] - 1) <= Self.tolerance)
    for cable in lumped.reduction.cables {
      #expect(cable.shape.length.isFinite && cable.shape.diameter.isFinite)
    }
    let before = Membrane(of: random.sections.filter(\.role.isDendritic))
    let after = Membrane(of: lumped.reduction.reduced.sections.filter(\.role.isDendritic))
    #expect(abs(after.area / before.area - 1) <= 1e-12)
    #expect(abs(after.leak / before.leak - 1) <= 1e-12)
  }

  /// A stem of one segment is one compartment, whatever total is asked for: itself.
  @Test func aOneSegmentStemStaysWhatItIs() throws {
    var builder = CellBuilder.ballAndStick(length: 120, segments: 1)
    builder.addSynapse(on: 1, at: 0.5)
    let drive = SynapticDrive(
      responses: [DoubleExponential().response()], responseIndices: [0], rates: [20])
    for count in [SegmentCount.automatic, .total(2), .total(40)] {
      let lumped = try LoadedReduction(builder.cell, count, drive: drive)
      let cable = try #require(lumped.reduction.cables.first)
      #expect(lumped.reduction.cables.count == 1)
      #expect(abs(cable.shape.length / 120 - 1) <= 1e-9)
      #expect(abs(cable.shape.diameter / 2 - 1) <= 1e-9)
      let weight = lumped.reduction.reduced.connections[0].weights[0]
      #expect(abs(weight / builder.cell.connections[0].weights[0] - 1) <= 1e-9)
    }
  }

  /// Two stems that are equal come out equal; two branches of like length share their groups.
  @Test func equalStemsAreEqual() throws {
    var builder = CellBuilder()
    for _ in 0..<2 {
      let stem = builder.add(.basal, on: 0, at: 0.5, length: 100, segments: 3)
      for _ in 0..<2 {
        builder.add(.basal, on: stem, at: 1, length: 200, diameter: 1, segments: 5)
      }
    }
    let lumped = try LoadedReduction(builder.cell, .total(9))
    let cables = lumped.reduction.cables
    #expect(cables.count == 8)
    for (first, second) in zip(cables[..<4], cables[4...]) {
      #expect(abs(first.shape.length / second.shape.length - 1) <= 1e-12)
      #expect(abs(first.shape.diameter / second.shape.diameter - 1) <= 1e-12)
    }
    let map = lumped.reduction.segmentMap.points
    #expect(map[2] == map[3])
  }

  /// Fewer segments than groups were asked for: as many groups as there are different ones.
  @Test func thereAreNoMoreGroupsThanSegments() throws {
    let lumped = try LoadedReduction(CellBuilder.ballAndStick(segments: 3).cell, .total(101))
    #expect(lumped.reduction.cables.count == 3)
    let one = try LoadedReduction(CellBuilder.ballAndStick(segments: 9).cell, .total(2))
    #expect(one.reduction.cables.count == 1)
    #expect(
      abs(one.reducedTransfers[0] / one.loaded.transfers[0] - 1) <= Self.tolerance)
  }

  /// A stub along which nothing falls that a number of the size of T could hold.
  @Test(arguments: [1e-3, 1e-2, 0.1, 1])
  func stubsHaveAnAxialResistance(length: Double) throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0, length: length, diameter: 5, segments: 3)
    builder.add(.basal, on: 0, length: 300, segments: 5)
    let lumped = try LoadedReduction(builder.cell, .total(10))
    for cable in lumped.reduction.cables {
      #expect(cable.shape.length > 0 && cable.shape.length.isFinite)
      #expect(cable.shape.diameter > 0 && cable.shape.diameter.isFinite)
    }
    #expect(
      abs(lumped.reducedTransfers[0] / lumped.loaded.transfers[0] - 1) <= Self.tolerance)
  }

  @Test func anAxonOnADendriteKeepsTheInputResistance() throws {
    var builder = CellBuilder.ballAndStick(segments: 9)
    builder.add(.axon, on: 1, at: 0.5, length: 900, diameter: 1.5, segments: 11)
    builder.add(.axon, on: 1, at: 0, length: 100, diameter: 1, segments: 3)
    let lumped = try LoadedReduction(builder.cell, .total(5))
    #expect(
      abs(lumped.reducedTransfers[0] / lumped.loaded.transfers[0] - 1) <= Self.tolerance)
  }

  /// Weights, rates and leaks that no cell has: an error or a cell of finite numbers, and no trap.
  @Test(arguments: [1e-300, 1e-30, 1, 1e10, 1e100, 1e300, 1.7e308], [1e-300, 1, 1e10, 1e300])
  func noNumberTraps(weight: Double, rate: Double) throws {
    for leak in [1e-12, 1e-4, 10] {
      var builder = CellBuilder.ballAndStick(segments: 5, .init(leak: leak))
      for position in [0.1, 0.5, 0.9] { builder.addSynapse(on: 1, at: position, weight: weight) }
      builder.addSynapse(on: 0, at: 0.5, weight: weight)
      let drive = SynapticDrive(
        responses: RandomDrive.responses, responseIndices: [0, 1, 2, 3],
        rates: [rate, rate, rate, nil])
      let settings = try ReductionSettings(method: .lumped, drive: drive)
      guard let reduction = try? Reduction(of: builder.cell, settings: settings) else {
        continue
      }
      for connection in reduction.reduced.connections {
        #expect(connection.weights.allSatisfy { $0.isFinite && $0 >= 0 })
      }
      for section in reduction.reduced.sections {
        for segment in section.segments {
          #expect(segment.diameter.isFinite && segment.diameter > 0)
          #expect(segment.area.isFinite && segment.area > 0)
        }
      }
    }
  }

  // MARK: Shares

  @Test(arguments: UInt64(1)...200)
  func sharesAreTheTotal(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let weights = (0..<Int.random(in: 1...12, using: &generator)).map { _ -> Double in
      Bool.random(using: &generator) ? generator.logUniform(1e-3...10) : 0
    }
    let total = Int.random(in: 0...60, using: &generator)
    let shares = LumpedReduction.shares(of: total, among: weights)
    #expect(shares.count == weights.count)
    #expect(shares.allSatisfy { $0 >= 1 })
    #expect(shares.reduce(0, +) == max(total, weights.count), "\(weights) \(shares)")
  }

  @Test(arguments: [
    (10, [1.0, 1], [5, 5]), (10, [3, 1, 1], [6, 2, 2]), (3, [1, 1e-9, 1e-9], [1, 1, 1]),
    (4, [0, 0], [2, 2]), (1, [5, 5, 5], [1, 1, 1]), (7, [1, 1, 1], [3, 2, 2]),
    (5, [1], [5]),
  ])
  func sharesAreInProportion(total: Int, weights: [Double], expected: [Int]) {
    #expect(LumpedReduction.shares(of: total, among: weights) == expected)
  }
}

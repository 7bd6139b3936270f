import CableTheory
import CellModel
import TestSupport
import Testing

@testable import Reduction

@Suite struct CellCompartmentsTests {
  /// What two orders of elimination may differ by: axial conductances are up to 10⁶ times a leak in
  /// these cells, so some 10⁶ ulps.
  private static let tolerance = 1e-9

  // MARK: Any cell

  @Test(arguments: UInt64(1)...60)
  func everySegmentIsOneCompartment(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).cell
    let whole = CellCompartments(of: cell)
    let soma = try #require(cell.sections.first)
    #expect(whole.segments[0][soma.segmentIndex(at: 0.5)] == 0)
    #expect(whole.segments.map(\.count) == cell.sections.map(\.segments.count))
    let all = whole.segments.flatMap { $0 }
    #expect(Set(all).count == all.count)
    for (number, compartments) in whole.segments.enumerated() {
      let section = cell.sections[number]
      for (index, compartment) in compartments.enumerated() {
        let segment = section.segments[index]
        let leak = try #require(section.values(ofMechanism: 0, segment: index)?.first)
        #expect(whole.tree.leakConductances[compartment] == leak * segment.area * 1e-2)
        #expect(
          whole.tree.capacitances[compartment]
            == segment.capacitance * segment.area * 1e-5)
        let center = section.center(ofSegment: index)
        #expect(whole.compartment(at: center, ofSection: number) == compartment)
      }
    }
  }

  /// A dendrite attenuates what comes from the soma as it does when it is cut off from it, whatever
  /// the soma and the axon are.
  @Test(arguments: UInt64(1)...60)
  func attenuationWithinAStemIsTheStems(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).cell
    let whole = CellCompartments(of: cell)
    for frequency in [0.0, 100] {
      let transfers = TreeImpedance(of: whole.tree, frequency: frequency)
        .transfersToRoot().map(\.length)
      for subtree in try Replacement(dendritesOf: cell).pieces
      where !cell.hasAxon(onSections: subtree.sections) {
        let alone = SubtreeImpedances(stem: subtree.stem, of: cell, frequency: frequency)
        let attachment = try #require(cell.sections[subtree.stem].attachment)
        let base = transfers[
          whole.compartment(at: attachment.position, ofSection: attachment.parent)]
        for section in subtree.sections {
          let expected = try #require(alone.segments[section])
          for (compartment, transfer) in zip(whole.segments[section], expected) {
            #expect(
              abs(transfers[compartment] / base / (transfer / alone.input) - 1)
                <= Self.tolerance)
          }
          let end = whole.compartment(
            at: 1 - cell.sections[section].proximalEnd, ofSection: section)
          let endTransfer = try #require(alone.ends[section])
          #expect(
            abs(transfers[end] / base / (endTransfer / alone.input) - 1) <= Self.tolerance)
        }
      }
    }
  }

  /// What is injected at the soma leaves through all membrane there is: Σ g·T = 1, soma and axon
  /// included.
  @Test(arguments: UInt64(1)...60)
  func currentLeavesThroughAllMembrane(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).cell
    let transfers = CellCompartments(of: cell).transferResistances
    var current = 0.0
    for (section, transfers) in zip(cell.sections, transfers) {
      for (index, transfer) in transfers.enumerated() {
        let leak = try #require(section.values(ofMechanism: 0, segment: index)?.first)
        current += leak * section.segments[index].area * 1e-2 * transfer
      }
    }
    #expect(abs(current - 1) <= Self.tolerance)
  }

  // MARK: One cell

  /// A soma that is next to nothing: the cell is its dendrite.
  @Test(arguments: [0.0, 50])
  func withATinySomaItIsTheDendrite(frequency: Double) throws {
    var builder = CellBuilder()
    builder.cell.sections = []
    builder.add(.soma, length: 1e-7, diameter: 10)
    builder.add(.basal, on: 0, length: 400, segments: 9)
    let branch = builder.add(.basal, on: 1, length: 200, diameter: 1, segments: 5)
    let whole = TreeImpedance(
      of: CellCompartments(of: builder.cell).tree, frequency: frequency)
    let alone = SubtreeImpedances(stem: 1, of: builder.cell, frequency: frequency)
    #expect(branch == 2)
    // The soma has 10⁻⁸ of the membrane.
    #expect(abs(whole.input.length / alone.input - 1) <= 1e-7)
  }

  /// The same cell with the axon at its root.
  @Test func theAxonMayBeTheSomasParent() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0, length: 300, segments: 5)
    builder.add(.axon, on: 0, at: 0, ownEnd: 1, length: 200, diameter: 1, segments: 4)
    let expected = CellCompartments(of: builder.cell).transferResistances

    var cell = builder.cell
    let soma = cell.sections[0]
    cell.sections = [builder.cell.sections[2], soma, builder.cell.sections[1]]
    cell.sections[0].turnTowardsRoot()
    cell.sections[1].attachment = .init(parent: 0, position: 1)
    cell.sections[2].attachment = .init(parent: 1, position: 1)
    let whole = CellCompartments(of: cell)
    #expect(whole.segments[1] == [0])
    let found = whole.transferResistances
    for (found, expected) in zip(found, [expected[2], expected[0], expected[1]]) {
      #expect(found.count == expected.count)
      for (found, expected) in zip(found, expected) {
        #expect(abs(found / expected - 1) <= 1e-12)
      }
    }
  }

  /// A soma in three sections is the soma in one: the first of them is the root.
  @Test func theSomaMayHaveSeveralSections() throws {
    var one = CellBuilder()
    one.cell.sections = []
    one.add(.soma, length: 30, diameter: 15, segments: 3)
    one.add(.basal, on: 0, at: 1, length: 300, segments: 5)
    one.add(.basal, on: 0, at: 0, length: 200, segments: 5)
    var many = CellBuilder()
    many.cell.sections = []
    let middle = many.add(.soma, length: 10, diameter: 15)
    let right = many.add(.soma, on: middle, at: 1, length: 10, diameter: 15)
    let left = many.add(.soma, on: middle, at: 0, ownEnd: 1, length: 10, diameter: 15)
    many.add(.basal, on: right, at: 1, length: 300, segments: 5)
    many.add(.basal, on: left, at: 0, length: 200, segments: 5)
    let expected = CellCompartments(of: one.cell).transferResistances
    let whole = CellCompartments(of: many.cell)
    #expect(whole.segments[middle] == [0])
    let found = whole.transferResistances
    let pairs = zip(
      found[middle] + found[right] + found[left] + found[3] + found[4],
      [expected[0][1], expected[0][2], expected[0][0]] + expected[1] + expected[2])
    for (found, expected) in pairs { #expect(abs(found / expected - 1) <= 1e-12) }
  }

  /// A section by its 1 end, with segments that all differ, is the section turned round.
  @Test func sectionsMayBeAttachedByTheirOneEnd() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0, length: 300, segments: 4)
    for index in 0..<4 {
      builder.cell.sections[1].insertions[0].values[index][0] = 1e-5 * Double(index + 1)
    }
    builder.add(.basal, on: 1, at: 1, length: 100, segments: 2)
    let expected = CellCompartments(of: builder.cell).transferResistances
    var cell = builder.cell
    cell.sections[1].segments.reverse()
    cell.sections[1].insertions[0].values.reverse()
    cell.sections[1].attachment?.ownEnd = 1
    cell.sections[2].attachment?.position = 0
    let found = CellCompartments(of: cell).transferResistances
    #expect(found == [expected[0], expected[1].reversed(), expected[2]])
  }

  /// A branch from inside a section hangs on the segment that it is in; one from an end on the end.
  @Test func branchesHangOnSegmentsAndEnds() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0, length: 300, segments: 3)
    for position in [0, 0.4, 1] { builder.add(.basal, on: 1, at: position, length: 50) }
    let whole = CellCompartments(of: builder.cell)
    let tree = whole.tree
    let parents = (2...4).map { tree.parents[whole.segments[$0][0]] }
    #expect(parents[0] == whole.compartment(at: 1, ofSection: 0))
    #expect(parents[1] == whole.segments[1][1])
    #expect(parents[2] == whole.compartment(at: 1, ofSection: 1))
    #expect(whole.compartment(at: 0, ofSection: 2) == parents[0])
    #expect(whole.compartment(at: 0, ofSection: 3) == parents[1])
    #expect(whole.compartment(at: 0.999, ofSection: 1) == whole.segments[1][2])
    let ends = [whole.compartment(at: 0, ofSection: 1), whole.compartment(at: 1, ofSection: 1)]
    for end in ends {
      #expect(tree.leakConductances[end] == 0)
      #expect(tree.capacitances[end] == 0)
    }
  }

  @Test func pointProcessesSitOnTheirSegmentsCompartments() throws {
    var builder = CellBuilder.ballAndStick(segments: 5)
    builder.addSynapse(on: 1, at: 0.5)
    builder.addSynapse(on: 1, at: 0)
    builder.addSynapse(on: 0, at: 0.5)
    let whole = CellCompartments(of: builder.cell)
    #expect(
      whole.compartments(ofPointProcessesOf: builder.cell)
        == [whole.segments[1][2], whole.compartment(at: 1, ofSection: 0), 0])
  }

  @Test func withoutASomaTheFirstSectionsMiddleIsTheRoot() {
    var builder = CellBuilder()
    builder.cell.sections = []
    builder.add(.axon, segments: 3)
    #expect(CellCompartments(of: builder.cell).segments[0][1] == 0)
    #expect(CellCompartments(of: CellModel(name: "nothing")).tree.count == 1)
  }
}

extension CellModel {
  /// Whether axon hangs on one of these sections.
  func hasAxon(onSections indices: [Int]) -> Bool {
    sections.contains { section in
      section.role == .axon && section.attachment.map { indices.contains($0.parent) } == true
    }
  }
}

extension Section {
  /// Makes a section that was attached by its 1 end the root: what was between its last segment's
  /// centre and the junction is now its distal end's.
  fileprivate mutating func turnTowardsRoot() {
    let resistances = segments.map(\.axialResistance)
    let end = endResistance
    // By its 1 end: segment i has the resistance to segment i + 1, the last one to the junction.
    for index in segments.indices {
      segments[index].axialResistance = index == 0 ? end : resistances[index - 1]
    }
    endResistance = resistances[resistances.count - 1]
    attachment = nil
  }
}

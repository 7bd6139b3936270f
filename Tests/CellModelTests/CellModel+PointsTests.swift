import CellModel
import Testing

/// The points that NEURON keeps apart.
@Suite struct CellModelPointsTests {
  private static let soma = 0
  private static let stem = 1
  private static let branch = 2
  private static let reversed = 3
  private static let sprout = 4
  private static let axon = 5
  private static let apical = 6

  /// A soma (3 segments) with a dendrite (4), which carries a branch (5) at its end, a reversed one
  /// (2) at its middle, and a sprout (1) at its very beginning; an axon (2); an apical dendrite (1)
  /// that the basal branch's far end carries.
  private static let cell = CellModel(
    name: "cell",
    sections: [
      section("soma", .soma, 3),
      section("dend[0]", .basal, 4, .init(parent: soma, position: 1)),
      section("dend[1]", .basal, 5, .init(parent: stem, position: 1)),
      section("dend[2]", .basal, 2, .init(parent: stem, position: 0.5, ownEnd: 1)),
      section("dend[3]", .basal, 1, .init(parent: stem, position: 0)),
      section("axon[0]", .axon, 2, .init(parent: soma, position: 0.5)),
      section("apic[0]", .apical, 1, .init(parent: branch, position: 1)),
    ])

  private static func section(
    _ name: String, _ role: Section.Role, _ segmentCount: Int,
    _ attachment: Section.Attachment? = nil
  ) -> Section {
    var section = SectionTests.section(segmentCount: segmentCount, attachment: attachment)
    section.name = name
    section.role = role
    return section
  }

  private struct Place: Equatable {
    let section: Int
    let position: Double
  }

  private func place(_ position: Double, _ section: Int) -> Place {
    let point = Self.cell.point(at: position, ofSection: section)
    return Place(section: point.section, position: point.position)
  }

  @Test(arguments: [(0.01, 0.125), (0.2, 0.125), (0.3, 0.375), (0.5, 0.625), (0.99, 0.875)])
  func withinASectionItIsTheSegmentsCenter(position: Double, center: Double) {
    #expect(place(position, Self.stem) == Place(section: Self.stem, position: center))
  }

  @Test func theFarEndIsAPointOfItsOwn() {
    #expect(place(1, Self.stem) == Place(section: Self.stem, position: 1))
    #expect(place(0, Self.reversed) == Place(section: Self.reversed, position: 0))
  }

  @Test func bothEndsOfARootArePointsOfTheirOwn() {
    #expect(place(0, Self.soma) == Place(section: Self.soma, position: 0))
    #expect(place(1, Self.soma) == Place(section: Self.soma, position: 1))
  }

  @Test func theNearEndIsThePointOfTheParent() {
    #expect(place(0, Self.branch) == Place(section: Self.stem, position: 1))
  }

  @Test func aReversedSectionsNearEndIsItsOne() {
    #expect(place(1, Self.reversed) == Place(section: Self.stem, position: 0.625))
    #expect(place(0.9, Self.reversed) == Place(section: Self.reversed, position: 0.75))
  }

  /// The sprout's beginning is the stem's beginning, which stays on the stem: the soma has another
  /// role.
  @Test func nearEndsAreFollowedUpToTheBorderOfTheRole() {
    #expect(place(0, Self.sprout) == Place(section: Self.stem, position: 0))
    #expect(place(0, Self.stem) == Place(section: Self.stem, position: 0))
    #expect(place(0, Self.axon) == Place(section: Self.axon, position: 0))
    #expect(place(0, Self.apical) == Place(section: Self.apical, position: 0))
  }

  @Test func equalPointsAreOneKey() {
    let points: Set = [
      Self.cell.point(at: 0.26, ofSection: Self.stem),
      Self.cell.point(at: 0.49, ofSection: Self.stem),
      Self.cell.point(at: 1, ofSection: Self.stem),
      Self.cell.point(at: 0, ofSection: Self.branch),
      Self.cell.point(at: 0.51, ofSection: Self.stem),
      Self.cell.point(at: 1, ofSection: Self.reversed),
    ]
    #expect(points.count == 3)
  }
}

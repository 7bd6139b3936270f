import CellModel
import Testing

@Suite struct SectionTests {
  static func section(segmentCount: Int, attachment: Section.Attachment? = nil) -> Section {
    Section(
      name: "dend[0]", role: .basal, attachment: attachment, length: 100, axialResistivity: 150,
      segments: [Section.Segment](
        repeating: Section.Segment(
          diameter: 1, area: 10, axialResistance: 5, capacitance: 1), count: segmentCount),
      endResistance: 2.5)
  }

  // MARK: Segments and positions

  @Test(arguments: [
    // (position, segments, index)
    (0.0, 1, 0), (0.5, 1, 0), (1.0, 1, 0),
    (0.0, 5, 0), (0.1, 5, 0), (0.19, 5, 0), (0.2, 5, 1), (0.5, 5, 2), (0.99, 5, 4), (1.0, 5, 4),
    // A boundary between two segments belongs to the distal one.
    (0.5, 2, 1), (0.25, 4, 1), (0.75, 4, 3), ((0.5).nextDown, 2, 0),
    ((1.0).nextDown, 3, 2),
    // Nowhere is somewhere all the same.
    (-1, 3, 0), (1e300, 3, 2), (.infinity, 3, 2), (-.infinity, 3, 0), (.nan, 3, 0),
  ])
  func findsTheSegmentOfAPosition(position: Double, segmentCount: Int, index: Int) {
    let section = Self.section(segmentCount: segmentCount)
    #expect(section.segmentIndex(at: position) == index)
    #expect(Section.segmentIndex(at: position, segmentCount: segmentCount) == index)
  }

  @Test(arguments: [
    (0, 1, 0.5), (0, 2, 0.25), (1, 2, 0.75), (0, 4, 0.125), (3, 4, 0.875), (2, 5, 0.5),
  ])
  func knowsTheCentersOfSegments(index: Int, segmentCount: Int, center: Double) {
    #expect(Self.section(segmentCount: segmentCount).center(ofSegment: index) == center)
  }

  /// Rounding never moves a centre to a neighbour.
  @Test func findsEverySegmentByItsCenter() {
    for segmentCount in Array(1...200) + [999, 1000, 4096, Section.segmentLimit] {
      let section = Self.section(segmentCount: segmentCount)
      let isFound = (0..<segmentCount).allSatisfy {
        section.segmentIndex(at: section.center(ofSegment: $0)) == $0
      }
      #expect(isFound, "\(segmentCount) segments")
    }
  }

  // MARK: Ends and parts

  @Test func beginsAtTheEndThatIsAttached() {
    typealias Attachment = Section.Attachment
    #expect(Self.section(segmentCount: 1).proximalEnd == 0)
    let byDefault = Attachment(parent: 0, position: 1)
    #expect(Self.section(segmentCount: 1, attachment: byDefault).proximalEnd == 0)
    let reversed = Attachment(parent: 0, position: 0.5, ownEnd: 1)
    #expect(Self.section(segmentCount: 1, attachment: reversed).proximalEnd == 1)
  }

  @Test(arguments: [
    (Section.Role.soma, false), (.axon, false), (.apical, true), (.basal, true),
  ])
  func dendritesAreApicalOrBasal(role: Section.Role, isDendritic: Bool) {
    #expect(role.isDendritic == isDendritic)
  }

  @Test func knowsTheValuesOfItsMechanisms() {
    var section = Self.section(segmentCount: 2)
    section.insertions = [
      Section.Insertion(mechanism: 3, values: [[1, 2], [3, 4]]),
      Section.Insertion(mechanism: 0, values: [[], []]),
    ]
    #expect(section.values(ofMechanism: 3, segment: 0) == [1, 2])
    #expect(section.values(ofMechanism: 3, segment: 1) == [3, 4])
    #expect(section.values(ofMechanism: 0, segment: 1) == [])
    #expect(section.values(ofMechanism: 1, segment: 0) == nil)
  }
}

import CellModel
import Foundation
import Reduction
import TestSupport
import Testing

@Suite struct SubtreeTests {
  // MARK: One tree, written in several ways

  /// The same dendrite, section by section turned round: attached by its 1 end, segments in the
  /// opposite order, and everything on it at 1 − x. Nothing is computed otherwise, so that the
  /// results are equal to the last bit. Only of an even number of segments the middle one is another,
  /// and a stem gives its cable the properties of that.
  @Test(arguments: UInt64(1)...50)
  func sectionsMayBeAttachedByTheirOneEnd(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    var generator = SplitMix64(seed: seed &+ 1_000_000)
    let turned = random.cell.sections.indices.filter { index in
      let section = random.cell.sections[index]
      let isStem = section.attachment?.parent == 0
      return section.role.isDendritic && Bool.random(using: &generator)
        && !(isStem && section.segments.count.isMultiple(of: 2))
    }
    var cell = random.cell
    for index in turned { cell.turnRound(section: index) }

    let expected = try random.reduced()
    let reduction = try cell.reduced(
      frequency: random.frequency, random.segmentCount, comparing: random.comparedParameters)
    #expect(reduction.cables == expected.cables)
    #expect(reduction.reduced == expected.reduced)
    #expect(reduction.pointProcessFates == expected.pointProcessFates)
    for (index, points) in expected.segmentMap.points.enumerated() {
      let isTurned = turned.contains(index)
      #expect(reduction.segmentMap.points[index] == (isTurned ? points.reversed() : points))
    }
  }

  /// A cylinder in four pieces that hang on one another in all ways, against the cylinder in one.
  /// The points between the pieces halve an axial resistance, which adds nothing but rounding.
  @Test(arguments: [0, 100])
  func aDendriteMayBeWrittenInPieces(frequency: Double) throws {
    let whole = CellBuilder.ballAndStick(length: 400, segments: 20)
    var pieces = CellBuilder()
    let first = pieces.add(.basal, on: 0, at: 1, length: 100, segments: 5)
    let second = pieces.add(.basal, on: first, at: 1, ownEnd: 1, length: 100, segments: 5)
    let third = pieces.add(.basal, on: second, at: 0, length: 100, segments: 5)
    let fourth = pieces.add(.basal, on: third, at: 1, ownEnd: 1, length: 100, segments: 5)

    let expected = try whole.cell.reduced(frequency: frequency, .total(200))
    let reduction = try pieces.cell.reduced(frequency: frequency, .total(200))
    try expectEqualShapes(reduction, expected)
    let map = reduction.segmentMap.points
    let inOrder =
      map[first] + map[second].reversed() + map[third] + map[fourth].reversed()
    for (point, expected) in zip(inOrder, expected.segmentMap.points[1]) {
      expectEqual(point, expected)
    }
  }

  /// What begins where its parent begins hangs on what the parent hangs on.
  @Test(arguments: [0.0, 1], [0, 100])
  func childrenMayBeginWhereTheirParentBegins(ownEnd: Double, frequency: Double) throws {
    func cell(sprout: (Int, Int) -> (parent: Int, position: Double)) -> CellModel {
      var builder = CellBuilder()
      let stem = builder.add(.basal, on: 0, length: 150, diameter: 3, segments: 3)
      let branch = builder.add(
        .basal, on: stem, at: 1, ownEnd: ownEnd, length: 200, diameter: 1, segments: 4)
      let (parent, position) = sprout(stem, branch)
      let child = builder.add(
        .basal, on: parent, at: position, length: 300, diameter: 0.7, segments: 5)
      builder.add(.basal, on: child, length: 50)
      return builder.cell
    }
    let written = try cell { _, branch in (branch, ownEnd) }.reduced(
      frequency: frequency, .total(200))
    let expected = try cell { stem, _ in (stem, 1) }.reduced(frequency: frequency, .total(200))
    try expectEqualShapes(written, expected)
    expectEqual(written.segmentMap, expected.segmentMap)
    // A child at the branch's other end would be another cell.
    let other = try cell { _, branch in (branch, 1 - ownEnd) }.reduced(frequency: frequency)
    #expect(
      abs(other.cables[0].shape.electrotonicLength - expected.cables[0].shape.electrotonicLength)
        > 0.01)
  }

  /// A child of the stem's own beginning is part of the stem's subtree: two cylinders in parallel,
  /// which have the input impedance of one of the diameter (d₁^(3/2) + d₂^(3/2))^(2/3) and the same
  /// electrotonic length (Rall).
  @Test func childrenMayBeginWhereTheStemBegins() throws {
    func length(_ diameter: Double) -> Double { 400 * diameter.squareRoot() }
    var builder = CellBuilder()
    let stem = builder.add(.basal, on: 0, length: length(2), diameter: 2, segments: 40)
    builder.add(.basal, on: stem, at: 0, length: length(0.5), diameter: 0.5, segments: 40)
    let cable = try #require(try builder.cell.reduced().cables.first)

    let diameter = pow(pow(2, 1.5) + pow(0.5, 1.5), 2.0 / 3)
    let single = CellBuilder.ballAndStick(
      length: length(diameter), diameter: diameter, segments: 40)
    let expected = try #require(try single.cell.reduced().cables.first)
    expectEqual(cable.shape.electrotonicLength, expected.shape.electrotonicLength)
    expectEqual(cable.shape.diameter, expected.shape.diameter)
  }

  /// A child at 0.5 hangs on the centre of the segment that 0.5 lies in: with three segments the
  /// second. Written otherwise, the parent ends after two segments, the third is a child at its last
  /// centre, and the child hangs on its end, with that much less of axial resistance.
  @Test(arguments: [0, 100])
  func childrenMayHangOnTheMiddleOfTheirParent(frequency: Double) throws {
    var middle = CellBuilder()
    let stem = middle.add(.basal, on: 0, length: 300, diameter: 2, segments: 3)
    let child = middle.add(.basal, on: stem, at: 0.5, length: 300, diameter: 1, segments: 4)

    var end = CellBuilder()
    let shortened = end.add(.basal, on: 0, length: 200, diameter: 2, segments: 2)
    let rest = end.add(.basal, on: shortened, at: 0.75, length: 100, diameter: 2, segments: 1)
    let moved = end.add(.basal, on: shortened, at: 1, length: 300, diameter: 1, segments: 4)
    let resistance = middle.cell.sections[stem].segments[1].axialResistance
    end.cell.sections[rest].segments[0].axialResistance = resistance
    end.cell.sections[moved].segments[0].axialResistance -=
      end.cell.sections[shortened].endResistance

    let expected = try middle.cell.reduced(frequency: frequency, .total(200))
    let written = try end.cell.reduced(frequency: frequency, .total(200))
    try expectEqualShapes(written, expected)
    let map = written.segmentMap.points
    for (point, expected) in zip(map[shortened] + map[rest], expected.segmentMap.points[stem]) {
      expectEqual(point, expected)
    }
    for (point, expected) in zip(map[moved], expected.segmentMap.points[child]) {
      expectEqual(point, expected)
    }
  }

  /// With an even number, 0.5 belongs to the segment that begins there.
  @Test func theMiddleOfTwoSegmentsIsTheSecond() throws {
    func cell(at position: Double) throws -> Reduction {
      var builder = CellBuilder.ballAndStick(segments: 2)
      builder.add(.basal, on: 1, at: position, length: 300, diameter: 1, segments: 4)
      return try builder.cell.reduced()
    }
    #expect(try cell(at: 0.5).cables[0].shape == cell(at: 0.75).cables[0].shape)
    #expect(try cell(at: 0.5).cables[0].shape != cell(at: 0.25).cables[0].shape)
  }

  private func expectEqualShapes(
    _ reduction: Reduction, _ expected: Reduction,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try #require(reduction.cables.count == expected.cables.count)
    for (cable, expected) in zip(reduction.cables, expected.cables) {
      expectEqual(
        cable.shape.electrotonicLength, expected.shape.electrotonicLength,
        sourceLocation: sourceLocation)
      expectEqual(cable.shape.diameter, expected.shape.diameter, sourceLocation: sourceLocation)
      expectEqual(cable.shape.length, expected.shape.length, sourceLocation: sourceLocation)
    }
  }

  private func expectEqual(
    _ map: SegmentMap, _ expected: SegmentMap, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(map.points.map(\.count) == expected.points.map(\.count), sourceLocation: sourceLocation)
    for (points, expected) in zip(map.points, expected.points) {
      for (point, expected) in zip(points, expected) {
        expectEqual(point, expected, sourceLocation: sourceLocation)
      }
    }
  }

  /// Next to the tip the attenuation is flat, so that rounding ε of an impedance moves a position by
  /// up to √(2ε), with the ε below 5e-7.
  private func expectEqual(
    _ point: CablePoint, _ expected: CablePoint, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let difference = abs(point.relativePosition - expected.relativePosition)
    let isAtTip = expected.relativePosition > 0.999
    #expect(difference <= (isAtTip ? 5e-7 : 1e-10), sourceLocation: sourceLocation)
  }

  /// The trees here have axial conductances of up to 10³ times their leak, so that elimination in
  /// another order may differ by some 10³ ulps; 10⁵ leaves room for the slopes.
  private func expectEqual(
    _ value: Double, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      abs(value - expected) <= 1e5 * Double.ulpOfOne * abs(expected),
      sourceLocation: sourceLocation)
  }

  // MARK: What may be absent

  /// Beyond the stem a section may lack pas, which is a leak of 0.
  @Test(arguments: [0, 100])
  func aSectionWithoutLeakIsOneWithALeakOfZero(frequency: Double) throws {
    func shape(leak: Double?) throws -> Reduction {
      var builder = CellBuilder.ballAndStick(segments: 4)
      builder.add(.basal, on: 1, length: 200, diameter: 1, segments: 3, .init(leak: leak))
      return try builder.cell.reduced(frequency: frequency)
    }
    let cable = try #require(try shape(leak: nil).cables.first)
    #expect(try cable == shape(leak: 0).cables.first)
    #expect(try cable != shape(leak: 1e-5).cables.first)
  }

  @Test func aDistalSectionMayHaveNoCapacitance() throws {
    var builder = CellBuilder.ballAndStick(segments: 4)
    builder.add(.basal, on: 1, .init(capacitance: 0))
    #expect(try builder.cell.reduced(frequency: 100).cables.count == 1)
  }

  @Test func aStemMustHaveALeak() {
    var builder = CellBuilder.ballAndStick(segments: 4)
    builder.add(.basal, on: 0, .init(leak: nil))
    let error = #expect(throws: ReductionError.self) { try builder.cell.reduced() }
    #expect(
      error
        == .missingLeak(
          section: "dend[1]", stems: ["dend[1]"], having: 1, sections: 2,
          example: "dend[0] has g_pas = 5e-05, e_pas = -70.0"))
  }

  /// As the test above, with no section of the cell having pas.
  @Test func aCellMustHaveALeak() {
    var builder = CellBuilder.ballAndStick(segments: 4, .init(leak: nil))
    builder.cell.mechanisms[0].name = "leak"
    builder.cell.leaks = []
    #expect(
      throws: ReductionError.missingLeak(
        section: "dend[0]", stems: ["dend[0]"], having: 0, sections: 1, example: "")
    ) { try builder.cell.reduced() }
  }

  /// Soma and axon are not reduced: what they have is not looked at.
  @Test func somaAndAxonMayBeAnything() throws {
    var builder = CellBuilder.ballAndStick(segments: 4)
    builder.add(.axon, on: 0, diameter: .nan, .init(leak: nil, capacitance: -1))
    builder.cell.sections[0].segments[0].diameter = 0
    builder.cell.sections[0].insertions = []
    #expect(try builder.cell.reduced().cables.count == 1)
  }

  // MARK: What may not be

  enum Property: String, CaseIterable {
    case leak = "g_pas"
    case capacitance = "cm"
    case axialResistivity = "Ra"
    case diameter = "diam"
    case area = "the membrane area"
    case axialResistance, endResistance

    /// As a message calls it.
    var name: String {
      switch self {
      case .axialResistance, .endResistance: "the axial resistance"
      default: rawValue
      }
    }

    var mayBeZeroBeyondTheStem: Bool { self == .leak || self == .capacitance }

    /// Sets it in the section's last segment.
    func set(_ value: Double, in section: inout Section) {
      let last = section.segments.count - 1
      switch self {
      case .leak: section.insertions[0].values[last][0] = value
      case .capacitance: section.segments[last].capacitance = value
      case .axialResistivity: section.axialResistivity = value
      case .diameter: section.segments[last].diameter = value
      case .area: section.segments[last].area = value
      case .axialResistance: section.segments[last].axialResistance = value
      case .endResistance: section.endResistance = value
      }
    }
  }

  /// A stem and a branch with one value at fault.
  private static func cell(
    with property: Property, _ value: Double, inSection index: Int
  ) -> CellModel {
    var builder = CellBuilder.ballAndStick(segments: 4)
    builder.add(.basal, on: 1, segments: 3)
    property.set(value, in: &builder.cell.sections[index])
    return builder.cell
  }

  @Test(arguments: Property.allCases, [0, -1, -0.001, Double.nan, .infinity, -.infinity])
  func refusesProperties(property: Property, value: Double) throws {
    for (index, name) in [(1, "dend[0]"), (2, "dend[1]")] {
      let cell = Self.cell(with: property, value, inSection: index)
      if value == 0, index == 2, property.mayBeZeroBeyondTheStem {
        #expect(throws: Never.self) { try cell.reduced() }
        continue
      }
      let error = #expect(throws: ReductionError.self) { try cell.reduced() }
      guard case .model(.property(let section, let named, let found, _)) = try #require(error)
      else {
        Issue.record("another error: \(String(describing: error))")
        continue
      }
      #expect(section == name)
      #expect(named == property.name)
      #expect(found == value || (found.isNaN && value.isNaN))
      let message = try #require(error).description
      #expect(message.contains("\(property.name) of \(name) is \(value); expected"), "\(message)")
    }
  }

  /// The test above changes nothing but the value at fault.
  @Test(arguments: Property.allCases)
  func takesPropertiesThatArePositive(property: Property) throws {
    for index in [1, 2] {
      let cell = Self.cell(with: property, 1e-3, inSection: index)
      #expect(try cell.reduced().cables.count == 1)
    }
  }
}

extension CellModel {
  /// Writes a section from its other end: the same cell in other words.
  fileprivate mutating func turnRound(section index: Int) {
    var section = sections[index]
    let distalEnd = 1 - section.proximalEnd
    section.attachment?.ownEnd = distalEnd
    section.segments.reverse()
    for insertion in section.insertions.indices { section.insertions[insertion].values.reverse() }
    sections[index] = section
    for child in sections.indices {
      guard let attachment = sections[child].attachment, attachment.parent == index else {
        continue
      }
      sections[child].attachment?.position = 1 - attachment.position
    }
    for process in pointProcesses.indices where pointProcesses[process].section == index {
      pointProcesses[process].position = 1 - pointProcesses[process].position
    }
  }
}

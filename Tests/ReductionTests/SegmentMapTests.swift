import CableTheory
import CellModel
import Foundation
import Testing

@testable import Reduction

@Suite struct SegmentMapTests {
  // MARK: Any cell

  /// Every dendritic segment has a point, on the cable of its own stem, in the segment that its
  /// position lies in; what stays has none.
  @Test(arguments: UInt64(1)...60)
  func coversEveryDendriticSegment(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let sections = random.cell.sections
    #expect(reduction.segmentMap.points.count == sections.count)
    var stems = [Int?](repeating: nil, count: sections.count)
    for (index, section) in sections.enumerated() where section.role.isDendritic {
      let parent = try #require(section.attachment).parent
      stems[index] = sections[parent].role == .soma ? index : stems[parent]
      let points = reduction.segmentMap.points[index]
      #expect(points.count == section.segments.count)
      for point in points {
        let cable = reduction.cables[point.segment.cable]
        #expect(cable.stem == stems[index])
        let count = Double(cable.segmentCount)
        let segment = Double(point.segment.segment)
        #expect((0..<1).contains(point.relativePosition))
        // The product's rounding is that of the search for the segment.
        #expect((segment..<segment + 1).contains(point.relativePosition * count))
        #expect((0..<count).contains(segment))
      }
    }
    for (section, points) in zip(sections, reduction.segmentMap.points)
    where !section.role.isDendritic {
      #expect(points.isEmpty)
    }
  }

  /// The defining property: the cable's transfer impedance at a segment's point is the segment's.
  @Test(arguments: UInt64(1)...60)
  func keepsTransferImpedances(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    for (index, cable) in reduction.cables.enumerated() {
      let impedances = SubtreeImpedances(
        stem: cable.stem, of: random.cell, frequency: random.frequency)
      let stem = random.cell.sections[cable.stem]
      let middle = stem.segmentIndex(at: 0.5)
      let leak = try #require(stem.values(ofMechanism: 0, segment: middle)?.first)
      let membrane = PassiveMembrane(
        leakConductanceDensity: leak, capacitanceDensity: stem.segments[middle].capacitance,
        axialResistivity: stem.axialResistivity)
      for (section, transfers) in impedances.segments {
        let points = reduction.segmentMap.points[section]
        try #require(points.count == transfers.count)
        for (point, transfer) in zip(points, transfers) {
          #expect(point.segment.cable == index)
          let ratio = Attenuation.ratio(
            at: point.relativePosition * cable.shape.electrotonicLength,
            length: cable.shape.electrotonicLength,
            propagationFactor: membrane.propagationFactor(frequency: random.frequency))
          // Axial conductances are up to 10⁶ times a leak here, so that elimination in another order
          // may differ by some 10⁶ ulps.
          #expect(abs(ratio * impedances.input / transfer - 1) <= 1e-9)
        }
      }
    }
  }

  // MARK: Cylinders

  /// At 0 Hz, with sinh(θ/2) = L/2n, the k-th of n segments of a cylinder has the ratio
  /// cosh((n − k − ½)·θ) / (cosh(θ/2)·cosh(nθ)), which is that of the cable, of length nθ, at
  /// X = nθ − arcosh(cosh((n − k − ½)·θ) / cosh(θ/2)).
  @Test(arguments: [2, 5, 30])
  func segmentsOfACylinderGoWhereTheyWere(count: Int) throws {
    let builder = CellBuilder.ballAndStick(segments: count)
    let reduction = try builder.cell.reduced(.total(12))
    let electrotonicLength = 600 / ((20_000 * 2e-4 / (4 * 150)).squareRoot() * 1e4)
    let theta = 2 * asinh(electrotonicLength / Double(2 * count))
    let points = reduction.segmentMap.points[1]
    for (index, point) in points.dropLast().enumerated() {
      let segmentsToTip = Double(count - index) - 0.5
      let toTip = acosh(cosh(segmentsToTip * theta) / cosh(theta / 2))
      let expected = 1 - toTip / (Double(count) * theta)
      // Some 10⁴ ulps of elimination, over a slope that is that distance to the tip itself.
      #expect(abs(point.relativePosition - expected) <= 1e4 * Double.ulpOfOne / toTip)
    }
    // No current flows from the last centre to the sealed end, so that it is the tip: within what
    // rounding ε does where attenuation is flat, √(2ε) with ε some 10⁴ ulps.
    let last = try #require(points.last)
    #expect(last.relativePosition > 1 - 1e-5)
    #expect(last.segment.segment == 10)
  }

  /// An unbranched dendrite of three sections of different diameter, one of them the other way
  /// round: what is farther out goes farther out.
  @Test(arguments: [0, 100, 1000])
  func whatIsFartherOutGoesFartherOut(frequency: Double) throws {
    var builder = CellBuilder()
    let first = builder.add(.apical, on: 0, length: 150, diameter: 3, segments: 4)
    let second = builder.add(
      .apical, on: first, ownEnd: 1, length: 200, diameter: 1, segments: 7)
    let third = builder.add(.apical, on: second, at: 0, length: 90, diameter: 1.5, segments: 3)
    var places: [(section: Int, position: Double)] = [(first, 0)]
    for step in 0..<4 { places.append((first, (Double(step) + 0.5) / 4)) }
    for step in (0..<7).reversed() { places.append((second, (Double(step) + 0.5) / 7)) }
    for step in 0..<3 { places.append((third, (Double(step) + 0.5) / 3)) }
    places.append((third, 1))
    for (section, position) in places { builder.addSynapse(on: section, at: position) }

    let reduction = try builder.cell.reduced(frequency: frequency, .total(1001))
    let map = reduction.segmentMap.points
    let positions = (map[first] + map[second].reversed() + map[third]).map(\.relativePosition)
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
    let segments = reduction.pointProcessFates.map { fate in
      if case .cable(let target) = fate.site { target.segment } else { -1 }
    }
    #expect(segments.first == 0)
    #expect(segments.last == 999)
    // The last centre is the tip, electrically.
    #expect(zip(segments, segments.dropFirst()).dropLast().allSatisfy { $0 < $1 })
  }

  // MARK: Point processes

  private func site(_ cable: Int, _ segment: Int) -> PointProcessFate.Site {
    .cable(CableSegment(cable: cable, segment: segment))
  }

  /// A point process goes where its segment goes, in all of the segment.
  @Test func pointProcessesGoWithTheirSegment() throws {
    var builder = CellBuilder.ballAndStick(segments: 3)
    builder.add(.basal, on: 1, length: 300, diameter: 1, segments: 2)
    for position in [0.01, 0.3, 0.4, 0.6, 0.7, 0.99] { builder.addSynapse(on: 1, at: position) }
    for position in [0.1, 0.4, 0.5, 0.9] { builder.addSynapse(on: 2, at: position) }
    let reduction = try builder.cell.reduced(.total(100))
    let map = reduction.segmentMap.points
    let segments = [0, 0, 1, 1, 2, 2].map { map[1][$0] } + [0, 0, 1, 1].map { map[2][$0] }
    #expect(
      reduction.pointProcessFates.map(\.site) == segments.map { .cable($0.segment) })
  }

  /// An end is a point of its own, farther out than the last centre where something hangs on it; a
  /// child's beginning is the point that it hangs on.
  @Test(arguments: [0.0, 1])
  func pointProcessesMaySitAtEnds(ownEnd: Double) throws {
    var builder = CellBuilder.ballAndStick(segments: 3)
    let end = builder.add(.basal, on: 1, at: 1, ownEnd: ownEnd, length: 300, segments: 2)
    let middle = builder.add(.basal, on: 1, at: 0.5, ownEnd: ownEnd, length: 50, segments: 2)
    let atStem = builder.addSynapse(on: 1, at: 0)
    let atEnd = builder.addSynapse(on: 1, at: 1)
    let atEndsChild = builder.addSynapse(on: end, at: ownEnd)
    let inMiddle = builder.addSynapse(on: 1, at: 0.5)
    let atMiddlesChild = builder.addSynapse(on: middle, at: ownEnd)
    let atTip = builder.addSynapse(on: end, at: 1 - ownEnd)
    let reduction = try builder.cell.reduced(.total(300))
    let sites = reduction.pointProcessFates.map(\.site)
    #expect(sites[atStem] == site(0, 0))
    #expect(sites[atTip] == site(0, 298))
    #expect(sites[atEndsChild] == sites[atEnd])
    #expect(sites[atMiddlesChild] == sites[inMiddle])
    let last = reduction.segmentMap.points[1][2].segment.segment
    let first = reduction.segmentMap.points[end].map(\.segment.segment).min() ?? 0
    guard case .cable(let target) = sites[atEnd] else {
      Issue.record("the end is not on a cable")
      return
    }
    #expect(last < target.segment && target.segment < first)
  }

  @Test func pointProcessesOnSomaAndAxonStay() throws {
    var builder = CellBuilder.ballAndStick(segments: 3)
    let axon = builder.add(.axon, on: 0, segments: 4)
    for (section, position) in [(0, 0.5), (0, 1), (axon, 0.3), (axon, 0)] {
      builder.addSynapse(on: section, at: position)
    }
    let reduction = try builder.cell.reduced()
    let expected = [(0, 0.5), (0, 1), (axon, 0.375), (axon, 0)].map { section, position in
      PointProcessFate.Site.unmoved(builder.cell.point(at: position, ofSection: section))
    }
    #expect(reduction.pointProcessFates.map(\.site) == expected)
    #expect(reduction.reduced.pointProcesses.map(\.position) == [0.5, 1, 0.3, 0])
  }
}

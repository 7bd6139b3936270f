import CellModel
import Testing

@testable import Reduction

@Suite struct ObservedPotentialsTests {
  /// A trunk with three equal branches at its end: sections 2, 3 and 4.
  private static func trident() -> CellModel {
    var builder = CellBuilder()
    let trunk = builder.add(.apical, on: 0, length: 200, segments: 2)
    for _ in 0..<3 { builder.add(.apical, on: trunk, length: 150) }
    return builder.cell
  }

  private static func reduced(
    _ cell: CellModel, _ potentials: [Double], total: Double = 5, interval: Double = 0.5
  ) throws -> Reduction {
    try Reduction(
      of: cell,
      settings: ReductionSettings(
        method: .folded, segmentCount: .total(total),
        observed: ObservedPotentials(potentials: potentials, interval: interval)))
  }

  /// Of equal branches the two are joined whose potentials were alike.
  @Test(arguments: [2, 3, 4])
  func whatWasSeenToDifferStaysApart(odd: Int) throws {
    let cell = Self.trident()
    // Soma, two segments of the trunk, three branches; three samples of each.
    var potentials: [Double] = []
    for (section, count) in [1, 2, 1, 1, 1].enumerated() {
      for segment in 0..<count {
        potentials += [-70, -60, section == odd ? -20 : -60 - 5 * Double(segment)]
      }
    }
    // The trunk, which is unlike the branches.
    potentials.replaceSubrange(3..<9, with: [-70, -40, -40, -70, -30, -40])
    let points = try Self.reduced(cell, potentials).segmentMap.points
    let cables = (2...4).map { points[$0][0].segment.cable }
    #expect(Set(cables).count == 2)
    for section in 2...4 {
      #expect(cables.count { $0 == cables[section - 2] } == (section == odd ? 1 : 2))
    }
  }

  @Test(arguments: [7, 0, 5])
  func asManySamplesOfEachSegmentAreExpected(count: Int) {
    let cell = Self.trident()
    #expect(throws: ReductionError.observed(samples: count, segments: 6, interval: 0.5)) {
      try Self.reduced(cell, [Double](repeating: -65, count: count))
    }
  }

  @Test(arguments: [Double.nan, .infinity])
  func whatIsNoNumberIsRefused(value: Double) {
    let cell = Self.trident()
    #expect(throws: ReductionError.self) {
      try Self.reduced(cell, [Double](repeating: value, count: 12))
    }
    #expect(throws: ReductionError.self) {
      try Self.reduced(cell, [Double](repeating: -65, count: 12), interval: value)
    }
  }

  @Test(arguments: [Method.classic, .lumped])
  func otherMethodsDoNotAsk(method: Method) {
    #expect(
      throws: ReductionError.observedWithout(method: method.name, methods: ["folded"])
    ) {
      try ReductionSettings(
        method: method, observed: ObservedPotentials(potentials: [0], interval: 1))
    }
  }
}

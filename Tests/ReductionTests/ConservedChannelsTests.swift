import CellModel
import TestSupport
import Testing

@testable import Reduction

@Suite struct ConservedChannelsTests {
  private static let pas = MechanismKind(
    name: "pas",
    parameters: [
      .init(name: "g_pas", defaults: [0.001], unit: "S/cm2"),
      .init(name: "e_pas", defaults: [-70], unit: "mV"),
    ])
  private static let channel = MechanismKind(
    name: "Ih",
    parameters: [
      .init(name: "gbar_Ih", defaults: [0.5], unit: "S/cm2"),
      .init(name: "shift_Ih", defaults: [-1, -2], unit: "mV"),
      .init(name: "pump_Ih", defaults: [7, 8], unit: "mA/cm2"),
    ])

  /// A cell of one stem, the mechanisms with their units.
  private static func builder() -> CellBuilder {
    var builder = CellBuilder(mechanisms: [channel])
    builder.cell.mechanisms[0] = pas
    return builder
  }

  private func insertion(
    _ mechanism: Int, in reduction: Reduction, cable: Int = 0
  ) throws -> [[Double]]? {
    let section = try #require(reduction.origins.firstIndex(of: .cable(cable)))
    return reduction.reduced.sections[section].insertions
      .first { $0.mechanism == mechanism }?.values
  }

  private func reduced(
    _ builder: CellBuilder, _ method: Method = .lumped, _ count: SegmentCount = .total(2)
  ) throws -> Reduction {
    try Reduction(
      of: builder.cell, settings: ReductionSettings(method: method, segmentCount: count))
  }

  // MARK: One cell

  /// A mechanism whose source has no RANGE PARAMETER has no values: it is there or it is not.
  @Test(arguments: Method.allCases)
  func aMechanismMayHaveNoParameters(method: Method) throws {
    var builder = CellBuilder(mechanisms: [MechanismKind(name: "peak")])
    let stem = builder.add(
      .basal, on: 0, length: 200, segments: 3,
      inserting: [.init(mechanism: 1, values: [[], [], []])])
    builder.add(.basal, on: stem, length: 200, segments: 2)
    let reduction = try reduced(builder, method, .total(4))
    let first = try #require(reduction.cables.first)
    #expect(
      try insertion(1, in: reduction) == [[Double]](repeating: [], count: first.segmentCount))
  }

  /// 10·2 and 30·1 µm²·π: densities by area of all, the rest by the area of those that have it.
  @Test func densitiesKeepTheirTotalAndTheRestIsAMean() throws {
    var builder = Self.builder()
    let stem = builder.add(
      .basal, on: 0, length: 10, diameter: 2, .init(leak: 1e-4, reversal: -80),
      inserting: [.init(mechanism: 1, values: [[3, 10, 20, 5, 0]])])
    builder.add(
      .basal, on: stem, length: 30, diameter: 1, .init(leak: 2e-4, reversal: -60),
      inserting: [.init(mechanism: 1, values: [[8, 20, 40, 0, 10]])])
    builder.add(.basal, on: stem, length: 50, diameter: 1, .init(leak: nil))
    let reduction = try reduced(builder)
    #expect(reduction.cables.count == 1)
    let channel = try #require(try insertion(1, in: reduction))[0]
    // (3·20 + 8·30)/100, (10·20 + 20·30)/50, (20·20 + 40·30)/50, 5·20/100, 10·30/100
    let expected: [Double] = [3, 16, 32, 1, 3]
    for (value, expected) in zip(channel, expected) { #expect(abs(value / expected - 1) < 1e-12) }
    let leak = try #require(try insertion(0, in: reduction))[0]
    // (1e-4·20 + 2e-4·30)/100, and (−80·20 − 60·2·30)/80
    #expect(abs(leak[0] / 8e-5 - 1) < 1e-12)
    #expect(abs(leak[1] / -65 - 1) < 1e-12)
  }

  /// e_pas of a leak however small is what it was.
  @Test(arguments: [1e-12, 1e-9, 1e-4, 1])
  func theLeaksReversalDoesNotSufferFromRounding(leak: Double) throws {
    var builder = Self.builder()
    builder.add(.basal, on: 0, segments: 7, .init(leak: leak, reversal: -73.25))
    let values = try #require(try insertion(0, in: try reduced(builder)))[0]
    #expect(abs(values[1] + 73.25) <= 1e-12)
    #expect(abs(values[0] / leak - 1) <= 1e-12)
  }

  /// NEURON inserts into whole sections: where nothing is, the densities are 0, the rest as declared.
  @Test func whereNoOriginalHasItDensitiesAreZero() throws {
    var builder = Self.builder()
    let stem = builder.add(.basal, on: 0, length: 300, segments: 5)
    builder.add(
      .basal, on: stem, length: 300,
      inserting: [.init(mechanism: 1, values: [[7, 8, 9, 10, 11]])])
    // On cables of several segments.
    let classic = try reduced(builder, .classic, .total(4))
    let insertions = ConservedChannels.insertions(
      of: builder.cell, map: classic.segmentMap, cables: classic.cables)
    let values = try #require(insertions[0].first { $0.mechanism == 1 }).values
    #expect(values.count == 3)
    #expect(values[0] == [0, -1, -2, 0, 0])
    #expect(abs(values[2][1] - 8) <= 1e-12 && abs(values[2][2] - 9) <= 1e-12)
  }

  @Test func aCableHasOnlyWhatItsOriginalsHave() throws {
    var builder = Self.builder()
    builder.add(.basal, on: 0)
    builder.add(.basal, on: 0, inserting: [.init(mechanism: 1, values: [[1, 2, 3, 4, 5]])])
    let reduction = try reduced(builder, .lumped, .total(3))
    #expect(try insertion(1, in: reduction, cable: 0) == nil)
    let values = try #require(try insertion(1, in: reduction, cable: 1))[0]
    let expected: [Double] = [1, 2, 3, 4, 5]
    for (value, expected) in zip(values, expected) {
      #expect(abs(value / expected - 1) < 1e-12)
    }
  }

  // MARK: Any cell

  /// Σ density·area of every mechanism in every group, and means by area of what is no density.
  @Test(arguments: UInt64(1)...60)
  func totalsAreKept(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    var cell = random.varied(seed: seed)
    // shift_Ih is an array without a unit.
    cell.mechanisms[1].parameters[0].unit = "mho/cm2"
    let reduction = try Reduction(
      of: cell, settings: ReductionSettings(method: .lumped, segmentCount: random.segmentCount))
    for (index, cable) in reduction.cables.enumerated() {
      for segment in 0..<cable.segmentCount {
        let originals = reduction.segmentMap.points.enumerated().flatMap { section, points in
          points.indices.filter {
            points[$0].segment == CableSegment(cable: index, segment: segment)
          }.map { (section: section, segment: $0) }
        }
        for mechanism in cell.mechanisms.indices {
          let having = originals.compactMap { original -> (values: [Double], area: Double)? in
            let section = cell.sections[original.section]
            return section.values(ofMechanism: mechanism, segment: original.segment).map {
              ($0, section.segments[original.segment].area)
            }
          }
          guard !having.isEmpty else { continue }
          let values = try #require(
            try insertion(mechanism, in: reduction, cable: index))[segment]
          let area = having.reduce(0) { $0 + $1.area }
          for value in values.indices {
            let total = having.reduce(0) { $0 + $1.values[value] * $1.area }
            let magnitude = having.reduce(0) { $0 + abs($1.values[value]) * $1.area }
            let found: Double
            var expected = total
            switch (mechanism, value) {
            case (0, 0), (1, 0): found = values[value] * cable.segmentArea
            case (0, 1):
              expected = having.reduce(0) { $0 + $1.values[0] * $1.values[1] * $1.area }
              found = values[1] * having.reduce(0) { $0 + $1.values[0] * $1.area }
            default: found = values[value] * area
            }
            #expect(abs(found - expected) <= 1e-12 * max(magnitude, abs(expected)))
          }
        }
      }
    }
  }
}

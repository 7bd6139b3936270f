import CellModel
import TestSupport
import Testing

@testable import Reduction

/// Channels that members of a group do not have alike.
@Suite struct UnevenChannelsTests {
  private static let channel = MechanismKind(
    name: "A", parameters: [.init(name: "gbar_A", defaults: [0.02], unit: "S/cm2")])

  /// A passive stem of 20 segments, 20 µm each, with a channel of these densities, in S/cm², and another without.
  private static func cell(_ densities: [Double]) -> CellModel {
    var builder = CellBuilder(mechanisms: [channel])
    builder.add(
      .apical, on: 0, length: 400, segments: 20,
      inserting: [Section.Insertion(mechanism: 1, values: densities.map { [$0] })])
    builder.add(.basal, on: 0, at: 0, length: 200, segments: 5)
    return builder.cell
  }

  /// The segments of the first stem, group by group.
  private static func groups(_ cell: CellModel, total: Double) throws -> [[Int]] {
    let reduction = try Reduction(
      of: cell, settings: ReductionSettings(method: .folded, segmentCount: .total(total)))
    return Dictionary(
      grouping: 0..<20, by: { reduction.segmentMap.points[1][$0].segment.cable }
    ).values.sorted { $0[0] < $1[0] }
  }

  @Test(arguments: [4.0, 5, 6, 8])
  func aZoneStaysApart(total: Double) throws {
    let none = try Self.groups(Self.cell([Double](repeating: 0, count: 20)), total: total)
    #expect(none[0].count > 1)
    let zone = try Self.groups(
      Self.cell([0.02] + [Double](repeating: 0, count: 19)), total: total)
    #expect(zone[0] == [0])
    let uniform = try Self.groups(Self.cell([Double](repeating: 0.02, count: 20)), total: total)
    #expect(uniform == none)
  }

  /// A zone that is not at the soma, and one that has less than its neighbours.
  @Test func whereverItIs() throws {
    var densities = [Double](repeating: 0, count: 20)
    for index in 4..<7 { densities[index] = 0.05 }
    #expect(try Self.groups(Self.cell(densities), total: 8).contains([4, 5, 6]))
    let inverse = densities.map { 0.05 - $0 }
    #expect(try Self.groups(Self.cell(inverse), total: 8).contains([4, 5, 6]))
  }

  // MARK: The sum

  private struct Case {
    let count: Int
    let areas: [Double]
    let densities: [[Double]]
    let vectors: [Double]
    var generator: SplitMix64

    init(seed: UInt64) {
      generator = SplitMix64(seed: seed)
      count = 3 + Int(seed % 9)
      let own = count
      var generator = generator
      areas = (0..<own).map { _ in generator.uniform(1...10) }
      // One channel is the same in neighbours, one everywhere.
      densities = [
        (0..<own).map { _ in generator.uniform(0...1) }, (0..<own).map { $0 < own / 2 ? 0.2 : 0.7 },
        (0..<own).map { _ in 0.3 },
      ]
      vectors = (0..<(3 * own)).map { _ in generator.uniform(-1...1) }
      self.generator = generator
    }

    /// Σ |Σ A·(ρ − ρ̄)·Ψ|², a group by its members.
    func loss(_ groups: [[Int]]) -> Double {
      groups.reduce(0) { sum, members in
        let area = members.reduce(0) { $0 + areas[$1] }
        return sum
          + densities.reduce(0) { sum, densities in
            let mean = members.reduce(0) { $0 + areas[$1] * densities[$1] } / area
            return sum
              + (0..<3).reduce(0) { sum, index in
                let error = members.reduce(0) {
                  $0 + areas[$1] * (densities[$1] - mean) * vectors[$1 * 3 + index]
                }
                return sum + error * error
              }
          }
      }
    }
  }

  /// What merges add is what groups lose, one after the other.
  @Test(arguments: UInt64(1)...40)
  func costsAddUp(seed: UInt64) throws {
    var each = Case(seed: seed)
    var channels = try #require(
      UnevenChannels(areas: each.areas, densities: each.densities, vectors: each.vectors))
    var groups = (0..<each.count).map { [$0] }
    var sum = 0.0
    while groups.count > 1 {
      let kept = Int.random(in: 0..<groups.count, using: &each.generator)
      var gone = Int.random(in: 0..<(groups.count - 1), using: &each.generator)
      if gone >= kept { gone += 1 }
      sum += channels.cost(of: groups[kept][0], groups[gone][0])
      channels.merge(groups[gone][0], into: groups[kept][0])
      groups[kept] += groups[gone]
      groups.remove(at: gone)
      let loss = each.loss(groups)
      #expect(abs(sum - loss) <= 1e-10 * (1 + loss))
    }
  }

  /// Not by rounding either.
  @Test(arguments: UInt64(1)...20)
  func evenChannelsCostNothing(seed: UInt64) throws {
    let each = Case(seed: seed)
    #expect(
      UnevenChannels(
        areas: each.areas, densities: [each.densities[2]], vectors: each.vectors) == nil)
    var channels = try #require(
      UnevenChannels(areas: each.areas, densities: [each.densities[1]], vectors: each.vectors))
    for index in 1..<(each.count / 2) {
      #expect(channels.cost(of: 0, index) == 0)
      channels.merge(index, into: 0)
    }
    #expect(channels.cost(of: 0, each.count - 1) > 0)
  }

  @Test func numbersOutOfAllProportion() throws {
    let channels = try #require(
      UnevenChannels(areas: [1e200, 1e200], densities: [[0, 1e200]], vectors: [1e200, 0]))
    #expect(channels.cost(of: 0, 1) == .greatestFiniteMagnitude)
  }
}

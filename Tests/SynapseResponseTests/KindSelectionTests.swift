import TestSupport
import Testing

@testable import SynapseResponse

@Suite struct KindSelectionTests {
  private static func random(_ seed: UInt64) -> [[Double]] {
    var generator = SplitMix64(seed: seed)
    let columns = Int.random(in: 1...4, using: &generator)
    return (0..<Int.random(in: 1...60, using: &generator)).map { _ in
      (0..<columns).map { _ in Double.random(in: -1...20, using: &generator).rounded() / 4 }
    }
  }

  @Test(arguments: 0..<50, [1, 3, 12, 100])
  func eachIsNearestToOneThatWasChosen(seed: UInt64, limit: Int) {
    let values = Self.random(seed)
    let found = KindSelection(of: values, limit: limit)
    #expect(found.chosen.count <= limit)
    #expect(Set(found.chosen).count == found.chosen.count)
    for (index, kind) in values.enumerated() {
      let all = found.chosen.map { KindSelection.distance(kind, values[$0]) }
      #expect(found.distances[index] == all.min(), "seed \(seed)")
      #expect(all[found.nearest[index]] == found.distances[index], "seed \(seed)")
    }
    for (position, index) in found.chosen.enumerated() {
      #expect(found.nearest[index] == position)
      #expect(found.distances[index] == 0)
    }
  }

  /// Where there is room for all that differ, all of them are chosen.
  @Test(arguments: 0..<20)
  func allThatDifferWhereThereIsRoom(seed: UInt64) {
    let values = Self.random(seed)
    let found = KindSelection(of: values, limit: 1000)
    #expect(found.chosen.count == Set(values).count)
    #expect(found.distances.allSatisfy { $0 == 0 })
  }

  @Test(arguments: 0..<20)
  func theLeastAndTheMostOfEachValueAreChosen(seed: UInt64) {
    let values = Self.random(seed)
    let chosen = KindSelection(of: values, limit: 8).chosen.map { values[$0] }
    for column in values[0].indices {
      let all = values.map { $0[column] }
      #expect(chosen.map { $0[column] }.min() == all.min())
      #expect(chosen.map { $0[column] }.max() == all.max())
    }
  }

  /// One value, evenly spread in ratio: none is farther than the spacing of those that were chosen.
  @Test func spreadEvenly() {
    let values = (0..<1000).map { [1 + Double($0) / 999] }
    let found = KindSelection(of: values, limit: 100)
    #expect(found.chosen.count == 100)
    // At most twice the least possible, half of the spacing that 100 of them can have.
    #expect((found.distances.max() ?? 1) <= 2 * 0.5 * 0.6932 / 99 * 1.01)
  }

  @Test func distances() {
    #expect(KindSelection.distance([1, 2], [1, 2]) == 0)
    #expect(KindSelection.distance([1, 3], [1, 1]) == 1)
    #expect(KindSelection.distance([0], [5]) == 2)
    #expect(KindSelection.distance([-1], [1]) == 2)
    for odd in [Double.nan, .infinity] { #expect(KindSelection.distance([odd], [1]) == 2) }
    #expect(KindSelection.distance([], []) == 0)
  }

  @Test func oddInput() {
    #expect(KindSelection(of: [], limit: 3).chosen.isEmpty)
    #expect(KindSelection(of: [[], []], limit: 3).chosen == [0])
    #expect(KindSelection(of: [[1], [2]], limit: 0).chosen.count == 1)
    #expect(KindSelection(of: [[.nan], [.nan], [1]], limit: 3).chosen.count == 3)
  }
}

import TestSupport
import Testing

@testable import Simulation

/// Compartments of different sets that share vectors.
@Suite struct PackingTests {
  private func group(_ mechanisms: [Int]?, count: Int, from first: Int = 0) -> CellLayout.Group {
    CellLayout.Group(
      mechanisms: mechanisms, styles: [:], compartments: Array(first..<first + count),
      ownMechanisms: [[Int]](repeating: mechanisms ?? [], count: count))
  }

  private func packed(
    _ groups: [CellLayout.Group], never: Set<Int> = []
  ) -> [CellLayout.Group] {
    CellLayout.packed(groups) { .init(amount: 100, canBeAbsent: !never.contains($0)) }
  }

  @Test func restsWithSharedMechanismsAreJoined() {
    let found = packed([
      group([0, 1, 2], count: 1), group([0, 1, 3], count: 2, from: 1),
      group([0], count: 24, from: 3), group([0, 4], count: 11, from: 27),
    ])
    #expect(found.map(\.count) == [6, 24, 8])
    #expect(found.first?.compartments == [0, 1, 2, 35, 36, 37])
    #expect(found.first?.mechanisms == [0, 1, 2, 3, 4])
    #expect(found.first?.ownMechanisms.map { $0.last } == [2, 3, 3, 4, 4, 4])
  }

  @Test func orderOfEachIsKept() {
    let found = packed([group([5, 1, 7], count: 1), group([9, 5, 2, 7, 3], count: 1, from: 1)])
    #expect(found.map(\.mechanisms) == [[9, 5, 1, 2, 7, 3]])
  }

  @Test func whatCannotBeAbsentStays() {
    let groups = [group([0, 1], count: 1), group([0, 2], count: 1, from: 1)]
    #expect(packed(groups, never: [2]).count == 2)
    // What both have is absent nowhere.
    #expect(packed(groups, never: [0]).count == 1)
  }

  @Test func ordersAndStylesThatDifferStay() {
    #expect(packed([group([0, 1], count: 1), group([1, 0], count: 1, from: 1)]).count == 2)
    var other = group([0, 1], count: 1, from: 1)
    other.styles = [0: 247]
    var own = group([0, 2], count: 1)
    own.styles = [0: 8]
    #expect(packed([own, other]).count == 2)
    own.styles = [0: 247]
    #expect(packed([own, other]).map(\.styles) == [[0: 247]])
  }

  @Test func whatSavesLittleStays() {
    let large = [group([0, 1, 2], count: 1), group([0, 1], count: 801, from: 1)]
    #expect(packed(large).map(\.count) == [1, 801])
  }

  @Test func placesWithoutMembraneStay() {
    #expect(packed([group(nil, count: 2), group([0], count: 1, from: 2)]).count == 2)
  }

  /// Whatever there is, nothing is lost, nothing is there twice, and no vector is filled by more.
  @Test(arguments: 0..<200) func everythingIsThereOnce(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    var groups: [CellLayout.Group] = []
    var first = 0
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let mechanisms = (0..<12).filter { _ in Bool.random(using: &random) }
      let count = Int.random(in: 1...30, using: &random)
      groups.append(group(mechanisms, count: count, from: first))
      first += count
    }
    let found = packed(groups, never: [3])
    #expect(found.flatMap(\.compartments).sorted() == Array(0..<first))
    let before = Dictionary(
      uniqueKeysWithValues: groups.flatMap { zip($0.compartments, $0.ownMechanisms) })
    for group in found {
      let all = group.mechanisms ?? []
      #expect(group.ownMechanisms.count == group.count)
      for (compartment, own) in zip(group.compartments, group.ownMechanisms) {
        #expect(own == before[compartment])
        #expect(all.filter(own.contains) == own)
        #expect(own.contains(3) == all.contains(3))
      }
    }
    let vectors = { (groups: [CellLayout.Group]) in
      groups.reduce(0) { $0 + ($1.count + 7) / 8 * 100 * ($1.mechanisms?.count ?? 0) }
    }
    #expect(vectors(found) <= vectors(groups))
  }
}

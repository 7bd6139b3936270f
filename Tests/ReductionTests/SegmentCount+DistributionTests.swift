import Testing

@testable import Reduction

@Suite struct SegmentCountDistributionTests {
  /// One segment per 0.1 space constants, made odd: 2·⌊10·L/2⌋ + 1.
  @Test(arguments: [
    (0.001, 1), (0.19, 1), (0.2, 3), (0.39, 3), (0.4, 5), (0.73, 7), (1, 11), (2.5, 25), (10, 101),
  ])
  func automaticCountsAreOddAndOnePerTenthOfASpaceConstant(length: Double, count: Double) {
    let counts = SegmentCount.automatic.distributed(over: [length], originalCount: 1000)
    #expect(counts == [count])
  }

  @Test func automaticCountsAreEachCablesOwn() {
    let counts = SegmentCount.automatic.distributed(over: [0.3, 1.2, 0.05], originalCount: 1)
    #expect(counts == [3, 13, 1])
  }

  static let totals: [(lengths: [Double], total: Double, counts: [Double])] = [
    ([1, 3], 5, [1, 3]),
    ([0.5, 0.25, 0.25], 41, [20, 10, 10]),
    // Half to even: 1.5, 2.5, 3.5, and 0.5, which is never less than 1.
    ([1, 1], 4, [2, 2]), ([1, 1], 6, [2, 2]), ([1, 1], 8, [4, 4]), ([1, 1], 2, [1, 1]),
    // A short cable still is one.
    ([0.001, 1], 11, [1, 10]), ([1, 1, 1], 2, [1, 1, 1]), ([1, 1, 1], 1.5, [1, 1, 1]),
    // What is not whole is rounded last.
    ([1], 3.5, [2]), ([1], 4.5, [4]), ([1], 2, [1]),
    ([2, 2], 1e6, [500_000, 500_000]),
  ]

  /// One of the total is the soma's; the rest goes by electrotonic length.
  @Test(arguments: totals)
  func totalsAreShared(lengths: [Double], total: Double, counts: [Double]) {
    let distributed = SegmentCount.total(total).distributed(over: lengths, originalCount: 7)
    #expect(distributed == counts)
  }

  static let shares: [(share: Double, originalCount: Int, counts: [Double])] = [
    // Reached: 5, 4, 0 and 5 of the original's segments
    (0.25, 20, [5]), (0.2, 20, [5]), (0.5, 0, [5]), (1, 5, [5]),
    // Not reached: 10, 20 and 100 in all, of which the soma has one
    (0.5, 20, [9]), (1, 20, [19]), (0.01, 10_000, [99]),
    // Half to even: 6.5 is 6, 7.5 is 8, 5.5 is 6, 4.5 is 4, which is reached
    (0.125, 52, [5]), (0.125, 60, [7]), (0.125, 44, [5]), (0.125, 36, [5]),
  ]

  /// L = 0.5 has 5 segments by itself.
  @Test(arguments: shares)
  func aShareIsATotalWhereAutomaticCountsFallShort(
    share: Double, originalCount: Int, counts: [Double]
  ) {
    let distributed = SegmentCount.atLeast(share: share)
      .distributed(over: [0.5], originalCount: originalCount)
    #expect(distributed == counts)
  }

  /// All cables' automatic counts together, 5 + 11, are held against the share.
  @Test func aShareCountsAllCables() {
    func counts(originalCount: Int) -> [Double] {
      SegmentCount.atLeast(share: 0.5).distributed(over: [0.5, 1], originalCount: originalCount)
    }
    #expect(counts(originalCount: 32) == [5, 11])
    #expect(counts(originalCount: 38) == [6, 12])
  }
}

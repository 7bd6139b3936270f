extension SegmentCount {
  /// The segments that each cable gets.
  ///
  /// - Parameters:
  ///   - electrotonicLengths: L of each cable, in space constants; each greater than 0.
  ///   - originalCount: dendritic segments of the original cell.
  /// - Returns: one count per cable, at least 1; a `Double`, since a count has no upper bound here.
  package func distributed(over electrotonicLengths: [Double], originalCount: Int) -> [Double] {
    let automatic = electrotonicLengths.map { length in
      2 * (10 * length / 2).rounded(.down) + 1
    }
    switch self {
    // Not known before there are cables.
    case .automatic, .expectedLoss:
      return automatic
    case .total(let total):
      return Self.shares(of: total, among: electrotonicLengths)
    case .atLeast(let share):
      let least = (share * Double(originalCount)).rounded(.toNearestOrEven)
      return automatic.reduce(0, +) >= least
        ? automatic : Self.shares(of: least, among: electrotonicLengths)
    }
  }

  /// Shares a total, less one segment for the soma, in proportion to electrotonic length.
  private static func shares(of total: Double, among lengths: [Double]) -> [Double] {
    let sum = lengths.reduce(0, +)
    return lengths.map { max(1, ($0 / sum * (total - 1)).rounded(.toNearestOrEven)) }
  }
}

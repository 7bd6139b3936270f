/// How strongly a place of a cell is coupled to the soma.
struct TransferLevel: Sendable, Equatable {
  /// The transfer resistance to the soma, in MΩ.
  var transfer: Double
  /// How much less that is than the soma's own input resistance, in MΩ: kept apart, since near the soma the
  /// difference of two transfers has nothing left but their rounding.
  var drop: Double

  /// How much less the transfer resistance is at a place farther out, in MΩ.
  func fall(to other: TransferLevel) -> Double {
    other.drop < other.transfer ? other.drop - drop : transfer - other.transfer
  }

  /// Levels at every compartment.
  static func levels(in loaded: OperatingPoint) -> [TransferLevel] {
    let tree = loaded.compartments
    var levels = loaded.transfers.map { TransferLevel(transfer: $0, drop: 0) }
    for index in levels.indices.dropFirst() {
      levels[index].drop =
        levels[tree.parents[index]].drop + loaded.currents[index] / tree.axialConductances[index]
    }
    return levels
  }

  /// The mean of two, weighted; the first itself where the second has no weight.
  static func mean(
    _ first: TransferLevel, weight firstWeight: Double, _ second: TransferLevel,
    weight secondWeight: Double
  ) -> TransferLevel {
    let share = secondWeight / (firstWeight + secondWeight)
    return TransferLevel(
      transfer: first.transfer + share * (second.transfer - first.transfer),
      drop: first.drop + share * (second.drop - first.drop))
  }
}

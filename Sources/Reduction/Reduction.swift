import CellModel

/// A cell's reduction: the reduced cell, and where everything of the original went.
package struct Reduction: Sendable, Equatable {
  package let settings: ReductionSettings
  /// One per dendritic stem: apical stems first, then the others, in the order in which the soma
  /// has them.
  package let cables: [ReducedCable]
  /// The reduced cell. Its first sections are the original's soma and axon (`keptSections`), its
  /// last ones the cables.
  package let reduced: CellModel
  /// The original's sections that stay as they are, by their index there.
  package let keptSections: [Int]
  /// Where every dendritic segment of the original went.
  package let segmentMap: SegmentMap
  /// What became of each of the original's point processes, in their order.
  package let pointProcessFates: [PointProcessFate]
  /// The point processes that remain, as indices of the original's: those on the cables, cable by
  /// cable, then those that did not move; in the given order within each.
  package let survivors: [Int]
}

/// The parts of a reduction, for those who time it.
package enum ReductionStage: String, Sendable, CaseIterable {
  case cables, mapping, merging, channels, assembly
}

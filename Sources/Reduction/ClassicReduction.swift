import CableTheory
import CellModel

/// The classic reduction: every dendritic stem with all its descendants becomes one cylinder that
/// has its input impedance and its largest attenuation; synapses, and channels by their means, go
/// where the cylinder's transfer impedance equals theirs. Soma and axon stay; an axon that leaves from
/// a dendrite goes where its place on the dendrite went.
///
/// Source: Amsalem, Eyal, Rogozinski, Gevaert, Kumbhar, Schürmann & Segev, "An efficient analytical
/// reduction of detailed nonlinear neuron models", Nat. Commun. 11:288 (2020).
package enum ClassicReduction {
  /// Reduces a cell.
  ///
  /// - Parameters:
  ///   - cell: with a soma at its root; its dendritic stems have pas.
  ///   - settings: frequency, segments, what must be equal for a merge.
  ///   - finished: called after each stage, with the stage that ended.
  /// - Throws: `ReductionError`, naming the section or parameter at fault.
  package static func reduce(
    _ cell: CellModel, settings: ReductionSettings,
    finished: (ReductionStage) -> Void = { _ in }
  ) throws(ReductionError) -> Reduction {
    let subtrees = try Subtree.all(of: cell)
    let equivalents = try EquivalentCables(of: subtrees, in: cell, settings)
    finished(.cables)

    let cables = equivalents.cables
    let mapping = equivalents.mapping(of: cell)
    let sites = mapping.sites(ofPointProcessesOf: cell)
    finished(.mapping)

    let fates = try Merging.fates(
      of: cell, sites: sites, comparedParameters: settings.comparedParameters)
    finished(.merging)

    let insertions = ChannelTransfer.insertions(of: cell, map: mapping.segmentMap, cables: cables)
    finished(.channels)

    let reduction = ReducedCellAssembly(
      cell: cell, settings: settings, cables: cables, insertions: insertions, mapping: mapping,
      fates: fates
    ).assemble()
    finished(.assembly)
    return reduction
  }
}

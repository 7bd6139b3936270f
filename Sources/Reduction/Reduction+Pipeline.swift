import CellModel

/// The parts of a reduction, for those who time it.
package enum ReductionStage: String, Sendable, CaseIterable {
  case search, cables, mapping, merging, channels, assembly, weights
}

extension Reduction {
  /// Reduces a cell: cables, where everything goes on them, what is merged there, their channels, the reduced
  /// cell as a value, its weights. What differs between methods, the settings' method supplies.
  ///
  /// - Parameters:
  ///   - cell: with a soma at its root, or below an axon; its dendritic stems have a leak.
  ///   - settings: the method and what it is asked for; those of the result have the number of segments that
  ///     an expected loss led to.
  ///   - finished: called after each stage, with the stage that ended.
  /// - Throws: `ReductionError`, naming the section or parameter at fault; for a cell that does not hold
  ///   together, `.model`.
  package init(
    of cell: CellModel, settings: ReductionSettings,
    finished: (ReductionStage) -> Void = { _ in }
  ) throws(ReductionError) {
    var settings = settings
    if case .expectedLoss(let tolerance) = settings.segmentCount {
      settings = try Self.settings(keeping: tolerance, of: cell, settings)
      finished(.search)
    }
    let input = try ReductionInput(cell, settings)
    let method = try settings.method.supplier.init(input)
    let cables = method.cables
    finished(.cables)

    let mapping = method.mapping()
    let sites = mapping.sites(ofPointProcessesOf: cell)
    finished(.mapping)

    let fates = try Merging.fates(of: cell, sites: sites, input.replacement, settings)
    finished(.merging)

    let insertions = method.insertions(mapping.segmentMap)
    finished(.channels)

    let unscaled = ReducedCellAssembly(
      cell: cell, settings: settings, replacement: input.replacement, cables: cables,
      insertions: insertions, mapping: mapping, fates: fates, spines: input.spines
    ).assemble()
    finished(.assembly)

    var reduction = unscaled
    if let weights = try method.weightScales(of: unscaled) {
      reduction = unscaled.scalingWeights(by: weights)
      finished(.weights)
    }
    self = try reduction.applying(settings.gains, of: cell)
  }
}

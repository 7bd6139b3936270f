import CableTheory
import CellModel
import ComplexModule

/// The drive-preserving reduction: the classic cables, with weights that keep the charge an event
/// delivers to the soma of the resting cell, and channels that keep their total conductance.
///
/// docs/method.md, sections 6 and 7.
package enum DriveReduction {
  /// Reduces a cell.
  ///
  /// - Parameters:
  ///   - cell: with a soma at its root; its dendritic stems have pas.
  ///   - settings: frequency, segments, what must be equal for a merge, and how the synapses respond.
  ///   - finished: called after each stage, with the stage that ended.
  /// - Throws: `ReductionError`, naming the section or parameter at fault.
  package static func reduce(
    _ cell: CellModel, settings: ReductionSettings,
    finished: (ReductionStage) -> Void = { _ in }
  ) throws(ReductionError) -> Reduction {
    let subtrees = try Subtree.all(of: cell)
    let equivalents = try EquivalentCables(of: subtrees, in: cell, settings)
    let cables = equivalents.cables
    finished(.cables)

    let mapping = equivalents.mapping(of: cell)
    let sites = mapping.sites(ofPointProcessesOf: cell)
    finished(.mapping)

    let fates = try Merging.fates(
      of: cell, sites: sites, comparedParameters: settings.comparedParameters)
    finished(.merging)

    let leakDensities = cables.map { cable -> Double in
      let middle = cell.sections[cable.stem].segmentIndex(at: 0.5)
      return cell.leakDensity(ofSection: cable.stem, segment: middle) ?? 0
    }
    let insertions = ConservedChannels.insertions(
      of: cell, map: mapping.segmentMap, cables: cables, leakDensities: leakDensities)
    finished(.channels)

    let unscaled = ReducedCellAssembly(
      cell: cell, settings: settings, cables: cables, insertions: insertions, mapping: mapping,
      fates: fates
    ).assemble()
    let scales = try weightScales(
      of: cell, on: sites, reduced: unscaled, drive: settings.drive)
    finished(.weights)

    let reduction = unscaled.scalingWeights(by: scales)
    finished(.assembly)
    return reduction
  }

  private static func weightScales(
    of cell: CellModel, on sites: [PointProcessFate.Site], reduced: Reduction,
    drive: SynapticDrive
  ) throws(ReductionError) -> [Double] {
    let before = try WholeCell(of: cell)
    let after = try WholeCell(of: reduced.reduced)
    let atRest = SynapticDrive(
      responses: drive.responses, responseIndices: drive.responseIndices)
    let inputs = OperatingPoint.inputs(
      of: cell, drive: atRest, compartments: before.compartments(ofPointProcessesOf: cell))
    let resting = OperatingPoint(of: before.compartments, inputs: inputs)
    let transfers = TreeImpedance(of: after.compartments, frequency: 0)
      .transfersToRoot().map(\.real)

    let cableCompartments = reduced.sectionsOfCables.map { after.segments[$0] }
    let moved = zip(inputs, resting.selfShunts).compactMap {
      input, shunt -> SynapticWeights.Moved? in
      guard case .cable(let site) = sites[cell.connections[input.connection].target] else {
        return nil
      }
      return SynapticWeights.Moved(
        connection: input.connection, before: input.compartment,
        after: cableCompartments[site.cable][site.segment], weight: input.weight,
        response: input.response, selfShunt: shunt)
    }
    return SynapticWeights.scales(
      of: moved, transferRatio: { resting.transfers[$0.before] / transfers[$0.after] },
      in: after.compartments, count: cell.connections.count)
  }
}

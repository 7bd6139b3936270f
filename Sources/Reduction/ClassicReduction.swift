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
    let subtrees = try subtrees(of: cell)
    var shapes: [EquivalentCable] = []
    var transfers: [[Double]] = []
    for subtree in subtrees {
      let (shape, subtreeTransfers) = try shape(
        of: subtree, in: cell, frequency: settings.frequency)
      shapes.append(shape)
      transfers.append(subtreeTransfers)
    }
    let cables = try cables(for: subtrees, shapes: shapes, in: cell, settings.segmentCount)
    finished(.cables)

    let mapping = ImpedanceMapping(
      subtrees: subtrees, transfers: transfers, cables: cables, of: cell)
    let sites = cell.pointProcesses.map { process in
      mapping.target(ofPosition: process.position, section: process.section, in: cell)
        .map(PointProcessFate.Site.cable)
        ?? .unmoved(cell.point(at: process.position, ofSection: process.section))
    }
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

  /// The cell's dendritic stems with their descendants: apical ones first.
  private static func subtrees(of cell: CellModel) throws(ReductionError) -> [Subtree] {
    var children = [[Int]](repeating: [], count: cell.sections.count)
    var stems: [Int] = []
    for (index, section) in cell.sections.enumerated() {
      guard let parent = section.attachment?.parent, section.role.isDendritic else { continue }
      if cell.sections[parent].role == .axon {
        throw .dendriteOnAxon(section: section.name, axon: cell.sections[parent].name)
      }
      children[parent].append(index)
      if cell.sections[parent].role == .soma { stems.append(index) }
    }
    try checkRoot(of: cell)
    guard !stems.isEmpty else { throw .noDendrites(cell: cell.name) }

    let apicalFirst =
      stems.filter { cell.sections[$0].role == .apical }
      + stems.filter { cell.sections[$0].role != .apical }
    var subtrees: [Subtree] = []
    for stem in apicalFirst {
      var descendants: [Int] = []
      var open = Array(children[stem].reversed())
      while let section = open.popLast() {
        descendants.append(section)
        open += children[section].reversed()
      }
      subtrees.append(try Subtree(stem: stem, descendants: descendants, of: cell))
    }
    return subtrees
  }

  /// The soma is there and hangs on nothing but axon.
  private static func checkRoot(of cell: CellModel) throws(ReductionError) {
    let soma = cell.sections.filter { $0.role == .soma }
    guard !soma.isEmpty else { throw .noSoma(cell: cell.name) }
    for section in soma {
      guard let parent = section.attachment?.parent else { continue }
      if cell.sections[parent].role.isDendritic {
        throw .somaHasParent(soma: section.name, parent: cell.sections[parent].name)
      }
    }
  }

  /// The cable that stands for a subtree, and the moduli of the transfer impedances between the
  /// subtree's compartments and its proximal end, in MΩ.
  private static func shape(
    of subtree: Subtree, in cell: CellModel, frequency: Double
  ) throws(ReductionError) -> (EquivalentCable, [Double]) {
    let impedance = TreeImpedance(of: subtree.compartments, frequency: frequency)
    let transfers = impedance.transfersToRoot().map(\.length)
    let farthest = subtree.endCompartments.map { transfers[$0] }.min() ?? .nan

    let stem = cell.sections[subtree.stem]
    let middle = stem.segmentIndex(at: 0.5)
    let leak = cell.passiveLeak.flatMap { stem.values(ofMechanism: $0, segment: middle)?.first }
    let membrane = PassiveMembrane(
      leakConductanceDensity: leak ?? .nan,
      capacitanceDensity: stem.segments[middle].capacitance,
      axialResistivity: stem.axialResistivity)
    guard
      let shape = EquivalentCable(
        inputImpedance: impedance.input, tipTransferImpedance: farthest, membrane: membrane,
        frequency: frequency)
    else { throw .unsolvable(section: stem.name, frequency: frequency) }
    return (shape, transfers)
  }

  private static func cables(
    for subtrees: [Subtree], shapes: [EquivalentCable], in cell: CellModel,
    _ segmentCount: SegmentCount
  ) throws(ReductionError) -> [ReducedCable] {
    let originalCount = subtrees.reduce(0) { count, subtree in
      count + subtree.sections.reduce(0) { $0 + cell.sections[$1].segments.count }
    }
    let counts = segmentCount.distributed(
      over: shapes.map(\.electrotonicLength), originalCount: originalCount)
    var cables: [ReducedCable] = []
    for (index, subtree) in subtrees.enumerated() {
      let stem = cell.sections[subtree.stem]
      guard counts[index] <= Double(ReducedCable.segmentLimit) else {
        throw .tooManySegments(
          section: stem.name, count: counts[index], limit: ReducedCable.segmentLimit)
      }
      guard let attachment = stem.attachment else {
        preconditionFailure("a stem is attached to the soma")
      }
      cables.append(
        ReducedCable(
          stem: subtree.stem, role: stem.role,
          attachment: Section.Attachment(
            parent: attachment.parent, position: attachment.position),
          shape: shapes[index],
          capacitance: stem.segments[stem.segmentIndex(at: 0.5)].capacitance,
          axialResistivity: stem.axialResistivity, segmentCount: Int(counts[index])))
    }
    return cables
  }
}

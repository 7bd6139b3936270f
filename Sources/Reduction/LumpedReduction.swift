import CableTheory
import CellModel
import RealModule

/// The lumped reduction: the membrane of each dendritic stem is gathered into groups of like effect on
/// the soma, under the mean conductances of the cell's drive, and every group becomes one compartment
/// with all of its membrane.
///
/// Where the classic method asks that a cable have the impedance of the resting tree at one frequency,
/// this one conserves what the driven cell's soma sees: capacitance, leak, channels and mean synaptic
/// conductance of each group, and the transfer resistance from each group to the soma at the operating
/// point of the drive. Weights keep the charge that an event delivers to the soma there.
///
/// docs/method.md, section 8.
package enum LumpedReduction {
  /// Reduces a cell.
  ///
  /// - Parameters:
  ///   - cell: with a soma at its root; its dendritic stems have pas.
  ///   - settings: segments (as many as the classic method would make), what must be equal for a
  ///     merge, and the drive. The frequency is used for the number of segments only.
  ///   - finished: called after each stage, with the stage that ended.
  /// - Throws: `ReductionError`, naming the section or parameter at fault.
  package static func reduce(
    _ cell: CellModel, settings: ReductionSettings,
    finished: (ReductionStage) -> Void = { _ in }
  ) throws(ReductionError) -> Reduction {
    let subtrees = try Subtree.all(of: cell)
    let segmentTotal = try EquivalentCables(of: subtrees, in: cell, settings).cables
      .reduce(0) { $0 + $1.segmentCount }
    let whole = try WholeCell(of: cell)
    let conductive = whole.compartments.adding(leakConductances: leastLeaks(of: cell, in: whole))
    let sites = whole.compartments(ofPointProcessesOf: cell)
    let inputs = OperatingPoint.inputs(of: cell, drive: settings.drive, compartments: sites)
    let loaded = OperatingPoint(of: conductive, inputs: inputs)

    let chains = try chains(
      of: subtrees, in: cell, whole, loaded, inputs, segmentTotal: segmentTotal)
    let cables = zip(subtrees, chains).reduce(into: [ReducedCable]()) { cables, each in
      cables += Self.cables(for: each.1, of: each.0, in: cell, first: cables.count)
    }
    for cable in cables {
      guard cable.shape.length.isFinite, cable.shape.length > 0, cable.shape.diameter.isFinite,
        cable.shape.diameter > 0
      else { throw .unsolvable(section: cell.sections[cable.stem].name, frequency: 0) }
    }
    finished(.cables)

    let mapping = LumpMapping(chains: chains, of: cell)
    let processSites = mapping.sites(ofPointProcessesOf: cell)
    finished(.mapping)

    let fates = try Merging.fates(
      of: cell, sites: processSites, comparedParameters: settings.comparedParameters)
    finished(.merging)

    let insertions = ConservedChannels.insertions(
      of: cell, map: mapping.segmentMap, cables: cables)
    finished(.channels)

    let unscaled = ReducedCellAssembly(
      cell: cell, settings: settings, cables: cables, insertions: insertions, mapping: mapping,
      fates: fates
    ).assemble()
    let scales = try weightScales(
      of: cell, inputs, loaded, on: processSites, chains.flatMap(\.groups),
      reduced: unscaled)
    finished(.weights)

    let reduction = unscaled.scalingWeights(by: scales)
    finished(.assembly)
    return reduction
  }

  /// A little leak, in µS, for segments that have none: without any current through its membrane a
  /// group has no axial resistance that could be told from its transfer resistance.
  static func leastLeaks(of cell: CellModel, in whole: WholeCell) -> [Double] {
    // Ten thousand times less than a tight membrane's 1e-5 S/cm².
    let density = 1e-9
    var leaks = [Double](repeating: 0, count: whole.compartments.count)
    for (section, compartments) in zip(cell.sections, whole.segments) {
      for (segment, compartment) in zip(section.segments, compartments)
      where whole.compartments.leakConductances[compartment] == 0 {
        leaks[compartment] = density * segment.area * 1e-2
      }
    }
    return leaks
  }

  /// The groups of each subtree: as many as the classic cables have segments, shared by electrotonic
  /// extent under the load.
  private static func chains(
    of subtrees: [Subtree], in cell: CellModel, _ whole: WholeCell, _ loaded: OperatingPoint,
    _ inputs: [OperatingPoint.Input], segmentTotal: Int
  ) throws(ReductionError) -> [Lumps] {
    let bases = subtrees.map { subtree in
      cell.sections[subtree.stem].attachment.map {
        whole.compartment(at: $0.position, ofSection: $0.parent)
      } ?? 0
    }
    var extents: [Double] = []
    for (subtree, base) in zip(subtrees, bases) {
      let transfers = subtree.sections.flatMap { whole.segments[$0] }
        .map { loaded.transfers[$0] }
      let extent = Lumps.extent(from: loaded.transfers[base], to: transfers.min() ?? .nan)
      guard extent.isFinite, transfers.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw .unsolvable(section: cell.sections[subtree.stem].name, frequency: 0)
      }
      extents.append(extent)
    }
    let counts = shares(of: segmentTotal, among: extents)
    let companions =
      axons(of: cell, whole, loaded) + synapsesAtEnds(of: cell, whole, loaded, inputs)
    var chains: [Lumps] = []
    for (index, subtree) in subtrees.enumerated() {
      guard
        let chain = Lumps(
          of: subtree, in: whole, loaded, companions: companions, base: bases[index],
          count: counts[index])
      else {
        throw .unsolvable(section: cell.sections[subtree.stem].name, frequency: 0)
      }
      chains.append(chain)
    }
    return chains
  }

  /// The axons that leave from dendrites, each with the segment that it goes with.
  private static func axons(
    of cell: CellModel, _ whole: WholeCell, _ loaded: OperatingPoint
  ) -> [Lumps.Companion] {
    zip(cell.sections, whole.segments).compactMap { section, compartments in
      guard section.role == .axon, let attachment = section.attachment,
        let place = LumpMapping.place(
          ofPosition: attachment.position, section: attachment.parent, in: cell)
      else { return nil }
      let first = section.proximalEnd == 0 ? compartments[0] : compartments[compartments.count - 1]
      return Lumps.Companion(
        section: place.section, segment: place.segment,
        compartment: whole.compartment(at: attachment.position, ofSection: attachment.parent),
        current: loaded.currents[first])
    }
  }

  /// The mean conductances of synapses that sit where no membrane is, or on the soma's, and go with a
  /// dendritic segment.
  private static func synapsesAtEnds(
    of cell: CellModel, _ whole: WholeCell, _ loaded: OperatingPoint,
    _ inputs: [OperatingPoint.Input]
  ) -> [Lumps.Companion] {
    zip(inputs, loaded.selfShunts).compactMap { input, shunt in
      let process = cell.pointProcesses[cell.connections[input.connection].target]
      guard
        let place = LumpMapping.place(
          ofPosition: process.position, section: process.section, in: cell),
        whole.segments[place.section][place.segment] != input.compartment
      else { return nil }
      return Lumps.Companion(
        section: place.section, segment: place.segment, compartment: input.compartment,
        current: input.meanConductance(selfShunt: shunt) * loaded.transfers[input.compartment])
    }
  }

  /// Shares a total in proportion to weights, each share at least 1: the largest remainders are
  /// rounded up.
  static func shares(of total: Int, among weights: [Double]) -> [Int] {
    let sum = weights.reduce(0, +)
    let spare = max(0, total - weights.count)
    let exact = weights.map {
      sum > 0 ? $0 / sum * Double(total) : Double(total) / Double(weights.count)
    }
    var counts = exact.map { max(1, Int($0.rounded(.down))) }
    var rest = spare + weights.count - counts.reduce(0, +)
    let byRemainder = exact.indices.sorted {
      (exact[$0] - Double(counts[$0]), $1) > (exact[$1] - Double(counts[$1]), $0)
    }
    for index in byRemainder where rest > 0 {
      counts[index] += 1
      rest -= 1
    }
    while rest < 0,
      let largest = counts.indices.filter({ counts[$0] > 1 }).max(by: {
        counts[$0] - 1 < counts[$1] - 1
      })
    {
      counts[largest] -= 1
      rest += 1
    }
    return counts
  }

  /// One section of one segment for each group, each attached to the middle of the one before, so
  /// that half of its own axial resistance is all that lies between the two.
  private static func cables(
    for chain: Lumps, of subtree: Subtree, in cell: CellModel, first: Int
  ) -> [ReducedCable] {
    let stem = cell.sections[subtree.stem]
    return chain.groups.enumerated().map { index, group in
      var area = 0.0
      var capacitance = WeightedMean()
      var leak = 0.0
      for (section, segment) in group.segments {
        let properties = cell.sections[section].segments[segment]
        area += properties.area
        capacitance.add(properties.capacitance, weight: properties.area)
        leak += (cell.leakDensity(ofSection: section, segment: segment) ?? 0) * properties.area
      }
      // From A = πdℓ and R = Ra·(ℓ/2) / (πd²/4): d³ = 2·Ra·A / (π²·R), Ω·cm · µm² / MΩ = 1e-2 µm³.
      let resistivity = stem.axialResistivity
      let diameter = Double.root(
        2e-2 * resistivity * area / (.pi * .pi * group.axialResistance), 3)
      let length = area / (.pi * diameter)
      // λ² = d / (4·Ra·g), with 1e4 µm in a cm.
      let spaceConstant = (diameter * 1e-4 / (4 * resistivity * leak / area)).squareRoot() * 1e4
      return ReducedCable(
        stem: subtree.stem, role: stem.role,
        base: index > 0
          ? .cable(first + index - 1)
          : .original(
            section: stem.attachment?.parent ?? 0, position: stem.attachment?.position ?? 0),
        shape: CableShape(
          length: length, diameter: diameter, electrotonicLength: length / spaceConstant),
        capacitance: capacitance.value, axialResistivity: resistivity, segmentCount: 1)
    }
  }

  private static func weightScales(
    of cell: CellModel, _ inputs: [OperatingPoint.Input], _ loaded: OperatingPoint,
    on sites: [PointProcessFate.Site], _ groups: [Lumps.Group], reduced: Reduction
  ) throws(ReductionError) -> [Double] {
    let whole = try WholeCell(of: reduced.reduced)
    let cableCompartments = reduced.sectionsOfCables.map { whole.segments[$0][0] }

    var load = [Double](repeating: 0, count: whole.compartments.count)
    var moved: [SynapticWeights.Moved] = []
    var ratios = [Double](repeating: 1, count: cell.connections.count)
    for (input, shunt) in zip(inputs, loaded.selfShunts) {
      let target = cell.connections[input.connection].target
      let conductance = input.meanConductance(selfShunt: shunt)
      switch sites[target] {
      case .cable(let site):
        let after = cableCompartments[site.cable]
        load[after] += conductance
        ratios[input.connection] =
          loaded.transfers[input.compartment] / groups[site.cable].transfer
        moved.append(
          SynapticWeights.Moved(
            connection: input.connection, before: input.compartment, after: after,
            weight: input.weight, response: input.response, selfShunt: shunt))
      case .unmoved(let point):
        let section = reduced.origins.firstIndex(of: .kept(point.section)) ?? 0
        load[whole.compartment(at: point.position, ofSection: section)] += conductance
      }
    }
    return SynapticWeights.scales(
      of: moved, transferRatio: { ratios[$0.connection] },
      in: whole.compartments.adding(leakConductances: load), count: cell.connections.count)
  }
}

/// Where the points of a cell's dendrites go in its groups.
struct LumpMapping: CableMapping {
  let segmentMap: SegmentMap

  init(chains: [Lumps], of cell: CellModel) {
    var points = cell.sections.map { section in
      [CablePoint?](repeating: nil, count: section.segments.count)
    }
    for (cable, group) in chains.flatMap(\.groups).enumerated() {
      for (section, segment) in group.segments {
        points[section][segment] = CablePoint(
          segment: CableSegment(cable: cable, segment: 0), relativePosition: 0.5)
      }
    }
    segmentMap = SegmentMap(points: points.map { $0.compactMap(\.self) })
  }

  func target(ofPosition position: Double, section index: Int, in cell: CellModel) -> CableSegment?
  {
    Self.segment(ofPosition: position, section: index, in: cell).map {
      segmentMap.points[$0.section][$0.segment].segment
    }
  }

  /// The dendritic segment that a point of any section goes with: that of a dendrite, or of the dendrite
  /// where the proximal end of an axon is; nil on soma and axon themselves.
  static func place(
    ofPosition position: Double, section index: Int, in cell: CellModel
  ) -> (section: Int, segment: Int)? {
    if cell.sections[index].role.isDendritic {
      return segment(ofPosition: position, section: index, in: cell)
    }
    guard let attachment = cell.sections[index].attachment, position == attachment.ownEnd else {
      return nil
    }
    return place(ofPosition: attachment.position, section: attachment.parent, in: cell)
  }

  /// The segment that a position of a dendritic section goes with; nil on soma and axon. A section's
  /// proximal end is a point of the section before it.
  static func segment(
    ofPosition position: Double, section index: Int, in cell: CellModel
  ) -> (section: Int, segment: Int)? {
    let section = cell.sections[index]
    guard section.role.isDendritic else { return nil }
    if let attachment = section.attachment, position == attachment.ownEnd,
      cell.sections[attachment.parent].role.isDendritic
    {
      return segment(ofPosition: attachment.position, section: attachment.parent, in: cell)
    }
    return (index, section.segmentIndex(at: position))
  }
}

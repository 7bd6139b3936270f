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
struct LumpedReduction: ReductionMethod {
  static let name = "lumped"
  static let traits = MethodTraits(
    changesWeights: true, usesFrequency: false, conservesTotals: true, cablesAreLumps: true)

  let cables: [ReducedCable]
  private let input: ReductionInput
  private let drives: [OperatingPoint.Input]
  private let loaded: OperatingPoint
  private let chains: [Lumps]

  /// As many groups as the classic method would make segments; for that number alone the frequency is
  /// used.
  init(_ input: ReductionInput) throws(ReductionError) {
    let (cell, compartments) = (input.cell, input.compartments)
    // What stays loads what is replaced.
    try ReductionError.wrapping { () throws(CellModelError) in try cell.checkProperties() }
    let segmentTotal = try EquivalentCables(input).cables.reduce(0) { $0 + $1.segmentCount }
    drives = OperatingPoint.inputs(
      of: cell, drive: input.settings.drive,
      compartments: compartments.compartments(ofPointProcessesOf: cell))
    loaded = OperatingPoint(
      of: compartments.tree.adding(leakConductances: Self.leastLeaks(of: cell, in: compartments)),
      inputs: drives)
    chains = try Self.chains(of: input, loaded, drives, segmentTotal: segmentTotal)
    cables = zip(input.subtrees, chains).reduce(into: []) { cables, each in
      cables += Self.cables(for: each.1, of: each.0.piece, in: cell, first: cables.count)
    }
    for cable in cables {
      guard cable.shape.length.isFinite, cable.shape.length > 0, cable.shape.diameter.isFinite,
        cable.shape.diameter > 0
      else { throw .unsolvable(section: cell.sections[cable.stem].name, frequency: 0) }
    }
    self.input = input
  }

  func mapping() -> any CableMapping {
    LumpMapping(chains: chains, of: input.cell, input.replacement)
  }

  func insertions(_ map: SegmentMap) -> [[Section.Insertion]] {
    ConservedChannels.insertions(of: input.cell, map: map, cables: cables)
  }

  /// A little leak, in µS, for segments that have none: without any current through its membrane a
  /// group has no axial resistance that could be told from its transfer resistance.
  static func leastLeaks(of cell: CellModel, in compartments: CellCompartments) -> [Double] {
    // Ten thousand times less than a tight membrane's 1e-5 S/cm².
    let density = 1e-9
    var leaks = [Double](repeating: 0, count: compartments.tree.count)
    for (section, own) in zip(cell.sections, compartments.segments) {
      for (segment, compartment) in zip(section.segments, own)
      where compartments.tree.leakConductances[compartment] == 0 {
        leaks[compartment] = density * segment.area * 1e-2
      }
    }
    return leaks
  }

  /// The groups of each subtree: as many as the classic cables have segments, shared by electrotonic
  /// extent under the load.
  private static func chains(
    of input: ReductionInput, _ loaded: OperatingPoint, _ drives: [OperatingPoint.Input],
    segmentTotal: Int
  ) throws(ReductionError) -> [Lumps] {
    let (cell, compartments) = (input.cell, input.compartments)
    let bases = input.replacement.pieces.map {
      compartments.compartment(at: $0.attachment.position, ofSection: $0.attachment.parent)
    }
    var extents: [Double] = []
    for (piece, base) in zip(input.replacement.pieces, bases) {
      let transfers = piece.sections.flatMap { compartments.segments[$0] }
        .map { loaded.transfers[$0] }
      let extent = Lumps.extent(from: loaded.transfers[base], to: transfers.min() ?? .nan)
      guard extent.isFinite, transfers.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw .unsolvable(section: cell.sections[piece.stem].name, frequency: 0)
      }
      extents.append(extent)
    }
    let counts = shares(of: segmentTotal, among: extents)
    let companions = attached(to: input, loaded) + synapsesAtEnds(of: input, loaded, drives)
    var chains: [Lumps] = []
    for (index, piece) in input.replacement.pieces.enumerated() {
      guard
        let chain = Lumps(
          of: piece, in: compartments, loaded, companions: companions, base: bases[index],
          count: counts[index])
      else {
        throw .unsolvable(section: cell.sections[piece.stem].name, frequency: 0)
      }
      chains.append(chain)
    }
    return chains
  }

  /// What stays and hangs on what is replaced, such as an axon that leaves from a dendrite: each with the
  /// segment that it goes with.
  private static func attached(
    to input: ReductionInput, _ loaded: OperatingPoint
  ) -> [Lumps.Companion] {
    let (cell, compartments, replacement) = (input.cell, input.compartments, input.replacement)
    return cell.sections.indices.compactMap { index in
      let section = cell.sections[index]
      let own = compartments.segments[index]
      guard !replacement.contains(index), let attachment = section.attachment,
        let place = replacement.segment(
          at: attachment.position, ofSection: attachment.parent, in: cell)
      else { return nil }
      return Lumps.Companion(
        section: place.section, segment: place.segment,
        compartment: compartments.compartment(
          at: attachment.position, ofSection: attachment.parent),
        current: loaded.currents[section.proximalEnd == 0 ? own[0] : own[own.count - 1]])
    }
  }

  /// The mean conductances of synapses that sit where no membrane is, or on that of what stays, and go with
  /// a segment that is replaced.
  private static func synapsesAtEnds(
    of input: ReductionInput, _ loaded: OperatingPoint, _ drives: [OperatingPoint.Input]
  ) -> [Lumps.Companion] {
    let cell = input.cell
    return zip(drives, loaded.selfShunts).compactMap { drive, shunt in
      let process = cell.pointProcesses[cell.connections[drive.connection].target]
      guard
        let place = input.replacement.segment(
          at: process.position, ofSection: process.section, in: cell),
        input.compartments.segments[place.section][place.segment] != drive.compartment
      else { return nil }
      return Lumps.Companion(
        section: place.section, segment: place.segment, compartment: drive.compartment,
        current: drive.meanConductance(shunt) * loaded.transfers[drive.compartment])
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
    for chain: Lumps, of piece: Replacement.Piece, in cell: CellModel, first: Int
  ) -> [ReducedCable] {
    let stem = cell.sections[piece.stem]
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
        stem: piece.stem, role: stem.role,
        base: index > 0
          ? .cable(first + index - 1)
          : .original(section: piece.attachment.parent, position: piece.attachment.position),
        shape: CableShape(
          length: length, diameter: diameter, electrotonicLength: length / spaceConstant),
        capacitance: capacitance.value, axialResistivity: resistivity, segmentCount: 1)
    }
  }

  func weightScales(of reduction: Reduction) throws(ReductionError) -> WeightScales? {
    try ReductionError.wrapping { () throws(CellModelError) in
      try reduction.reduced.checkProperties()
    }
    let after = CellCompartments(of: reduction.reduced)
    let cell = input.cell
    let groups = chains.flatMap(\.groups)
    let cableCompartments = reduction.sectionsOfCables.map { after.segments[$0][0] }

    var load = [Double](repeating: 0, count: after.tree.count)
    var moved: [SynapticWeights.Moved] = []
    var ratios = [Double](repeating: 1, count: cell.connections.count)
    for (drive, shunt) in zip(drives, loaded.selfShunts) {
      let target = cell.connections[drive.connection].target
      let conductance = drive.meanConductance(shunt)
      switch reduction.pointProcessFates[target].site {
      case .cable(let site):
        let compartment = cableCompartments[site.cable]
        load[compartment] += conductance
        ratios[drive.connection] =
          loaded.transfers[drive.compartment] / groups[site.cable].transfer
        moved.append(
          SynapticWeights.Moved(
            connection: drive.connection, before: drive.compartment, after: compartment,
            weight: drive.weight, response: drive.response, selfShunt: shunt))
      case .unmoved(let point):
        let section = reduction.origins.firstIndex(of: .kept(point.section)) ?? 0
        load[after.compartment(at: point.position, ofSection: section)] += conductance
      }
    }
    return WeightScales(
      scales: SynapticWeights.scales(
        of: moved, transferRatio: { ratios[$0.connection] },
        in: after.tree.adding(leakConductances: load), count: cell.connections.count),
      saturating: saturating(moved))
  }

  /// Those of what moved whose events saturate their site. Voltage-dependent conductances count: their
  /// mean one tells, though it is not known closely enough to decide their weights.
  private func saturating(_ moved: [SynapticWeights.Moved]) -> [Int] {
    lazy var sites = SiteResistances(of: loaded.compartments)
    return moved.filter { each in
      switch each.response.nature {
      case .linearConductance: return each.selfShunt.saturates
      case .nonlinearConductance:
        return sites.selfShunt(of: each.response, weight: each.weight, at: each.before).saturates
      case .stochastic, .current, .none: return false
      }
    }.map(\.connection)
  }
}

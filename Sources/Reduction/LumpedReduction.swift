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
    changesWeights: true, usesFrequency: false, conservesTotals: true, cablesAreLumps: true,
    keepsSites: false, converges: false)

  let cables: [ReducedCable]
  private let input: ReductionInput
  private let driven: DrivenCell
  private let chains: [Lumps]

  /// As many groups as the classic method would make segments; for that number alone the frequency is
  /// used.
  init(_ input: ReductionInput) throws(ReductionError) {
    let cell = input.cell
    driven = try DrivenCell(input)
    let segmentTotal = try EquivalentCables(input).cables.reduce(0) { $0 + $1.segmentCount }
    chains = try Self.chains(of: input, driven, segmentTotal: segmentTotal)
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

  /// The groups of each subtree: as many as the classic cables have segments, shared by electrotonic
  /// extent under the load.
  private static func chains(
    of input: ReductionInput, _ driven: DrivenCell, segmentTotal: Int
  ) throws(ReductionError) -> [Lumps] {
    let (cell, compartments, loaded) = (input.cell, input.compartments, driven.loaded)
    let bases = input.replacement.pieces.map {
      compartments.compartment(at: $0.attachment.position, ofSection: $0.attachment.parent)
    }
    var extents: [Double] = []
    for (piece, base) in zip(input.replacement.pieces, bases) {
      let transfers = piece.sections.filter { !input.foldedSpines.contains($0) }
        .flatMap { compartments.segments[$0] }
        .map { loaded.transfers[$0] }
      let extent = Lumps.extent(from: loaded.transfers[base], to: transfers.min() ?? .nan)
      guard extent.isFinite, transfers.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw .unsolvable(section: cell.sections[piece.stem].name, frequency: 0)
      }
      extents.append(extent)
    }
    let counts = shares(of: segmentTotal, among: extents)
    let companions = driven.attached() + driven.synapsesAtEnds() + driven.spines()
    var chains: [Lumps] = []
    for (index, piece) in input.replacement.pieces.enumerated() {
      guard
        let chain = Lumps(
          of: piece, in: compartments, loaded, companions: companions,
          spines: (input.foldedSpines, input.foldedSpines.segments(of: cell)), base: bases[index],
          count: counts[index])
      else {
        throw .unsolvable(section: cell.sections[piece.stem].name, frequency: 0)
      }
      chains.append(chain)
    }
    return chains
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
    try driven.weightScales(of: reduction, transfers: chains.flatMap(\.groups).map(\.transfer))
  }
}

import CableTheory
import CellModel

/// One cylinder for each subtree of a cell, with the subtree's input impedance and its largest
/// attenuation: the cables of the published method.
struct EquivalentCables {
  let cables: [ReducedCable]
  private let subtrees: [Subtree]
  private let equivalents: [EquivalentCable]
  /// For each subtree, the moduli of its compartments' transfer impedances, in MΩ.
  private let transfers: [[Double]]

  init(_ input: ReductionInput) throws(ReductionError) {
    let (cell, subtrees, settings) = (input.cell, input.subtrees, input.settings)
    var equivalents: [EquivalentCable] = []
    var transfers: [[Double]] = []
    for subtree in subtrees {
      let (equivalent, subtreeTransfers) = try Self.shape(of: subtree, in: cell, settings)
      equivalents.append(equivalent)
      transfers.append(subtreeTransfers)
    }
    cables = try Self.cables(for: subtrees, shapes: equivalents, in: cell, settings)
    self.subtrees = subtrees
    self.equivalents = equivalents
    self.transfers = transfers
  }

  /// Where the cell's points have their transfer impedance on the cables.
  func mapping(of cell: CellModel) -> ImpedanceMapping {
    ImpedanceMapping(
      subtrees: subtrees, transfers: transfers, cables: cables, equivalents: equivalents, of: cell)
  }

  /// The cable that stands for a subtree, and the moduli of the transfer impedances between the
  /// subtree's compartments and its proximal end, in MΩ.
  private static func shape(
    of subtree: Subtree, in cell: CellModel, _ settings: ReductionSettings
  ) throws(ReductionError) -> (EquivalentCable, [Double]) {
    let frequency = settings.frequency
    let impedance = TreeImpedance(of: subtree.compartments, frequency: frequency)
    let transfers = impedance.transfersToRoot().map(\.length)
    let farthest = subtree.distalEnds.map { transfers[$0] }.min() ?? .nan

    let index = subtree.piece.stem
    let stem = cell.sections[index]
    let middle = stem.segmentIndex(at: 0.5)
    let own = PassiveMembrane(
      leakConductanceDensity: cell.leakDensity(ofSection: index, segment: middle) ?? .nan,
      capacitanceDensity: stem.segments[middle].capacitance,
      axialResistivity: stem.axialResistivity)
    let ownFactor = own.propagationFactor(frequency: frequency)
    let membrane = settings.membranes[index]
    guard
      let shape = EquivalentCable(
        inputImpedance: impedance.input, tipTransferImpedance: farthest,
        membrane: membrane.map(PassiveMembrane.init) ?? own,
        propagationFactor: membrane?.propagationFactor ?? ownFactor, locatingFactor: ownFactor)
    else { throw .unsolvable(section: stem.name, frequency: frequency) }
    return (shape, transfers)
  }

  private static func cables(
    for subtrees: [Subtree], shapes: [EquivalentCable], in cell: CellModel,
    _ settings: ReductionSettings
  ) throws(ReductionError) -> [ReducedCable] {
    let originalCount = subtrees.reduce(0) { count, subtree in
      count + subtree.piece.sections.reduce(0) { $0 + cell.sections[$1].segments.count }
    }
    let counts = settings.segmentCount.distributed(
      over: shapes.map(\.electrotonicLength), originalCount: originalCount)
    var cables: [ReducedCable] = []
    for (index, subtree) in subtrees.enumerated() {
      let piece = subtree.piece
      let stem = cell.sections[piece.stem]
      guard counts[index] <= Double(Section.segmentLimit) else {
        throw .tooManySegments(
          section: stem.name, count: counts[index], limit: Section.segmentLimit)
      }
      let membrane = settings.membranes[piece.stem]
      cables.append(
        ReducedCable(
          stem: piece.stem, role: stem.role,
          base: .original(
            section: piece.attachment.parent, position: piece.attachment.position),
          shape: CableShape(
            length: shapes[index].length, diameter: shapes[index].diameter,
            electrotonicLength: shapes[index].electrotonicLength),
          capacitance: membrane?.capacitance
            ?? stem.segments[stem.segmentIndex(at: 0.5)].capacitance,
          axialResistivity: membrane?.axialResistivity ?? stem.axialResistivity,
          segmentCount: Int(counts[index])))
    }
    return cables
  }
}

extension PassiveMembrane {
  fileprivate init(_ replacement: CableMembrane) {
    self.init(
      membraneResistance: replacement.membraneResistance,
      capacitanceDensity: replacement.capacitance,
      axialResistivity: replacement.axialResistivity)
  }
}

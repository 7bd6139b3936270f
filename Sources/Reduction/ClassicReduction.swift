import CableTheory
import CellModel

/// The classic reduction: every dendritic stem with all its descendants becomes one cylinder that
/// has its input impedance and its largest attenuation; synapses, and channels by their means, go
/// where the cylinder's transfer impedance equals theirs. Soma and axon stay; an axon that leaves from
/// a dendrite goes where its place on the dendrite went.
///
/// Source: Amsalem, Eyal, Rogozinski, Gevaert, Kumbhar, Schürmann & Segev, "An efficient analytical
/// reduction of detailed nonlinear neuron models", Nat. Commun. 11:288 (2020).
struct ClassicReduction: ReductionMethod {
  static let name = "classic"
  static let traits = MethodTraits(
    changesWeights: false, usesFrequency: true, conservesTotals: false, cablesAreLumps: false,
    keepsSites: false, converges: false)

  private let input: ReductionInput
  private let equivalents: EquivalentCables

  init(_ input: ReductionInput) throws(ReductionError) {
    self.input = input
    equivalents = try EquivalentCables(input)
  }

  var cables: [ReducedCable] { equivalents.cables }

  func mapping() -> any CableMapping { equivalents.mapping(of: input.cell) }

  func insertions(_ map: SegmentMap) -> [[Section.Insertion]] {
    ChannelTransfer.insertions(of: input.cell, map: map, cables: cables)
  }
}

import CableTheory
import CellModel
import ComplexModule

extension UnevenChannels {
  /// Of a cell at its operating point, by linear theory: a place at which a spike of the soma arrives as H·V, and with
  /// it a conductance of 1 that is open, takes that from it, and H of this arrives at the soma,
  ///
  ///     Ψ = Z₀·H(f)² · V(f)
  ///
  /// with Z₀ the soma's input impedance and V the pulse of the view *answers* (`FoldingViews`), in mV·√ms per µS.
  ///
  /// Channels are the mechanisms with peak conductances, as though all of them were open at once: no more can move.
  /// Leaks are not among them, which the operating point has.
  init?(of tree: FoldingTree, _ loaded: OperatingPoint, _ cell: CellModel) {
    let densities = Self.densities(of: cell, at: tree)
    guard densities.contains(where: { own in own.contains { $0 != own[0] } }) else { return nil }
    let pulse = FoldingViews.pulse
    var vectors = [Double](repeating: 0, count: tree.segments.count * 2 * pulse.count)
    for (index, each) in pulse.enumerated() {
      let impedance = TreeImpedance(of: loaded.compartments, frequency: each.frequency)
      let transfers = impedance.transfersToRoot()
      // µm² · S/cm² = 1e-2 µS.
      let scale = each.amplitude * 1e-2
      for (segment, place) in tree.segments.enumerated() {
        let transfer = transfers[place.compartment]
        let effect = transfer * (transfer / impedance.input)
        vectors[(segment * pulse.count + index) * 2] = scale * effect.real
        vectors[(segment * pulse.count + index) * 2 + 1] = scale * effect.imaginary
      }
    }
    self.init(areas: tree.segments.map(\.area), densities: densities, vectors: vectors)
  }

  /// By mechanism, then by segment: in S/cm², 0 where it is not inserted.
  private static func densities(of cell: CellModel, at tree: FoldingTree) -> [[Double]] {
    let leaks = Set(cell.leaks.map(\.mechanism))
    return cell.mechanisms.indices.compactMap { mechanism in
      let conductances = cell.mechanisms[mechanism].conductances
      guard !leaks.contains(mechanism), !conductances.isEmpty else { return nil }
      return tree.segments.map { place in
        guard
          let values = cell.sections[place.section].values(
            ofMechanism: mechanism, segment: place.segment)
        else { return 0 }
        let density = conductances.reduce(0) { $0 + max(0, values[$1.offset]) * $1.factor }
        return density.isFinite ? density : 0
      }
    }
  }
}

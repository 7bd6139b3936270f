import CableTheory
import CellModel
import RealModule
import SynapseResponse

/// Events that come at once, and what they lose together.
///
/// Connections of one source whose delays are alike bring their events together: each site depolarises
/// by all of them. What `SelfShunt` says of one holds with
///
///     κ_i = Σ_j w_j · (1/π) ∫₀^∞ |G_i(ω)|·|G_j(ω)| · Re Z_ij(ω) dω / G_i(0)
///
/// in the place of κ, with Z_ij the transfer impedance between the sites; in σ, Σ_j w_j·Z_ij(0) takes the place of
/// w·R likewise. Of two at one site it is κ of an event
/// with the sum of their weights; of two that do not feel each other, that of each.
///
/// docs/method.md, section 6.
struct Volleys {
  /// A connection to a conductance.
  struct Member {
    let connection: Int
    let compartment: Int
    let weight: Double
    let response: SynapticResponse
  }

  /// Indices of members: those of each volley of two or more.
  let groups: [[Int]]

  /// What comes within this time is at once: no synapse's conductance has risen by then. In ms.
  static let together = 0.5
  /// In mV: where excitation begins.
  private static let border = MeasuringProtocol.potentials[MeasuringProtocol.high]

  /// Whether a response is one whose events can shunt each other as conductances do.
  private static func counts(_ response: SynapticResponse) -> Bool {
    response.isOhmic && response.charge > 0
  }

  private struct Key: Hashable {
    let source: Int
    /// nil where it is not known.
    let isExcitatory: Bool?
  }

  /// - Parameters:
  ///   - members: of which those that are alone, and those of which the source is not known, are in no group.
  ///   - connections: of the cell.
  init(of members: [Member], _ connections: [Connection]) {
    var bySource: [Key: [Int]] = [:]
    var keys: [Key] = []
    for (index, member) in members.enumerated() {
      let connection = connections[member.connection]
      guard connection.isActive, connection.delay.isFinite,
        let source = connection.sourceIdentity, Self.counts(member.response)
      else { continue }
      let key = Key(
        source: source, isExcitatory: member.response.reversal.map { $0 > Self.border })
      if bySource[key] == nil { keys.append(key) }
      bySource[key, default: []].append(index)
    }
    var groups: [[Int]] = []
    for key in keys {
      guard let indices = bySource[key], indices.count > 1 else { continue }
      let delay = { (index: Int) in connections[members[index].connection].delay }
      let sorted = indices.sorted { (delay($0), $0) < (delay($1), $1) }
      var group: [Int] = []
      for index in sorted {
        if let first = group.first, delay(index) - delay(first) > Self.together {
          groups.append(group)
          group = []
        }
        group.append(index)
      }
      groups.append(group)
    }
    self.groups = groups.filter { $0.count > 1 }
  }
}

extension Volleys {
  /// A cell in which events shunt each other.
  struct Sites {
    private let cell: CompartmentTree
    private let spreads: [TreeSpread]

    init(of cell: CompartmentTree) {
      self.cell = cell
      spreads = SpectralGrid.frequencies.map { TreeSpread(of: cell, frequency: $0) }
    }

    /// κ and σ of each member of a volley. One solution of the cell for each frequency, of the
    /// compartments between the members and the root.
    func selfShunts(of members: [Member]) -> [SelfShunt] {
      let paths = PathsToRoot(from: members.map(\.compartment), in: cell)
      let amplitudes = members.map { Self.amplitudes(of: $0.response) }
      let weights = members.map(\.weight)
      // Per driving force.
      let voltages = spreads.indices.map { frequency in
        spreads[frequency].voltages(
          injecting: weights.indices.map { weights[$0] * amplitudes[$0][frequency] }, along: paths
        ).map(\.real)
      }
      return members.indices.map { index in
        let (response, own) = (members[index].response, amplitudes[index])
        let kappa =
          SpectralGrid.integral { own[$0] * voltages[$0][index] } / response.charge
        let power = response.power
        let steady = voltages[0][index] / response.charge * SpectralGrid.integral { power[$0] }
        return SelfShunt(kappa: kappa, growth: SelfShunt.growth(kappa / (2 * steady)))
      }
    }

    /// |G(ω)| in µS·ms per unit of weight.
    private static func amplitudes(of response: SynapticResponse) -> [Double] {
      let charge = response.charge
      return response.power.map { ($0 * charge).squareRoot() }
    }
  }

  /// What each member loses: with the others of its volley, where it is of one.
  ///
  /// - Parameter alone: what each loses by itself.
  func losses(of members: [Member], alone: [Double], in cell: CompartmentTree) -> [Double] {
    guard !groups.isEmpty else { return alone }
    var losses = alone
    let sites = Sites(of: cell)
    for group in groups {
      for (index, shunt) in zip(group, sites.selfShunts(of: group.map { members[$0] }))
      where shunt.loss.isFinite {
        losses[index] = shunt.loss
      }
    }
    return losses
  }

  /// A member's way from the original to the reduced cell.
  struct Move {
    let before, after: Member
    /// The transfer resistance between its place and the soma, on either cell.
    let transfers: (before: Double, after: Double)
  }

  /// The factor for the weights of each volley, with which its members deliver together what they did:
  /// Σ T_i·w_i·G_i(0)/loss_i is the original's.
  ///
  /// - Parameter moves: of the members.
  /// - Returns: in the order of `groups`.
  func factors(
    _ moves: [Move], from original: CompartmentTree, to reduced: CompartmentTree
  ) -> [Double] {
    guard !groups.isEmpty else { return [] }
    let (before, after) = (Sites(of: original), Sites(of: reduced))
    return groups.map { Self.factor($0.map { moves[$0] }, before, after) }
  }

  private static func factor(_ moves: [Move], _ original: Sites, _ reduced: Sites) -> Double {
    let full = original.selfShunts(of: moves.map(\.before))
    let less = reduced.selfShunts(of: moves.map(\.after))
    let wanted = zip(moves, full).reduce(0.0) { sum, each in
      let (move, shunt) = each
      return sum + move.transfers.before * move.before.weight * move.before.response.charge
        / shunt.loss
    }
    let charges = moves.map {
      $0.transfers.after * $0.after.weight * $0.after.response.charge
    }
    let charge = { (factor: Double) in
      charges.indices.reduce(0.0) { sum, index in
        let shunt = SelfShunt(kappa: factor * less[index].kappa, growth: less[index].growth)
        return sum + factor * charges[index] / shunt.loss
      }
    }
    // A site is not asked to lose more than the original's, or than it does of twice the weights.
    let most = max(2, full.reduce(0) { $0 + $1.kappa } / less.reduce(0) { $0 + $1.kappa })
    guard wanted > 0, wanted.isFinite, most.isFinite, charge(1).isFinite, charge(1) > 0 else {
      return 1
    }
    guard charge(most) > wanted else { return most }
    // The charge grows with the factor. In logarithms, to the last digit.
    var (low, high) = (0.0, most)
    while true {
      let middle = low > 0 ? (low * high).squareRoot() : high / 16
      guard middle > low, middle < high, high - low > 1e-14 * high else { return high }
      if charge(middle) < wanted { low = middle } else { high = middle }
    }
  }
}

import CableTheory
import CellModel
import RealModule
import SynapseResponse

/// Weights with which moved synapses act on the soma as they did.
///
/// docs/method.md, sections 6 and 8.
enum SynapticWeights {
  /// A connection of which something is known that decides its weight.
  struct Moved {
    let connection: Int
    /// Where its point process was, and where it is: compartments of the two cells.
    let before, after: Int
    let weight: Double
    let response: SynapticResponse
    /// The charge of an event grows as the weight to this power.
    var exponent = 1.0
    /// On the original.
    let selfShunt: SelfShunt
    /// Of a voltage-dependent conductance on a spine that is folded: the weight that would do on the dendrite what its
    /// own does behind the neck, over its own.
    var neckFactor = 1.0
  }

  /// Near a limit hardly any weight does more: no more is asked of a weight than the square of the ratio of
  /// transfers.
  private static let leastExponent = 0.5
  private static let mostExponent = 8.0

  /// The weight scales that keep the charge that arrives at the soma:
  ///
  ///     w' / (1 + κ') = w / (1 + κ) · T / T'
  ///
  /// with κ the self-shunt of the event at its site and T the transfer resistance to the soma, on the
  /// original and, primed, on the reduced cell; of events that lose more than half of their charge,
  /// `SelfShunt` says what arrives. κ' is proportional to w', which makes the equation linear. Where the charge
  /// goes as a power of the weight, (w'/w)^exponent = T / T'.
  ///
  /// - Parameters:
  ///   - transferRatio: T / T' of a connection.
  ///   - reduced: the reduced cell's compartments, as loaded as the original's were.
  ///   - count: of the cell's connections.
  static func scales(
    of moved: [Moved], transferRatio: (Moved) -> Double, in reduced: CompartmentTree, count: Int
  ) -> [Double] {
    var scales = [Double](repeating: 1, count: count)
    guard !moved.isEmpty else { return scales }
    let sites = SiteResistances(of: reduced)
    for each in moved {
      let ratio = transferRatio(each)
      guard ratio.isFinite, ratio > 0 else { continue }
      switch each.response.nature {
      case _ where each.response.isOhmic:
        let target = each.weight * ratio / each.selfShunt.loss
        let shunt = sites.selfShunt(of: each.response, weight: target, at: each.after)
        let scale = target / shunt.compensation(upTo: each.selfShunt.kappa) / each.weight
        // Weights so large or small that numbers do not hold what they do.
        scales[each.connection] = scale.isFinite && scale > 0 ? scale : ratio
      case .linearConductance, .nonlinearConductance:
        let scale =
          each.neckFactor
          * Double.pow(ratio, 1 / min(max(each.exponent, leastExponent), mostExponent))
        scales[each.connection] = scale.isFinite && scale > 0 ? scale : ratio
      case .current, .stochastic:
        scales[each.connection] = ratio
      case .none:
        continue
      }
    }
    return scales
  }
}

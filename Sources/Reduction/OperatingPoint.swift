import CableTheory
import CellModel
import ComplexModule
import SynapseResponse

/// A cell under its mean synaptic conductances: what synapses meet when all of them are driven.
///
/// An event of peak conductance w lets its own site depolarise, which takes driving force from it;
/// to first order it delivers 1/(1 + κ) of the charge that a small event would, with
///
///     κ = w · (1/π) ∫₀^∞ |G(ω)|² · Re Z(ω) dω / G(0)
///
/// where G is the Fourier transform of the conductance's unit time course and Z the input impedance of
/// the site; what of a large event arrives is for `SelfShunt` to say. The mean conductance of a train of
/// such events, as the rest of the cell meets it, is w·G(0)·rate/(1 + κ). Z in turn is that of the cell with all
/// these mean conductances, so both are iterated from κ = 0. More conductance means less Z and less κ, and less κ more conductance: rounds fall
/// on either side of the solution and close in on it, by κ/(1 + κ) times the share that the site's own
/// synapses have in what loads it, or less.
///
/// docs/method.md, section 8.
struct OperatingPoint {
  /// A connection that brings events to a conductance.
  struct Input {
    /// The connection's index.
    let connection: Int
    /// The compartment of the point process.
    let compartment: Int
    /// In the target's unit of weight.
    let weight: Double
    let response: SynapticResponse
    /// The charge of an event grows as the weight to this power.
    var exponent = 1.0
    let eventsPerMillisecond: Double

    /// In µS, as the rest of the cell meets it.
    func meanConductance(_ selfShunt: SelfShunt) -> Double {
      weight * response.charge * eventsPerMillisecond / selfShunt.loss
    }
  }

  /// The cell's compartments, loaded.
  let compartments: CompartmentTree
  /// The transfer resistance between each compartment and the middle of the soma, in MΩ.
  let transfers: [Double]
  /// The steady current that each compartment and all beyond it take through their membrane when the
  /// soma gets 1: in the same units, a share.
  let currents: [Double]
  /// The self-shunt of each input, as given.
  let selfShunts: [SelfShunt]

  /// Rounds end where none changes a conductance by more than this, relatively: a cell that is its own
  /// reduction then keeps its weights to nine digits. A round costs a millisecond, and gains a digit.
  private static let tolerance = 1e-10
  /// A bound for cells whose numbers are out of all proportion.
  private static let largestRounds = 50

  /// - Parameters:
  ///   - cell: the compartments without synapses.
  ///   - inputs: the connections that are driven; conductances of negative weight are left out.
  init(of cell: CompartmentTree, inputs: [Input]) {
    var shunts = [SelfShunt](repeating: .none, count: inputs.count)
    var loaded = cell
    for round in 1...Self.largestRounds {
      loaded = cell.adding(
        leakConductances: Self.load(of: inputs, shunts, compartmentCount: cell.count))
      let next = Self.selfShunts(of: inputs, in: loaded)
      let change = zip(shunts, next).reduce(0) {
        max($0, abs($1.1.kappa - $1.0.kappa) / (1 + $1.0.kappa))
      }
      // The load and the shunts that it was made of belong together.
      if change <= Self.tolerance || round == Self.largestRounds { break }
      shunts = next
    }
    compartments = loaded
    transfers = TreeImpedance(of: loaded, frequency: 0).transfersToRoot().map(\.real)
    var currents = zip(loaded.leakConductances, transfers).map { $0 * $1 }
    for index in currents.indices.dropFirst().reversed() {
      currents[loaded.parents[index]] += currents[index]
    }
    self.currents = currents
    selfShunts = shunts
  }

  /// The mean conductance of all inputs by compartment, in µS.
  private static func load(
    of inputs: [Input], _ shunts: [SelfShunt], compartmentCount: Int
  ) -> [Double] {
    var load = [Double](repeating: 0, count: compartmentCount)
    for (input, shunt) in zip(inputs, shunts) {
      load[input.compartment] += input.meanConductance(shunt)
    }
    return load
  }

  /// That of each input in a loaded cell.
  private static func selfShunts(of inputs: [Input], in loaded: CompartmentTree) -> [SelfShunt] {
    guard inputs.contains(where: \.response.isOhmic) else {
      return [SelfShunt](repeating: .none, count: inputs.count)
    }
    let sites = SiteResistances(of: loaded)
    return inputs.map { input in
      guard input.response.isOhmic else { return .none }
      return sites.selfShunt(of: input.response, weight: input.weight, at: input.compartment)
    }
  }
}

extension OperatingPoint {
  /// The connections of a cell that bring events to something that responds, in their order. What
  /// is no conductance, or none that could be measured, has no charge and loads nothing.
  ///
  /// - Parameter compartments: of the cell's point processes.
  static func inputs(
    of cell: CellModel, drive: SynapticDrive, compartments: [Int]
  ) -> [Input] {
    cell.connections.indices.compactMap { index in
      let connection = cell.connections[index]
      guard
        let response = drive.response(
          ofPointProcess: connection.target, toConnection: index),
        let weight = connection.weights.first, weight.isFinite
      else { return nil }
      switch response.nature {
      case .none: return nil
      case .linearConductance: guard weight > 0, response.charge > 0 else { return nil }
      case .nonlinearConductance, .stochastic: guard weight > 0 else { return nil }
      case .current: guard weight != 0 else { return nil }
      }
      return Input(
        connection: index, compartment: compartments[connection.target], weight: weight,
        response: response, exponent: drive.exponent(ofConnection: index),
        eventsPerMillisecond: drive.eventsPerMillisecond(ofConnection: index))
    }
  }
}

import SynapseResponse

extension SynapseKind {
  /// How they were treated, in one sentence.
  package var treatment: String { "\(placement); \(weighting)" }

  private var placement: String {
    if obstacles.contains(where: { $0.obstacle == .mayNotMerge }) {
      return "each moved to where its place went"
    }
    return after < before
      ? "equal ones that met in a segment became one, which receives the events of all"
      : "each moved to where its place went; none met an equal one there"
  }
}

extension SynapseKind.Obstacle: CustomStringConvertible {
  /// Completes "not merged further: ".
  package var description: String {
    switch self {
    case .segment: "in different segments"
    case .parameters(let names): "parameters differ: " + names.joined(separator: ", ")
    case .mayNotMerge: "each acts by itself"
    }
  }
}

extension SynapseKind.Weighting: CustomStringConvertible {
  /// Completes "… moved; ".
  package var description: String {
    switch self {
    case .kept: "weights unchanged"
    case .byResponse(.linearConductance):
      "a linear conductance: weights keep the charge that an event delivers to the soma"
    case .byResponse(.nonlinearConductance):
      "a conductance that depends on voltage or history: weights changed by the ratio of transfer "
        + "resistances only"
    case .byResponse(.stochastic):
      "a response that varies: weights changed by the ratio of transfer resistances only"
    case .byResponse(.current):
      "a current: weights changed by the ratio of transfer resistances"
    case .byResponse(.none), .notMeasured: "no response was measured: weights unchanged"
    }
  }
}

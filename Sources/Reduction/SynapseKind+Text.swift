import SynapseResponse

extension SynapseKind {
  /// How they were treated, in one sentence.
  package var treatment: String {
    let staying = obstacles.first { $0.obstacle == .stays }?.count ?? 0
    if staying == before { return "on dendrites that stay, where nothing was changed" }
    return "\(placement); \(weighting)"
      + (staying > 0 ? "; those on dendrites that stay are as they were" : "")
  }

  private var placement: String {
    let moved = "each moved to where its place went"
    let alone = obstacles.lazy.map(\.obstacle).first { $0.standsAlone && $0 != .stays }
    if let alone, after == before {
      return alone == .mayNotMerge ? moved : "\(moved), unmerged: \(alone)"
    }
    return after < before
      ? "equal ones that met in a segment became one, which receives the events of all"
      : "\(moved); none met an equal one there"
  }
}

extension SynapseKind.Obstacle: CustomStringConvertible {
  /// Whether it keeps a point process apart from all others.
  fileprivate var standsAlone: Bool {
    switch self {
    case .segment, .parameters: false
    case .mayNotMerge, .stays, .notSuperposing, .notMeasured, .notAsked: true
    }
  }

  /// Completes "not merged further: ".
  package var description: String {
    switch self {
    case .segment: "in different segments"
    case .parameters(let names): "parameters differ: " + names.joined(separator: ", ")
    case .mayNotMerge: "each acts by itself"
    case .stays: "on a dendrite that stays"
    case .notSuperposing: "an event of one NetCon changes the response to another's"
    case .notMeasured: "whether events of their NetCons superpose is not known"
    case .notAsked: "merging was not asked for"
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
    case .byMeanEvent:
      "a conductance that depends on history: weights keep the charge that an event delivers to the soma in "
        + "the mean"
    case .byResponse(.nonlinearConductance):
      "a conductance that depends on voltage or history: weights changed by the ratio of transfer "
        + "resistances, and more or less where its charge is not proportional to them"
    case .byResponse(.stochastic):
      "a response that varies: weights changed by the ratio of transfer resistances only"
    case .byResponse(.current):
      "a current: weights changed by the ratio of transfer resistances"
    case .byResponse(.none), .notMeasured: "no response was measured: weights unchanged"
    }
  }
}

/// `y' = f`, or `left - right = 0` of LINEAR and NONLINEAR blocks (without an unknown of its own).
struct Equation {
  var unknown: Place?
  var value: Expression
}

/// A term of a side of a reaction.
struct Species {
  var factor: Double
  var place: Place
  /// Whether the reaction changes it: whether it is a STATE.
  var isState: Bool
}

struct Reaction {
  var left: [Species]
  var right: [Species]
  /// What flows from left to right: rate constants times species.
  var flux: Expression
}

/// CONSERVE: `Σ factor · volume · species = total`
struct Conservation {
  var species: [Species]
  var total: Expression
}

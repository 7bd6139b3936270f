extension SynapseKind {
  /// How they were treated, in one sentence.
  package var treatment: String {
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

import Mechanisms

extension SimulationError: CustomStringConvertible {
  /// A sentence that names the mechanism at fault.
  package var description: String {
    switch self {
    case .mechanism(.tree(let mechanism, let found, let expected)):
      "the syntax tree of \(mechanism) has \(found); expected \(expected)"
    case .mechanism(.unsupported(let mechanism, let block, let construct)),
      .unsupported(let mechanism, let block, let construct):
      "\(mechanism) cannot be compiled: \(construct) in its \(block) block is not supported"
    case .mechanism(.unknownName(let mechanism, let block, let name)):
      "\(mechanism) cannot be compiled: its \(block) block uses \(name), which nothing declares"
    case .missingSource(let mechanism):
      "the source of \(mechanism) was not found; expected its mod file"
    case .mismatch(let mechanism, let variable):
      "\(mechanism) has no \(variable) in the session, but in its source; expected the source that it was "
        + "compiled from"
    case .damaged(let problem):
      "a cell that was written cannot be read: it \(problem); expected what this version wrote"
    case .missingIon(let mechanism, let ion, let section):
      "\(mechanism) uses the ion \(ion), which \(section) has not"
    }
  }
}

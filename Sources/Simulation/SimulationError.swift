import Mechanisms

/// Why a cell cannot be compiled.
package enum SimulationError: Error, Equatable {
  /// A mechanism uses what is not compiled; see `MechanismError`.
  case mechanism(MechanismError)
  /// No source was given for a mechanism of the cell.
  case missingSource(mechanism: String)
  /// What a mechanism does is not compiled: where, and what.
  case unsupported(mechanism: String, block: String, construct: String)
  /// A mechanism's source has a variable that the session's mechanism has not, or the other way round.
  case mismatch(mechanism: String, variable: String)
  /// A mechanism uses an ion that is not in the section.
  case missingIon(mechanism: String, ion: String, section: String)
  /// What was written of a cell is not what was written: what is wrong with it.
  case damaged(problem: String)
}

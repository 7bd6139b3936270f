/// Why a mechanism cannot be compiled.
package enum MechanismError: Error, Equatable {
  /// The tree of its source is not what `nmodl` writes: what was met, what was expected.
  case tree(mechanism: String, found: String, expected: String)
  /// It uses what is not compiled: where and what, as in the source (`VERBATIM`, `FUNCTION_TABLE taubyv`).
  case unsupported(mechanism: String, block: String, construct: String)
  /// It uses a name that nothing declares.
  case unknownName(mechanism: String, block: String, name: String)
}

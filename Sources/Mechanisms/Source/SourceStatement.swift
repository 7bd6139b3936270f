/// A statement as in the source.
indirect enum SourceStatement {
  case assign(SourceTarget, SourceExpression)
  case call(String, [SourceExpression])
  case conditional(SourceExpression, then: [SourceStatement], otherwise: [SourceStatement])
  case loop(
    variable: String, first: SourceExpression, last: SourceExpression, step: SourceExpression?,
    [SourceStatement])
  case whileLoop(SourceExpression, [SourceStatement])
  case block([SourceStatement])
  /// LOCAL; the number of elements of an array.
  case locals([(name: String, count: SourceExpression?)])
  case solve(block: String, method: String?)
  case table(SourceTable)
  /// `target' = value`
  case derivative(SourceTarget, order: Int, SourceExpression)
  case reaction(SourceReaction)
  case compartment(index: String?, SourceExpression, [String])
  case conserve([SourceSpecies], SourceExpression)
  /// `~ left = right` of LINEAR and NONLINEAR.
  case equation(SourceExpression, SourceExpression)
  case initial([SourceStatement])
  case watch([(condition: SourceExpression, flag: SourceExpression)])
  case verbatim(String)
  /// `return` in VERBATIM, with a FUNCTION's value.
  case leave(SourceExpression?)
  /// `break` in VERBATIM.
  case leaveLoop
  /// Something that changes no number.
  case nothing
  /// What is not compiled, under its name in NMODL.
  case unsupported(String)
}

struct SourceSpecies: Equatable {
  var factor: Double
  var target: SourceTarget
}

struct SourceReaction: Equatable {
  enum Kind { case reversible, flux, decay }

  var kind: Kind
  var left: [SourceSpecies]
  var right: [SourceSpecies]
  /// Forward and backward; a single one for a flux and a decay.
  var rates: [SourceExpression]
}

struct SourceTable: Equatable {
  /// Results, then what is after DEPEND: the tree does not say where these begin.
  var names: [String]
  var lowest: SourceExpression
  var highest: SourceExpression
  var intervals: Int
}

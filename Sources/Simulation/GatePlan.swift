import Mechanisms

/// States of a mechanism whose step depends on the potential alone, so that it can be tabulated: each relaxes
/// by itself, y ← F(v) + E(v) · y, with parameters that are the same in all segments.
struct GatePlan: Hashable {
  /// Indices into the mechanism's variables.
  let states: [Int]

  /// nil where something else goes into the step, or comes out of it.
  ///
  /// - Parameters:
  ///   - isConstant: whether a variable is a number that is known.
  ///   - isTemporary: whether nothing but the blocks themselves keeps a variable.
  init?(
    of mechanism: Mechanism, isConstant: (Variable) -> Bool, isTemporary: (Variable) -> Bool
  ) {
    let block = mechanism.advance
    let effects = block.effects(mechanism.tables)
    let states = mechanism.variables.indices.filter { index in
      mechanism.variables[index].role == .state
        && effects.mayAssign.contains(.instance(index))
    }
    guard !states.isEmpty, states.count <= 16,
      states.allSatisfy({ mechanism.variables[$0].count == 1 })
    else { return nil }
    self.states = states
    let variables = Set(states.map(Variable.instance))
    for variable in effects.liveIn.subtracting(variables) {
      guard
        variable == .voltage || variable == .timeStep || variable == .celsius
          || isConstant(variable)
      else { return nil }
    }
    let later = Effects(
      of: [
        mechanism.afterSolve, mechanism.beforeStep, mechanism.beforeBreakpoint, mechanism.currents,
      ], mechanism.tables
    ).liveIn
    for variable in effects.mayAssign.subtracting(variables) {
      // Of the potential each block has a copy of its own.
      guard variable == .voltage || (!later.contains(variable) && isTemporary(variable)) else {
        return nil
      }
    }
    guard Self.areSteps(block.statements, of: variables) else { return nil }
  }

  /// Whether statements set each state once, to what is linear in it, and read none elsewhere.
  private static func areSteps(_ statements: [Statement], of states: Set<Variable>) -> Bool {
    var set: Set<Variable> = []
    for statement in statements {
      if case .assign(let variable, let value) = statement, states.contains(variable) {
        guard set.insert(variable).inserted, value.variables.intersection(states) == [variable],
          value.linear(in: variable) != nil
        else { return false }
        continue
      }
      var isPlain = true
      statement.visit { part in
        switch part {
        case .assign, .conditional: break
        default: isPlain = false
        }
        if part.expressions.contains(where: { !$0.variables.isDisjoint(with: states) }) {
          isPlain = false
        }
        if part.assignedItself([]).contains(where: states.contains) { isPlain = false }
      }
      guard isPlain else { return false }
    }
    return set == states
  }
}

extension Expression {
  /// `constant + slope · variable`, where neither depends on the variable; nil where it is not such a sum.
  package func linear(in variable: Variable) -> (constant: Expression, slope: Expression)? {
    guard let form = linear(in: [variable]) else { return nil }
    return (form.constant, form.slopes[variable] ?? .number(0))
  }

  /// `constant + Σ slope · variable` over several variables; one that does not occur has no slope.
  package func linear(
    in unknowns: Set<Variable>
  ) -> (constant: Expression, slopes: [Variable: Expression])? {
    if variables.isDisjoint(with: unknowns) { return (simplified, [:]) }
    switch self {
    case .variable(let variable): return (.number(0), [variable: .number(1)])
    case .negative(let operand):
      guard let form = operand.linear(in: unknowns) else { return nil }
      return (
        Expression.negative(form.constant).simplified,
        form.slopes.mapValues { Expression.negative($0).simplified }
      )
    case .binary(.add, let left, let right): return Self.sum(.add, left, right, unknowns)
    case .binary(.subtract, let left, let right): return Self.sum(.subtract, left, right, unknowns)
    case .binary(.multiply, let left, let right):
      if left.variables.isDisjoint(with: unknowns) {
        return right.linear(in: unknowns).map { form in
          Self.scaled(form) { .binary(.multiply, left, $0) }
        }
      }
      guard right.variables.isDisjoint(with: unknowns) else { return nil }
      return left.linear(in: unknowns).map { form in
        Self.scaled(form) { .binary(.multiply, $0, right) }
      }
    case .binary(.divide, let left, let right):
      guard right.variables.isDisjoint(with: unknowns) else { return nil }
      return left.linear(in: unknowns).map { form in
        Self.scaled(form) { .binary(.divide, $0, right) }
      }
    case .binary(.power, let base, .number(1)): return base.linear(in: unknowns)
    default: return nil
    }
  }

  private typealias LinearForm = (constant: Expression, slopes: [Variable: Expression])

  private static func scaled(
    _ form: LinearForm, by scale: (Expression) -> Expression
  ) -> LinearForm {
    (scale(form.constant).simplified, form.slopes.mapValues { scale($0).simplified })
  }

  private static func sum(
    _ operation: Operator, _ left: Expression, _ right: Expression, _ unknowns: Set<Variable>
  ) -> LinearForm? {
    guard let first = left.linear(in: unknowns), let second = right.linear(in: unknowns) else {
      return nil
    }
    var slopes = first.slopes
    for (variable, slope) in second.slopes {
      slopes[variable] =
        Expression.binary(operation, slopes[variable] ?? .number(0), slope).simplified
    }
    return (Expression.binary(operation, first.constant, second.constant).simplified, slopes)
  }
}

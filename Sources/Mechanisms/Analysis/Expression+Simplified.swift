extension Expression {
  /// The same number, by fewer operations: constants are computed, additions of 0 and multiplications by 1
  /// are left out, and so is what 0 multiplies (NEURON's own translation takes a product with 0 for 0).
  package var simplified: Expression {
    switch self {
    case .number, .variable: return self
    case .element(let variable, let index): return .element(variable, index.simplified)
    case .negative(let operand):
      switch operand.simplified {
      case .number(let value): return .number(-value)
      case .negative(let inner): return inner
      case let inner: return .negative(inner)
      }
    case .not(let operand):
      if case .number(let value) = operand.simplified { return .number(value == 0 ? 1 : 0) }
      return .not(operand.simplified)
    case .call(let function, let arguments):
      return .call(function, arguments.map(\.simplified))
    case .binary(let operation, let left, let right):
      return Self.simplify(operation, left.simplified, right.simplified)
    }
  }

  private static func simplify(
    _ operation: Operator, _ left: Expression, _ right: Expression
  ) -> Expression {
    if case .number(let a) = left, case .number(let b) = right,
      let value = operation.folded(a, b), value.isFinite
    {
      return .number(value)
    }
    switch (operation, left, right) {
    case (.add, .number(0), let other), (.add, let other, .number(0)),
      (.subtract, let other, .number(0)), (.multiply, .number(1), let other),
      (.multiply, let other, .number(1)), (.divide, let other, .number(1)),
      (.power, let other, .number(1)):
      return other
    case (.subtract, .number(0), let other): return Expression.negative(other).simplified
    case (.multiply, .number(0), _), (.multiply, _, .number(0)), (.divide, .number(0), _):
      return .number(0)
    case (.multiply, .number(-1), let other), (.multiply, let other, .number(-1)):
      return Expression.negative(other).simplified
    case (.add, let other, .negative(let inner)): return .binary(.subtract, other, inner)
    case (.subtract, let other, .negative(let inner)): return .binary(.add, other, inner)
    case (.multiply, .negative(let a), .negative(let b)),
      (.divide, .negative(let a), .negative(let b)):
      return .binary(operation, a, b)
    default: return .binary(operation, left, right)
    }
  }
}

extension Expression.Operator {
  /// What the operation gives for two numbers; nil for a power, which is the C library's.
  package func folded(_ a: Double, _ b: Double) -> Double? {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .power: nil
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .unequal: a != b ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .or: a != 0 || b != 0 ? 1 : 0
    }
  }
}

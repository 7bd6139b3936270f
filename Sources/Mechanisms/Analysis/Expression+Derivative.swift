extension Expression {
  /// The derivative of sums, products, quotients and whole powers; nil of what else depends on the variable.
  package func derivative(in variable: Variable) -> Expression? {
    guard reads(variable) else { return .number(0) }
    switch self {
    case .variable: return .number(1)
    case .negative(let operand):
      return operand.derivative(in: variable).map { Expression.negative($0).simplified }
    case .binary(let operation, let left, let right):
      guard let first = left.derivative(in: variable), let second = right.derivative(in: variable)
      else { return nil }
      switch operation {
      case .add, .subtract: return Expression.binary(operation, first, second).simplified
      case .multiply:
        return Expression.binary(
          .add, .binary(.multiply, first, right), .binary(.multiply, left, second)
        ).simplified
      case .divide where second == .number(0):
        return Expression.binary(.divide, first, right).simplified
      case .power:
        guard case .number(let exponent) = right else { return nil }
        let power = Expression.binary(.power, left, .number(exponent - 1))
        return Expression.binary(
          .multiply, .binary(.multiply, .number(exponent), power), first
        ).simplified
      default: return nil
      }
    default: return nil
    }
  }
}

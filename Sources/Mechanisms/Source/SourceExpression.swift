/// An expression as in the source: by names.
indirect enum SourceExpression: Equatable {
  case number(Double)
  case name(String)
  case element(String, SourceExpression)
  case negative(SourceExpression)
  case not(SourceExpression)
  case binary(Expression.Operator, SourceExpression, SourceExpression)
  case call(String, [SourceExpression])
  /// A string literal, which only calls such as `printf` take.
  case text(String)

  /// Visits this expression and all that it consists of.
  func visit(_ body: (SourceExpression) -> Void) {
    body(self)
    switch self {
    case .number, .name, .text: break
    case .element(_, let operand), .negative(let operand), .not(let operand): operand.visit(body)
    case .binary(_, let left, let right):
      left.visit(body)
      right.visit(body)
    case .call(_, let arguments): for argument in arguments { argument.visit(body) }
    }
  }
}

/// What is assigned to, or a species: a name, with an index where it is an array's.
struct SourceTarget: Equatable {
  var name: String
  var index: SourceExpression?
}

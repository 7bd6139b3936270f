/// A variable or an element of one.
enum Place: Hashable {
  case variable(Variable)
  case element(Variable, Expression)

  var reading: Expression {
    switch self {
    case .variable(let variable): .variable(variable)
    case .element(let variable, let index): .element(variable, index)
    }
  }

  var variable: Variable {
    switch self {
    case .variable(let variable), .element(let variable, _): variable
    }
  }

  func assigning(_ value: Expression) -> Statement {
    switch self {
    case .variable(let variable): .assign(variable, value)
    case .element(let variable, let index): .assignElement(variable, index: index, value)
    }
  }
}

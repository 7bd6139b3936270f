extension SourceReader {
  mutating func expression(_ node: SyntaxNode) throws(MechanismError) -> SourceExpression {
    switch node.kind {
    case "WrappedExpression", "ParenExpression", "VarName":
      guard let inner = node.children.first else {
        throw fail(found: node.kind, expected: "an expression")
      }
      return try expression(inner)
    case "Integer", "Double", "Float", "DoubleUnit":
      return .number(try literal(node))
    case "Name":
      if let number = source.definitions[node.word] { return .number(Double(number)) }
      return .name(node.word)
    case "IndexedName":
      guard node.children.count == 2 else { throw fail(found: node.kind, expected: "an index") }
      source.indexedNames.insert(node.word)
      return .element(node.word, try expression(node.children[1]))
    case "UnaryExpression":
      guard node.children.count == 2 else { throw fail(found: node.kind, expected: "an operand") }
      let operand = try expression(node.children[1])
      switch node.children[0].word {
      case "-": return .negative(operand)
      case "!": return .not(operand)
      case let other: throw fail(found: other, expected: "- or !")
      }
    case "BinaryExpression":
      guard node.children.count == 3 else { throw fail(found: node.kind, expected: "two operands") }
      guard let operation = Expression.Operator(rawValue: node.children[1].word) else {
        throw fail(found: node.children[1].word, expected: "an operator")
      }
      let left = try expression(node.children[0])
      return .binary(operation, left, try expression(node.children[2]))
    case "FunctionCall":
      guard let name = node.children.first else { throw fail(found: node.kind, expected: "a name") }
      var arguments: [SourceExpression] = []
      for argument in node.children.dropFirst() { arguments.append(try expression(argument)) }
      return .call(name.word, arguments)
    case "String": return .text(node.word)
    case "PrimeName": return .name(node.word + "'")
    default: throw fail(found: node.kind, expected: "an expression")
    }
  }

  mutating func target(_ node: SyntaxNode) throws(MechanismError) -> SourceTarget {
    switch try expression(node) {
    case .name(let name): return SourceTarget(name: name, index: nil)
    case .element(let name, let index): return SourceTarget(name: name, index: index)
    default: throw fail(found: node.kind, expected: "a variable")
    }
  }

  /// The terms of a sum of species, `a + 2 b`.
  mutating func species(_ node: SyntaxNode) throws(MechanismError) -> [SourceSpecies] {
    switch node.kind {
    case "ReactVarName":
      guard let last = node.children.last else {
        throw fail(found: node.kind, expected: "a species")
      }
      let factor = node.children.count > 1 ? try literal(node.children[0]) : 1
      guard factor == factor.rounded(), (1...20).contains(factor) else {
        throw fail(found: "\(factor)", expected: "how many of a species react")
      }
      return [SourceSpecies(factor: factor, target: try target(last))]
    case "BinaryExpression":
      guard node.children.count == 3, node.children[1].word == "+" else {
        throw fail(found: node.kind, expected: "a sum of species")
      }
      let left = try species(node.children[0])
      return left + (try species(node.children[2]))
    case "WrappedExpression", "ParenExpression":
      guard let inner = node.children.first else {
        throw fail(found: node.kind, expected: "a species")
      }
      return try species(inner)
    default: return [SourceSpecies(factor: 1, target: try target(node))]
    }
  }
}

extension SourceReader {
  mutating func statements(of node: SyntaxNode) throws(MechanismError) -> [SourceStatement] {
    guard let block = node.first("StatementBlock") else {
      throw fail(found: node.kind, expected: "statements")
    }
    return try statements(in: block)
  }

  mutating func statements(in block: SyntaxNode) throws(MechanismError) -> [SourceStatement] {
    var result: [SourceStatement] = []
    for child in block.children { result.append(try statement(child)) }
    return result
  }

  mutating func locals(
    _ node: SyntaxNode
  ) throws(MechanismError) -> [(name: String, count: SourceExpression?)] {
    var result: [(name: String, count: SourceExpression?)] = []
    for variable in node.all("LocalVar") {
      if let indexed = variable.first("IndexedName"), indexed.children.count == 2 {
        result.append((indexed.word, try expression(indexed.children[1])))
      } else {
        result.append((variable.word, nil))
      }
    }
    return result
  }

  private mutating func statement(_ node: SyntaxNode) throws(MechanismError) -> SourceStatement {
    switch node.kind {
    case "ExpressionStatement":
      guard let inner = node.children.first else { return .nothing }
      return try expressionStatement(inner)
    case "LocalListStatement": return .locals(try locals(node))
    case "IfStatement": return try conditional(node)
    case "FromStatement": return try loop(node)
    case "WhileStatement":
      guard node.children.count == 2 else { throw fail(found: node.kind, expected: "a condition") }
      let condition = try expression(node.children[0])
      return .whileLoop(condition, try statements(of: node))
    case "TableStatement": return .table(try table(node))
    case "ReactionStatement": return try reaction(node)
    case "Compartment": return try compartment(node)
    case "Conserve":
      guard node.children.count == 2 else { throw fail(found: node.kind, expected: "two sides") }
      let left = try species(node.children[0])
      return .conserve(left, try expression(node.children[1]))
    case "WatchStatement":
      var watches: [(condition: SourceExpression, flag: SourceExpression)] = []
      for watch in node.all("Watch") {
        guard watch.children.count == 2 else {
          throw fail(found: "WATCH", expected: "a condition and a flag")
        }
        let condition = try expression(watch.children[0])
        watches.append((condition, try expression(watch.children[1])))
      }
      return .watch(watches)
    case "Verbatim":
      source.hasVerbatim = true
      return .verbatim(node.word)
    case "LonDiffuse": return .unsupported("LONGITUDINAL_DIFFUSION")
    case "ForNetcon": return .unsupported("FOR_NETCONS")
    case "StatementBlock": return .block(try statements(in: node))
    case "ProtectStatement":
      guard let inner = node.children.first else { return .nothing }
      return try expressionStatement(inner)
    case "LineComment", "BlockComment", "UnitState", "MutexLock", "MutexUnlock", "ConductanceHint",
      SyntaxNode.wordKind:
      return .nothing
    default: return .unsupported(node.kind)
    }
  }

  private mutating func expressionStatement(_ node: SyntaxNode) throws(MechanismError)
    -> SourceStatement
  {
    switch node.kind {
    case "BinaryExpression":
      guard node.children.count == 3, node.children[1].word == "=" else {
        throw fail(found: node.kind, expected: "an assignment")
      }
      let target = try target(node.children[0])
      return .assign(target, try expression(node.children[2]))
    case "WrappedExpression", "FunctionCall", "ParenExpression":
      if case .call(let name, let arguments) = try expression(node) {
        return .call(name, arguments)
      }
      return .nothing
    case "DiffEqExpression":
      guard let equation = node.children.first, equation.children.count == 3,
        let prime = equation.children[0].children.first
      else { throw fail(found: node.kind, expected: "an equation") }
      return try derivative(prime, equation.children[2])
    case "SolveBlock":
      let names = node.all("Name").map(\.word)
      guard let block = names.first else { throw fail(found: node.kind, expected: "a block") }
      return .solve(block: block, method: names.count > 1 ? names[1] : nil)
    case "InitialBlock": return .initial(try statements(of: node))
    case "StatementBlock": return .block(try statements(in: node))
    case "LinEquation", "NonLinEquation":
      guard node.children.count == 2 else { throw fail(found: node.kind, expected: "two sides") }
      let left = try expression(node.children[0])
      return .equation(left, try expression(node.children[1]))
    default: return try statement(node)
    }
  }

  private mutating func derivative(
    _ prime: SyntaxNode, _ value: SyntaxNode
  ) throws(MechanismError) -> SourceStatement {
    var index: SourceExpression?
    var node = prime
    if prime.kind == "IndexedName", prime.children.count == 2 {
      source.indexedNames.insert(prime.word)
      index = try expression(prime.children[1])
      node = prime.children[0]
    }
    let order = node.children.last.flatMap { Int($0.word) } ?? 1
    return .derivative(
      SourceTarget(name: node.word, index: index), order: order, try expression(value))
  }

  private mutating func conditional(_ node: SyntaxNode) throws(MechanismError) -> SourceStatement {
    guard let first = node.children.first else {
      throw fail(found: node.kind, expected: "a condition")
    }
    let condition = try expression(first)
    let body = try statements(of: node)
    var otherwise: [SourceStatement] = []
    if let last = node.first("ElseStatement") { otherwise = try statements(of: last) }
    let branches = node.all("ElseIfStatement")
    guard branches.count <= 50 else {
      return .unsupported("IF with \(branches.count) times ELSE IF")
    }
    for branch in branches.reversed() {
      guard let first = branch.children.first else {
        throw fail(found: branch.kind, expected: "a condition")
      }
      let condition = try expression(first)
      otherwise = [.conditional(condition, then: try statements(of: branch), otherwise: otherwise)]
    }
    return .conditional(condition, then: body, otherwise: otherwise)
  }

  private mutating func loop(_ node: SyntaxNode) throws(MechanismError) -> SourceStatement {
    let bounds = node.children.dropFirst().filter { $0.kind != "StatementBlock" }
    guard let variable = node.children.first, bounds.count == 2 || bounds.count == 3 else {
      throw fail(found: node.kind, expected: "FROM name = first TO last BY step")
    }
    let first = try expression(bounds[0])
    let last = try expression(bounds[1])
    let step = bounds.count == 3 ? try expression(bounds[2]) : nil
    return .loop(
      variable: variable.word, first: first, last: last, step: step, try statements(of: node))
  }

  private mutating func table(_ node: SyntaxNode) throws(MechanismError) -> SourceTable {
    let names = node.children.prefix { $0.kind == "Name" }.map(\.word)
    let rest = node.children.dropFirst(names.count)
    guard rest.count == 3, let last = rest.last, let first = rest.first else {
      throw fail(found: "TABLE", expected: "FROM first TO last WITH number")
    }
    return SourceTable(
      names: names, lowest: try expression(first),
      highest: try expression(rest[rest.startIndex + 1]),
      intervals: try wholeNumber(last))
  }

  private mutating func reaction(_ node: SyntaxNode) throws(MechanismError) -> SourceStatement {
    guard let place = node.children.firstIndex(where: { $0.kind == "ReactionOperator" }), place == 1
    else { throw fail(found: node.kind, expected: "a reaction") }
    let left = try species(node.children[0])
    let rest = node.children.dropFirst(2)
    switch node.children[1].word {
    case "<->":
      guard rest.count == 3 else { throw fail(found: node.kind, expected: "two rates") }
      let right = try species(node.children[2])
      let forward = try expression(node.children[3])
      return .reaction(
        SourceReaction(
          kind: .reversible, left: left, right: right,
          rates: [forward, try expression(node.children[4])]))
    case "<<":
      guard rest.count == 1 else { throw fail(found: node.kind, expected: "a flux") }
      return .reaction(
        SourceReaction(
          kind: .flux, left: left, right: [], rates: [try expression(node.children[2])]))
    case "->":
      guard rest.count == 1 else { throw fail(found: node.kind, expected: "a rate") }
      return .reaction(
        SourceReaction(
          kind: .decay, left: left, right: [], rates: [try expression(node.children[2])]))
    case let other: throw fail(found: other, expected: "<->, << or ->")
    }
  }

  /// `COMPARTMENT volume {species …}` and `COMPARTMENT i, volume[i] {species …}`.
  private mutating func compartment(_ node: SyntaxNode) throws(MechanismError) -> SourceStatement {
    guard let first = node.children.first else {
      throw fail(found: node.kind, expected: "a volume")
    }
    let hasIndex =
      first.kind == "Name" && node.children.count > 2 && node.children[1].kind != "Name"
    let rest = node.children.dropFirst(hasIndex ? 2 : 1)
    return .compartment(
      index: hasIndex ? first.word : nil, try expression(hasIndex ? node.children[1] : first),
      rest.map(\.word))
  }
}

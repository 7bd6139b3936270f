extension SourceReader {
  /// Where `return` leaves a block.
  enum Leaving {
    /// By a FUNCTION's name: what it returns.
    case function(String)
    case anywhere
    /// At its end only.
    case end
  }

  /// Statements of a block with those that VERBATIM stands for in its place, as far as they are understood.
  mutating func withoutVerbatim(
    _ statements: [SourceStatement], _ leaving: Leaving
  ) -> [SourceStatement] {
    let plain = read(statements)
    guard plain.leaves else { return plain }
    return structured(plain, leaving, depth: 0) ?? [.unsupported("VERBATIM with return")]
  }

  private mutating func read(_ statements: [SourceStatement]) -> [SourceStatement] {
    let inner = statements.map { read($0) }
    let hasCode = inner.contains { if case .verbatim = $0 { true } else { false } }
    guard hasCode else { return inner }
    guard let found = VerbatimReader.read(inner, counters: counters) else {
      let obstacle = VerbatimReader.obstacle(in: inner, counters: counters).map {
        "VERBATIM (\($0)), which is more than arithmetic and conditions,"
      }
      return inner.map {
        if case .verbatim = $0 { .unsupported(obstacle ?? "VERBATIM") } else { $0 }
      }
    }
    for (name, kind) in found.pointers {
      guard source.pointers.contains(name), randomPointers[name] ?? kind == kind else {
        return [.unsupported("VERBATIM")]
      }
      randomPointers[name] = kind
      source.randoms.insert(name)
    }
    return found.statements
  }

  private mutating func read(_ statement: SourceStatement) -> SourceStatement {
    switch statement {
    case .conditional(let condition, let then, let otherwise):
      .conditional(condition, then: read(then), otherwise: read(otherwise))
    case .loop(let variable, let first, let last, let step, let body):
      read(body).unbroken { .loop(variable: variable, first: first, last: last, step: step, $0) }
    case .whileLoop(let condition, let body): .whileLoop(condition, read(body))
    case .block(let body): .block(read(body))
    case .initial(let body): .initial(withoutVerbatim(body, .anywhere))
    default: statement
    }
  }

  /// Without `return`: what comes after it is in the other branch. nil where that cannot be.
  private func structured(
    _ statements: [SourceStatement], _ leaving: Leaving, depth: Int
  ) -> [SourceStatement]? {
    guard depth < 8 else { return nil }
    var result: [SourceStatement] = []
    for (index, statement) in statements.enumerated() {
      let rest = Array(statements[(index + 1)...])
      switch statement {
      case .leave(let value):
        switch leaving {
        case .function(let name):
          guard let value else { return nil }
          result.append(.assign(SourceTarget(name: name, index: nil), value))
        case .anywhere: break
        case .end: guard depth == 0, rest.isEmpty else { return nil }
        }
        return result
      case .conditional(let condition, let then, let otherwise)
      where then.leaves || otherwise.leaves:
        guard let first = joined(then, rest, leaving, depth),
          let second = joined(otherwise, rest, leaving, depth)
        else { return nil }
        result.append(.conditional(condition, then: first, otherwise: second))
        return result
      case .block(let body) where body.leaves:
        guard let joined = joined(body, rest, leaving, depth) else { return nil }
        return result + joined
      case .loop(_, _, _, _, let body) where body.leaves: return nil
      case .whileLoop(_, let body) where body.leaves: return nil
      default: result.append(statement)
      }
    }
    return result
  }

  private func joined(
    _ body: [SourceStatement], _ rest: [SourceStatement], _ leaving: Leaving, _ depth: Int
  ) -> [SourceStatement]? {
    // What is declared in the body would be seen by the rest.
    let declares = body.contains { if case .locals = $0 { true } else { false } }
    if declares, case .leave? = body.last {} else if declares, !rest.isEmpty { return nil }
    return structured(body + rest, leaving, depth: depth + 1)
  }
}

extension [SourceStatement] {
  /// A loop with this body, which goes on without doing anything where `break` leaves it.
  fileprivate func unbroken(_ loop: ([SourceStatement]) -> SourceStatement) -> SourceStatement {
    guard leavesLoop else { return loop(self) }
    // A name that no variable of NMODL's has.
    let isLeft = SourceTarget(name: "break", index: nil)
    return .block([
      .locals([(isLeft.name, nil)]), .assign(isLeft, .number(0)),
      loop([
        .conditional(.not(.name(isLeft.name)), then: settingAtBreak(isLeft), otherwise: [])
      ]),
    ])
  }

  /// The same with an assignment of 1 where `break` is, after which nothing is done.
  private func settingAtBreak(_ isLeft: SourceTarget) -> [SourceStatement] {
    guard let place = firstIndex(where: \.leavesLoop) else { return self }
    let rest = Array(self[(place + 1)...]).settingAtBreak(isLeft)
    let guarded: [SourceStatement] =
      rest.isEmpty
      ? [] : [.conditional(.not(.name(isLeft.name)), then: rest, otherwise: [])]
    switch self[place] {
    case .leaveLoop: return self[..<place] + [.assign(isLeft, .number(1))]
    case .conditional(let condition, let then, let otherwise):
      return self[..<place] + [
        .conditional(
          condition, then: then.settingAtBreak(isLeft),
          otherwise: otherwise.settingAtBreak(isLeft))
      ] + guarded
    case .block(let body): return self[..<place] + [.block(body.settingAtBreak(isLeft))] + guarded
    default: return self
    }
  }

  private var leavesLoop: Bool { contains(where: \.leavesLoop) }

  /// Whether `return` is in them.
  fileprivate var leaves: Bool {
    contains { statement in
      switch statement {
      case .leave: true
      case .conditional(_, let then, let otherwise): then.leaves || otherwise.leaves
      case .loop(_, _, _, _, let body), .whileLoop(_, let body), .block(let body): body.leaves
      default: false
      }
    }
  }
}

extension SourceStatement {
  /// Whether `break` in it leaves the loop that it is in.
  fileprivate var leavesLoop: Bool {
    switch self {
    case .leaveLoop: true
    case .conditional(_, let then, let otherwise): (then + otherwise).contains(where: \.leavesLoop)
    case .block(let body): body.contains(where: \.leavesLoop)
    default: false
    }
  }
}

extension SyntaxNode {
  /// All names below it, those in VERBATIM without what C puts before them.
  var words: Set<String> {
    var found: Set<String> = []
    var open = [self]
    while let node = open.popLast() {
      guard node.kind == Self.wordKind else {
        open += node.children
        continue
      }
      let parts = node.text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      for part in parts.map(String.init) {
        found.insert(part)
        if part.hasPrefix("_l") { found.insert(String(part.dropFirst(2))) }
      }
    }
    return found
  }

  /// The names of all variables of FROM loops.
  var loopVariables: Set<String> {
    var found: Set<String> = []
    var open = [self]
    while let node = open.popLast() {
      if node.kind == "FromStatement", let name = node.children.first?.word { found.insert(name) }
      open += node.children
    }
    return found
  }
}

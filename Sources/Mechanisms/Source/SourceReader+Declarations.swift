extension SourceReader {
  /// SUFFIX and the like come first: errors name the mechanism. Of several the last one counts.
  mutating func readName(_ node: SyntaxNode) throws(MechanismError) {
    guard let suffix = node.first("StatementBlock")?.all("Suffix").last else { return }
    guard suffix.children.count == 2 else { throw fail(found: "Suffix", expected: "a name") }
    source.name = suffix.children[1].word
    switch suffix.children[0].word {
    case "SUFFIX": source.kind = .density
    case "POINT_PROCESS": source.kind = .pointProcess
    case "ARTIFICIAL_CELL": source.kind = .artificialCell
    case let other: throw fail(found: other, expected: "SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL")
    }
  }

  mutating func readNeuron(_ node: SyntaxNode) throws(MechanismError) {
    guard let block = node.first("StatementBlock") else { return }
    for item in block.children {
      let names = item.children.map(\.word)
      switch item.kind {
      case "Useion":
        guard let name = names.first else { throw fail(found: "USEION", expected: "a name") }
        let valence = item.first("Valence").flatMap { $0.children.last.flatMap { Double($0.word) } }
        source.ions.append(
          .init(
            name: name, reads: item.all("ReadIonVar").map(\.word),
            writes: item.all("WriteIonVar").map(\.word), valence: valence))
      case "Nonspecific": source.nonspecificCurrents += names
      case "ElectrodeCurrent": source.electrodeCurrents += names
      case "Range": source.ranges.formUnion(names)
      case "Global": source.globals.formUnion(names)
      case "Pointer": source.pointers += names.filter { !source.pointers.contains($0) }
      case "BbcorePointer": source.corePointers.formUnion(names)
      case "External": source.externals.formUnion(names)
      case "RandomVarList", "RandomVar": source.randoms.formUnion(names)
      case "RepresentationBlock", "Longitudinal": throw unsupported(item.kind, in: "NEURON")
      case "ThreadSafe": source.isThreadSafe = true
      // SUFFIX, hints.
      default: break
      }
    }
  }

  mutating func readFactor(_ node: SyntaxNode) throws(MechanismError) {
    let name = try name(of: node)
    if let value = try number(in: node) {
      source.constants[name] = value
      return
    }
    let units = node.all("Unit").map(\.word)
    guard units.count == 2, let value = UnitTable.ratio(units[0], units[1]) else {
      throw unsupported("\(name) = (\(units.joined(separator: ") (")))", in: "UNITS")
    }
    source.constants[name] = value
  }

  mutating func readParameter(_ node: SyntaxNode) throws(MechanismError) {
    guard let first = node.children.first else {
      throw fail(found: "PARAMETER", expected: "a name")
    }
    var count: Int?
    if first.kind == "IndexedName" {
      guard first.children.count == 2 else { throw fail(found: first.word, expected: "a length") }
      count = try wholeNumber(first.children[1])
    }
    source.parameters.append(
      .init(name: first.word, count: count, value: try number(in: node) ?? 0))
  }

  mutating func declaration(_ node: SyntaxNode) throws(MechanismError)
    -> MechanismSource.Declaration
  {
    // name [n] FROM a TO b START s (unit) <tolerance>, each part after the name optional.
    var result = MechanismSource.Declaration(name: try name(of: node))
    for child in node.children.dropFirst() {
      if child.kind == "Unit" { break }
      guard child.kind == "Integer" || child.kind == "Double" else { continue }
      result.numbers.append(try literal(child))
      // START without FROM, or a tolerance: which, the tree does not say.
      if child.kind == "Double" { result.isUncertain = true }
    }
    if result.numbers.count > 2 { result.isUncertain = false }
    return result
  }

  /// The value of the first literal among a node's children.
  func number(in node: SyntaxNode) throws(MechanismError) -> Double? {
    for child in node.children {
      switch child.kind {
      case "Integer", "Double", "Float": return try literal(child)
      case "Limits": return nil
      default: break
      }
    }
    return nil
  }

  func literal(_ node: SyntaxNode) throws(MechanismError) -> Double {
    let word = node.word
    if let defined = source.definitions[word] { return Double(defined) }
    guard let value = Literal.value(word) else { throw fail(found: word, expected: "a number") }
    return value
  }

  func wholeNumber(_ node: SyntaxNode) throws(MechanismError) -> Int {
    let value = try literal(node)
    guard let number = Int(exactly: value), (1...1_000_000).contains(number) else {
      throw fail(found: node.word, expected: "how many elements an array has")
    }
    return number
  }

  func size(_ expression: SourceExpression) throws(MechanismError) -> Int {
    guard case .number(let value) = expression, let number = Int(exactly: value),
      (1...1_000_000).contains(number)
    else { throw fail(found: "\(expression)", expected: "how many elements an array has") }
    return number
  }

  func name(of node: SyntaxNode) throws(MechanismError) -> String {
    guard let name = node.first("Name")?.word, !name.isEmpty else {
      throw fail(found: node.kind, expected: "a name")
    }
    return name
  }
}

/// Numbers as NMODL writes them.
enum Literal {
  /// Decimal digits with an optional fraction and exponent; not `nan`, not hexadecimal.
  static func value(_ word: String) -> Double? {
    guard !word.isEmpty, word.utf8.contains(where: { (48...57).contains($0) }),
      word.utf8.allSatisfy({
        (48...57).contains($0)
          || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+")].contains($0)
          || $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
      })
    else { return nil }
    if let value = Double(word) { return value }
    // `5.` and `5.e3`, which Swift may refuse.
    var digits = ""
    for character in word {
      digits.append(character)
      if character == "." { digits.append("0") }
    }
    return Double(digits)
  }
}

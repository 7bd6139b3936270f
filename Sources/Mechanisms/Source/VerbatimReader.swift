/// Reads statements of which some are C as statements of NMODL: arithmetic, IF and switch, `return`, and random
/// numbers. What is not certainly the same is not read.
struct VerbatimReader {
  /// A value, and whether C takes it for a whole number.
  private struct Value {
    var expression: SourceExpression
    var isInteger = false
  }

  private struct NotUnderstood: Error {}

  /// What a pointer to random numbers is.
  enum Pointer { case object, state }

  /// The names of loops' variables, which are whole numbers in C.
  let counters: Set<String>
  private let statements: [SourceStatement]
  private let tokens: [VerbatimToken]
  private var position = 0
  /// Where the statement begins that is being read, of those within each other the innermost.
  private var begun = 0
  private var depth = 0
  /// How many `switch` are open, which `break` would leave.
  private var choices = 0
  private static let deepest = 50
  /// What has to be done before the statement that is being read.
  private var before: [SourceStatement] = []
  /// C's own variables, and those of them that are whole numbers.
  private var own: Set<String> = []
  private var integers: Set<String> = []
  /// LOCAL variables beside them.
  private let others: Set<String>
  /// Pointers that are looked at, and what those are that numbers are drawn from.
  private var pointed: Set<String> = []
  private var pointers: [String: Pointer] = [:]
  /// C's variables that point to a Vector's numbers, and those that are set where a Vector is filled.
  private var vectorPointers: Set<String> = []
  private var ofVectors: Set<String> = []

  private static let functions: Set<String> = [
    "exp", "log", "log10", "sqrt", "sin", "cos", "tan", "fabs", "pow", "tanh", "floor", "ceil",
  ]
  private static let withoutEffect: Set<String> = ["printf"]
  private static let draws: [String: (name: String, most: Int)] = [
    "nrnran123_dblpick": ("random_dpick", 0), "nrnran123_negexp": ("random_negexp", 1),
    "nrnran123_normal": ("random_normal", 2), "nrnran123_uniform": ("random_uniform", 2),
  ]

  /// The same statements without VERBATIM; nil where they are not understood.
  static func read(
    _ statements: [SourceStatement], counters: Set<String>
  ) -> (statements: [SourceStatement], pointers: [String: Pointer])? {
    guard var reader = VerbatimReader(counters, statements), let result = try? reader.list(),
      reader.pointed.isSubset(of: reader.pointers.keys)
    else { return nil }
    return (result, reader.pointers)
  }

  /// How the first statement begins that is not understood; nil where that is not known.
  static func obstacle(in statements: [SourceStatement], counters: Set<String>) -> String? {
    guard var reader = VerbatimReader(counters, statements), (try? reader.list()) == nil else {
      return nil
    }
    var found: [VerbatimToken] = []
    for token in reader.tokens[reader.begun...].prefix(mostShown) {
      found.append(token)
      if token == .mark(";") || token == .mark("{") { break }
    }
    return VerbatimToken.text(of: found)
  }

  private static let mostShown = 12

  private init?(_ counters: Set<String>, _ statements: [SourceStatement]) {
    var tokens: [VerbatimToken] = []
    for (index, statement) in statements.enumerated() {
      if case .verbatim(let text) = statement {
        guard let code = VerbatimLexer.tokens(of: text) else { return nil }
        tokens += code
      } else {
        tokens.append(.statement(index))
      }
    }
    self.init(counters: counters, statements: statements, tokens: tokens)
  }

  private init(counters: Set<String>, statements: [SourceStatement], tokens: [VerbatimToken]) {
    self.counters = counters
    self.statements = statements
    self.tokens = tokens
    others = statements.reduce(into: []) { names, statement in
      if case .locals(let locals) = statement { names.formUnion(locals.map(\.name)) }
    }
  }

  // MARK: Tokens

  private func token(_ ahead: Int = 0) -> VerbatimToken? {
    position + ahead < tokens.count ? tokens[position + ahead] : nil
  }

  private mutating func skip(_ mark: String) -> Bool {
    guard token() == .mark(mark) else { return false }
    position += 1
    return true
  }

  private mutating func take(_ mark: String) throws {
    guard skip(mark) else { throw NotUnderstood() }
  }

  private mutating func takeName() throws -> String {
    guard case .name(let name)? = token() else { throw NotUnderstood() }
    position += 1
    return name
  }

  // MARK: Statements

  private mutating func list() throws -> [SourceStatement] {
    var result: [SourceStatement] = []
    while token() != nil { result += try statement() }
    return result
  }

  private mutating func statement() throws -> [SourceStatement] {
    try goDeeper()
    defer { depth -= 1 }
    begun = position
    switch token() {
    case .statement(let index)?:
      position += 1
      return [statements[index]]
    case .mark(";")?:
      position += 1
      return []
    case .mark("{")?:
      position += 1
      var inside: [SourceStatement] = []
      while !skip("}") { inside += try statement() }
      return [.block(inside)]
    case .name("if")?:
      position += 1
      try take("(")
      if token() == .name("auto") {
        try skipFilling()
        return []
      }
      let condition = try expression()
      try take(")")
      let first = takeBefore()
      let then = try statement()
      var otherwise: [SourceStatement] = []
      if token() == .name("else") {
        position += 1
        otherwise = try statement()
      }
      if case .number(let value) = condition.expression {
        return first + (value != 0 ? then : otherwise)
      }
      return first + [.conditional(condition.expression, then: then, otherwise: otherwise)]
    case .name("switch")?: return try choice()
    case .name("return")?:
      position += 1
      if skip(";") { return [.leave(nil)] }
      let value = try expression()
      try take(";")
      return takeBefore() + [.leave(value.expression)]
    case .name("break")? where token(1) == .mark(";") && choices == 0:
      position += 2
      return [.leaveLoop]
    case .name("double")?, .name("int")?: return try declaration()
    case .name("extern")?:
      while !skip(";") {
        guard token() != nil, token() != .mark("{") else { throw NotUnderstood() }
        position += 1
      }
      return []
    case .name(let name)? where Self.withoutEffect.contains(name) && token(1) == .mark("("):
      position += 2
      try skipArguments()
      try take(";")
      return []
    case .name("hoc_execerror")? where token(1) == .mark("("):
      position += 2
      try skipArguments()
      try take(";")
      return [.unsupported("hoc_execerror")]
    case .name("nrnran123_setseq")? where token(1) == .mark("("):
      return try setSequence()
    default:
      let value = try expression()
      try take(";")
      let statements = takeBefore()
      // What is computed and not used.
      guard !statements.isEmpty || value.expression == .number(0) else { throw NotUnderstood() }
      return statements
    }
  }

  /// Statements and expressions are followed by recursion.
  private mutating func goDeeper() throws {
    depth += 1
    guard depth <= Self.deepest else { throw NotUnderstood() }
  }

  private mutating func takeBefore() -> [SourceStatement] {
    defer { before = [] }
    return before
  }

  private mutating func skipArguments() throws {
    var depth = 1
    while depth > 0 {
      switch token() {
      case .mark("(")?: depth += 1
      case .mark(")")?: depth -= 1
      case .mark("=")?, .mark("++")?, .mark("--")?, .mark("{")?, .statement?, nil:
        throw NotUnderstood()
      default: break
      }
      position += 1
    }
  }

  /// `if (auto* vector = *reinterpret_cast<IvocVect**>(&variable))`, and what fills that Vector: no number of the
  /// mechanism's follows from it.
  private mutating func skipFilling() throws {
    try takeAll([.name("auto"), .mark("*")])
    let vector = try takeName()
    guard !own.contains(vector), !others.contains(vector) else { throw NotUnderstood() }
    try takeAll([
      .mark("="), .mark("*"), .name("reinterpret_cast"), .mark("<"), .name("IvocVect"), .mark("*"),
      .mark("*"), .mark(">"), .mark("("), .mark("&"),
    ])
    _ = try takeName()
    try takeAll([.mark(")"), .mark(")")])
    try skipFillingStatement(vector)
    if token() == .name("else") { throw NotUnderstood() }
  }

  private mutating func takeAll(_ expected: [VerbatimToken]) throws {
    for each in expected {
      guard token() == each else { throw NotUnderstood() }
      position += 1
    }
  }

  /// Sizes and numbers of the Vector, and variables of C that are there for these.
  private mutating func skipFillingStatement(_ vector: String) throws {
    try goDeeper()
    defer { depth -= 1 }
    begun = position
    if skip(";") { return }
    if skip("{") {
      while !skip("}") { try skipFillingStatement(vector) }
      return
    }
    let name = try takeName()
    if name == "vector_resize" {
      try takeAll([.mark("("), .name(vector), .mark(",")])
      try skipValue(until: ")")
      try take(";")
      return
    }
    if vectorPointers.contains(name), skip("[") {
      try skipValue(until: "]")
    } else {
      guard own.contains(name) else { throw NotUnderstood() }
      ofVectors.insert(name)
    }
    try take("=")
    if vectorPointers.contains(name), token() == .name("vector_vec") {
      try takeAll([.name("vector_vec"), .mark("("), .name(vector), .mark(")"), .mark(";")])
    } else {
      try skipValue(until: ";")
    }
  }

  /// What changes nothing.
  private mutating func skipValue(until end: String) throws {
    while !skip(end) {
      switch token() {
      case .name?, .number?: if token(1) == .mark("(") { throw NotUnderstood() }
      case .mark(let mark)? where ["+", "-", "*", "/"].contains(mark): break
      case .mark("(")? where token(1) == .name("int") && token(2) == .mark(")"): position += 2
      default: throw NotUnderstood()
      }
      position += 1
    }
  }

  private mutating func declaration() throws -> [SourceStatement] {
    let isInteger = try takeName() == "int"
    var result: [SourceStatement] = []
    repeat {
      let isPointer = !isInteger && skip("*")
      let name = try takeName()
      guard !own.contains(name), !others.contains(name), !name.hasPrefix("_") else {
        throw NotUnderstood()
      }
      own.insert(name)
      if isPointer {
        vectorPointers.insert(name)
        continue
      }
      if isInteger { integers.insert(name) }
      result.append(.locals([(name, nil)]))
      if skip("=") {
        let value = try assignable()
        guard !isInteger || value.isInteger else { throw NotUnderstood() }
        result += takeBefore()
        result.append(
          .assign(SourceTarget(name: name, index: nil), value.expression))
      }
    } while skip(",")
    try take(";")
    return result
  }

  /// `switch` where no case goes on to the next.
  private mutating func choice() throws -> [SourceStatement] {
    position += 1
    choices += 1
    defer { choices -= 1 }
    try take("(")
    let selected = try expression()
    try take(")")
    try take("{")
    let first = takeBefore()
    var cases: [(value: SourceExpression?, body: [SourceStatement])] = []
    while !skip("}") {
      var value: SourceExpression?
      if token() == .name("default") {
        position += 1
      } else {
        guard token() == .name("case"), case .number(let number, true)? = token(1) else {
          throw NotUnderstood()
        }
        value = .number(number)
        position += 2
      }
      try take(":")
      var body: [SourceStatement] = []
      while true {
        if token() == .name("break") {
          position += 1
          try take(";")
          break
        }
        if token() == .mark("}") { break }
        if token() == .name("case") || token() == .name("default") { throw NotUnderstood() }
        body += try statement()
        if case .leave? = body.last { break }
      }
      cases.append((value, body))
    }
    guard !cases.dropLast().contains(where: { $0.value == nil }) else { throw NotUnderstood() }
    var otherwise: [SourceStatement] = []
    for each in cases.reversed() {
      guard let value = each.value else {
        otherwise = each.body
        continue
      }
      otherwise = [
        .conditional(
          .binary(.equal, selected.expression, value), then: each.body, otherwise: otherwise)
      ]
    }
    return first + otherwise
  }

  /// `nrnran123_setseq(stream, block, word)`
  private mutating func setSequence() throws -> [SourceStatement] {
    position += 2
    let pointer = try pointer(.state)
    try take(",")
    let block = try assignable().expression
    try take(",")
    let word = try assignable().expression
    try take(")")
    try take(";")
    guard case .number(let number) = word, (0...3).contains(number) else { throw NotUnderstood() }
    let sequence = SourceExpression.binary(.add, .binary(.multiply, .number(4), block), word)
    return takeBefore() + [.call("random_setseq", [.name(pointer), sequence])]
  }

  // MARK: Expressions

  /// Where a comma ends it.
  private mutating func expression() throws -> Value { try assignable() }

  private mutating func assignable() throws -> Value {
    let start = position
    let left = try binary(0)
    guard case .mark(let mark)? = token(), ["=", "+=", "-=", "*=", "/="].contains(mark) else {
      if token() == .mark("?") { throw NotUnderstood() }
      return left
    }
    let target: SourceTarget
    switch left.expression {
    case .name(let name): target = SourceTarget(name: name, index: nil)
    case .element(let name, let index): target = SourceTarget(name: name, index: index)
    default: throw NotUnderstood()
    }
    if case .name(let name)? = tokens[start...].first,
      name.hasPrefix("_ion_") || name.hasPrefix("_p_")
    {
      throw NotUnderstood()
    }
    position += 1
    // NEURON has copied the ion's before the block.
    if mark == "=", target.index == nil, token() == .name("_ion_\(target.name)"),
      token(1) == .mark(";")
    {
      position += 1
      return Value(expression: .number(0))
    }
    let right = try assignable()
    guard !left.isInteger || right.isInteger else { throw NotUnderstood() }
    var value = right
    if let operation = Expression.Operator(rawValue: String(mark.dropLast())) {
      value = try Self.value(operation, left, right)
    }
    before.append(.assign(target, value.expression))
    return left
  }

  private static let levels: [[String: Expression.Operator]] = [
    ["||": .or], ["&&": .and], ["==": .equal, "!=": .unequal],
    ["<": .less, ">": .greater, "<=": .lessOrEqual, ">=": .greaterOrEqual],
    ["+": .add, "-": .subtract], ["*": .multiply, "/": .divide],
  ]

  private mutating func binary(_ level: Int) throws -> Value {
    guard level < Self.levels.count else { return try unary() }
    var left = try binary(level + 1)
    while case .mark(let mark)? = token(), let operation = Self.levels[level][mark] {
      position += 1
      let pending = before.count
      let right = try binary(level + 1)
      // Done in another order than C does it, or where it does not.
      guard before.count == pending else { throw NotUnderstood() }
      left = try Self.value(operation, left, right)
    }
    return left
  }

  private static func value(
    _ operation: Expression.Operator, _ left: Value, _ right: Value
  ) throws -> Value {
    let areIntegers = left.isInteger && right.isInteger
    if operation == .divide, areIntegers { throw NotUnderstood() }
    let isCondition: Bool
    switch operation {
    case .add, .subtract, .multiply, .divide, .power: isCondition = false
    default: isCondition = true
    }
    return Value(
      expression: .binary(operation, left.expression, right.expression),
      isInteger: areIntegers || isCondition)
  }

  private mutating func unary() throws -> Value {
    try goDeeper()
    defer { depth -= 1 }
    if skip("-") {
      let operand = try unary()
      return Value(expression: .negative(operand.expression), isInteger: operand.isInteger)
    }
    if skip("+") { return try unary() }
    if skip("!") {
      let operand = try unary().expression
      if case .number(let value) = operand {
        return Value(expression: .number(value == 0 ? 1 : 0), isInteger: true)
      }
      return Value(expression: .not(operand), isInteger: true)
    }
    if token() == .mark("("), token(1) == .name("double"), token(2) == .mark(")") {
      position += 3
      return Value(expression: try unary().expression)
    }
    return try primary()
  }

  private mutating func primary() throws -> Value {
    switch token() {
    case .number(let value, let isInteger)?:
      position += 1
      return Value(expression: .number(value), isInteger: isInteger)
    case .mark("(")?:
      position += 1
      let inside = try assignable()
      try take(")")
      return inside
    case .name(let name)?:
      position += 1
      if token() == .mark("(") {
        position += 1
        return try call(name)
      }
      return try variable(name)
    default: throw NotUnderstood()
    }
  }

  private mutating func variable(_ name: String) throws -> Value {
    if vectorPointers.contains(name) || ofVectors.contains(name) { throw NotUnderstood() }
    // There is one thread.
    if name == "_nt", token() == .mark("!="), token(1) == .name("nrn_threads") {
      position += 2
      return Value(expression: .number(0), isInteger: true)
    }
    if name.hasPrefix("_p_") {
      // What is not set is refused where streams are read.
      pointed.insert(String(name.dropFirst(3)))
      return Value(expression: .number(1), isInteger: true)
    }
    // Steps are fixed.
    if name == "cvode_active_" { return Value(expression: .number(0), isInteger: true) }
    guard !name.hasPrefix("_") || name.hasPrefix("_l") else { throw NotUnderstood() }
    let isOwn = own.contains(name)
    var isInteger = integers.contains(name)
    if !isOwn, name.hasPrefix("_l") {
      let word = String(name.dropFirst(2))
      guard !own.contains(word) else { throw NotUnderstood() }
      isInteger = counters.contains(word)
    }
    guard skip("[") else { return Value(expression: .name(name), isInteger: isInteger) }
    let index = try assignable()
    try take("]")
    guard index.isInteger, !isOwn else { throw NotUnderstood() }
    return Value(expression: .element(name, index.expression))
  }

  private mutating func call(_ name: String) throws -> Value {
    if name == "nrn_random_pick" {
      let own = try pointer(.object)
      try take(")")
      return Value(expression: .call("nrn_random_pick", [.name(own)]))
    }
    if let draw = Self.draws[name] {
      let own = try pointer(.state)
      var arguments: [SourceExpression] = [.name(own)]
      while skip(",") { arguments.append(try assignable().expression) }
      try take(")")
      guard arguments.count == 1 || arguments.count == 1 + draw.most else { throw NotUnderstood() }
      return Value(expression: .call(draw.name, arguments))
    }
    var arguments: [SourceExpression] = []
    if !skip(")") {
      repeat { arguments.append(try assignable().expression) } while skip(",")
      try take(")")
    }
    if name == "nrn_ghk", arguments.count == 4 { return Value(expression: .call("ghk", arguments)) }
    guard Self.functions.contains(name) else { throw NotUnderstood() }
    return Value(expression: .call(name, arguments))
  }

  /// `(type *)_p_name`, with any casts that there are.
  private mutating func pointer(_ kind: Pointer) throws -> String {
    while token() == .mark("(") || token() == .name("RANDCAST") {
      position += 1
      if token(-1) == .name("RANDCAST") { continue }
      while !skip(")") {
        guard case .name(let name)? = token(), ["Rand", "nrnran123_State", "void"].contains(name)
        else {
          guard skip("*") else { throw NotUnderstood() }
          continue
        }
        position += 1
      }
    }
    let name = try takeName()
    let own = String(name.dropFirst(3))
    guard name.hasPrefix("_p_"), pointers[own] ?? kind == kind else { throw NotUnderstood() }
    pointers[own] = kind
    return own
  }
}

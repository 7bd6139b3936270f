/// Makes a `Block` of a block's statements: finds what names mean and writes calls out.
struct BlockBuilder {
  enum Binding: Equatable {
    case place(Variable, count: Int)
    case value(Expression)
  }

  /// What is met of a system of equations while its block is followed: collected instead of emitted.
  struct Collected {
    var equations: [Equation] = []
    var reactions: [Reaction] = []
    var conserved: [Conservation] = []
    var volumes: [Place: Expression] = [:]

    var count: Int { equations.count + reactions.count + conserved.count + volumes.count }
  }

  /// How statements such as `y' = f` are taken.
  enum Solver { case none, exponential, explicitEuler, collect }

  let state: LoweringState
  /// For messages.
  let place: String
  var block = Block()
  var output: [Statement] = []
  var scopes: [[String: Binding]] = [[:]]
  /// Routines that are being written out.
  var routines: [String] = []
  var solver = Solver.none
  var collected = Collected()
  /// FROM loops are written out: in systems of equations.
  var unrolls = false
  /// Explicit Euler: derivatives, added when the block ends.
  var delayed: [(Place, Expression)] = []
  /// In an INITIAL block: SOLVE … STEADYSTATE.
  var isInitial = false
  var isReceiver = false

  init(_ state: LoweringState, place: String) {
    self.state = state
    self.place = place
  }

  var source: MechanismSource { state.source }

  func unsupported(_ construct: String) -> MechanismError {
    .unsupported(mechanism: source.name, block: routines.last ?? place, construct: construct)
  }

  mutating func finish() -> Block {
    block.statements = output
    return block
  }

  mutating func emit(_ statement: Statement) throws(MechanismError) {
    try spend()
    output.append(statement)
  }

  /// Counts what is made, so that no source takes for ever.
  func spend() throws(MechanismError) {
    state.statementsLeft -= 1
    guard state.statementsLeft > 0 else {
      throw unsupported("more statements than can be compiled")
    }
  }

  mutating func newLocal(_ name: String, count: Int = 1) -> Variable {
    block.locals.append(name)
    block.localCounts.append(count)
    return .local(block.locals.count - 1)
  }

  mutating func bind(_ name: String, _ binding: Binding) {
    scopes[scopes.count - 1][name] = binding
  }

  func binding(of name: String) throws(MechanismError) -> Binding {
    for scope in scopes.reversed() {
      if let binding = scope[name] { return binding }
    }
    // VERBATIM says `_la` for a LOCAL or an argument `a`.
    if name.hasPrefix("_l") {
      for scope in scopes.reversed() {
        if let binding = scope[String(name.dropFirst(2))] { return binding }
      }
    }
    switch state.symbols[name] {
    case .variable(let variable)?:
      return .place(variable, count: state.symbols.count(of: variable))
    case .number(let value)?: return .value(.number(value))
    case .unusable(let construct)?: throw unsupported(construct)
    case nil: break
    }
    // Every STATE x has a parameter x0, declared or not.
    if name.hasSuffix("0"), let own = source.states.first(where: { $0.name + "0" == name }) {
      let start = own.start(isArray: source.indexedNames.contains(own.name))
      return .place(
        state.symbols.global(named: name, initialValue: start, isHidden: true), count: 1)
    }
    throw .unknownName(mechanism: source.name, block: routines.last ?? place, name: name)
  }

  /// Passes follow statements and expressions by recursion: these limits keep it shallow.
  private static let deepestScope = 60
  static let deepestRoutine = 40

  /// Statements that `body` emits, apart from those emitted so far.
  mutating func separately(
    _ body: (inout BlockBuilder) throws(MechanismError) -> Void
  ) throws(MechanismError) -> [Statement] {
    let before = output
    output = []
    try body(&self)
    let inside = output
    output = before
    return inside
  }

  mutating func inScope(
    _ body: (inout BlockBuilder) throws(MechanismError) -> Void
  ) throws(MechanismError) {
    guard scopes.count < Self.deepestScope else { throw unsupported("blocks that deep in blocks") }
    scopes.append([:])
    try body(&self)
    scopes.removeLast()
  }
}

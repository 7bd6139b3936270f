/// From the syntax tree to typed declarations and blocks.
struct SourceReader {
  var source = MechanismSource()
  /// The names of loops' variables.
  var counters: Set<String> = []
  private var constructors: [SyntaxNode] = []
  /// What POINTERs are that random numbers come from.
  var randomPointers: [String: VerbatimReader.Pointer] = [:]

  static func read(_ tree: SyntaxNode) throws(MechanismError) -> MechanismSource {
    var reader = SourceReader()
    guard tree.kind == "Program" else {
      throw .tree(mechanism: "", found: tree.kind, expected: "Program")
    }
    reader.counters = tree.loopVariables
    for child in tree.all("NeuronBlock") { try reader.readName(child) }
    try reader.readProgram(tree)
    try reader.checkConstructors()
    guard reader.source.name != "nothing" else {
      throw .unsupported(mechanism: "nothing", block: "NEURON", construct: "SUFFIX nothing")
    }
    return reader.source
  }

  func fail(found: String, expected: String) -> MechanismError {
    .tree(mechanism: source.name, found: found, expected: expected)
  }

  func unsupported(_ construct: String, in block: String) -> MechanismError {
    .unsupported(mechanism: source.name, block: block, construct: construct)
  }

  private mutating func readDefinition(_ node: SyntaxNode) throws(MechanismError) {
    guard let name = node.first("Name")?.word, let value = node.first("Integer")?.word,
      let number = Int(value)
    else { throw fail(found: "DEFINE", expected: "a name and a whole number") }
    source.definitions[name] = number
  }

  private mutating func readProgram(_ tree: SyntaxNode) throws(MechanismError) {
    for child in tree.all("Define") { try readDefinition(child) }
    for node in tree.children {
      switch node.kind {
      case "NeuronBlock": try readNeuron(node)
      case "UnitBlock":
        for factor in node.all("FactorDef") { try readFactor(factor) }
      case "ConstantBlock":
        for statement in node.all("ConstantStatement") {
          for variable in statement.all("ConstantVar") {
            source.constants[try name(of: variable)] = try number(in: variable) ?? 0
          }
        }
      case "ParamBlock": for item in node.all("ParamAssign") { try readParameter(item) }
      case "AssignedBlock":
        for item in node.all("AssignedDefinition") { source.assigned.append(try declaration(item)) }
      case "StateBlock":
        for item in node.all("AssignedDefinition") { source.states.append(try declaration(item)) }
      case "LocalListStatement":
        for (name, count) in try locals(node) {
          var elements = 1
          if let count { elements = try size(count) }
          source.fileLocals.append((name, elements))
        }
      case "InitialBlock": source.initial += try statements(of: node, .anywhere)
      case "BreakpointBlock": source.breakpoint += try statements(of: node, .end)
      case "ProcedureBlock", "FunctionBlock": try readRoutine(node)
      case "DerivativeBlock": try readSolvable(node, .derivative)
      case "KineticBlock": try readSolvable(node, .kinetic)
      case "LinearBlock": try readSolvable(node, .linear)
      case "NonLinearBlock": try readSolvable(node, .nonlinear)
      case "FunctionTableBlock":
        source.functionTables[try name(of: node)] = node.all("Argument").count
      case "NetReceiveBlock":
        let body = try statements(of: node, .anywhere)
        source.receiver = .init(
          name: "NET_RECEIVE", arguments: try arguments(node), isFunction: false, body: body)
      case "BeforeBlock", "AfterBlock":
        for block in node.all("BABlock") {
          try readBefore(block, isAfter: node.kind == "AfterBlock")
        }
      case "Include": try readProgram(node)
      case "ConstructorBlock": constructors.append(node)
      case "DiscreteBlock", "PartialBlock", "ForNetcon", "StepBlock", "MatchBlock", "SensBlock":
        throw unsupported(node.kind, in: "the file")
      case "Verbatim": source.hasVerbatim = true
      // Define was read before; DESTRUCTOR comes after all runs; VERBATIM outside of blocks is C that only other
      // VERBATIM can use.
      default: break
      }
    }
  }

  /// CONSTRUCTOR has been done when a cell is read: what it set is read, unless hoc cannot see it.
  private func checkConstructors() throws(MechanismError) {
    let hidden = (source.assigned + source.states).map(\.name).filter {
      !source.ranges.contains($0) && !source.globals.contains($0) && !source.pointers.contains($0)
    }
    let forbidden = Set(hidden + source.fileLocals.map(\.name) + source.routines.keys)
    for constructor in constructors where !constructor.words.isDisjoint(with: forbidden) {
      throw unsupported("CONSTRUCTOR", in: "the file")
    }
  }

  private mutating func readBefore(_ block: SyntaxNode, isAfter: Bool) throws(MechanismError) {
    let place = block.first("BABlockType")?.word ?? ""
    let body = try statements(of: block, .end)
    switch (isAfter, place) {
    case (false, "BREAKPOINT"): source.beforeBreakpoint += body
    case (true, "SOLVE"): source.afterSolve += body
    case (false, "STEP"): source.beforeStep += body
    default: throw unsupported("\(isAfter ? "AFTER" : "BEFORE") \(place)", in: "the file")
    }
  }

  private mutating func readRoutine(_ node: SyntaxNode) throws(MechanismError) {
    let name = try name(of: node)
    let isFunction = node.kind == "FunctionBlock"
    source.routines[name] = .init(
      name: name, arguments: try arguments(node), isFunction: isFunction,
      body: try statements(of: node, isFunction ? .function(name) : .anywhere))
  }

  private mutating func readSolvable(
    _ node: SyntaxNode, _ system: MechanismSource.System
  ) throws(MechanismError) {
    let name = try name(of: node)
    source.solvables[name] = .init(name: name, system: system, body: try statements(of: node, .end))
  }

  private mutating func statements(
    of node: SyntaxNode, _ leaving: Leaving
  ) throws(MechanismError) -> [SourceStatement] {
    let found = try statements(of: node)
    return withoutVerbatim(found, leaving)
  }

  private func arguments(_ node: SyntaxNode) throws(MechanismError) -> [String] {
    var names: [String] = []
    for argument in node.all("Argument") { names.append(try name(of: argument)) }
    return names
  }
}

import Mechanisms

/// A piece of C that is a number: of one instance or, as a vector, of as many as are computed at once.
struct Code {
  var text: String
  var isVector: Bool
  /// A condition: an `int`, or an `nr_mask` where it is a vector.
  var isCondition = false

  /// In one pair of parentheses: of two, compilers suppose that an assignment was meant.
  var inParentheses: String {
    var depth = 0
    for (index, byte) in text.utf8.enumerated() {
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0 { return index == text.utf8.count - 1 ? text : "(\(text))" }
    }
    return "(\(text))"
  }

  static func scalar(_ text: String) -> Code { Code(text: text, isVector: false) }
  static func vector(_ text: String) -> Code { Code(text: text, isVector: true) }
}

/// What C calls a variable of a mechanism.
struct Binding {
  var text: String
  var isVector: Bool
  /// More than 1 for an array.
  var count = 1
  /// How far an array's elements are from each other in the memory; nil for arrays that are not there.
  var stride: Int?

  /// An element of an array.
  func element(_ index: String) -> String {
    let place = "nr_index(\(index), \(count))"
    return "\(text)[\(stride.map { "NR_AT(\(place) * \($0))" } ?? place)]"
  }
}

/// Writes the blocks of one mechanism as C statements.
///
/// With lanes, variables of the instances are vectors; what is done under a condition that differs between them
/// is computed for all and selected. For one instance it is ordinary C.
struct BlockEmitter {
  let mechanism: Mechanism
  /// Whether several instances are computed at once.
  let hasLanes: Bool
  /// By variable: what C calls it. Locals are added by the blocks.
  var bindings: [Variable: Binding]
  var tables: [TablePlan]
  /// Whether tables are made where they are needed first.
  var makesTables = false
  /// C code of the table of indices, and of the first instance's index.
  var places = (indices: "X", instance: "b")
  /// C code of what was computed when the run began.
  var invariants: [Expression: String] = [:]
  /// Whether the code is seldom run: exponentials, the largest part of it, are not wanted in line then.
  var isRare = false
  /// C code of the index of the instance, of its kind, and of its weights, where events are handled.
  var eventContext: (kind: Int, instance: String)?
  /// Where the memory has which source of events each instance is.
  var senders: Int?
  /// Where the memory has which event net_move moves, and what WATCH keeps; how far apart arrays of instances are.
  var moves, watchSlots: Int?
  var room = 0
  /// How many WATCH statements there are, and which is the next.
  var watchCount = 0
  var nextWatch = 0
  /// The name of the block, for errors.
  var blockName = ""

  var lines: [String] = []
  var indentation: Int
  var counter = 0
  let prefix: String

  init(
    _ mechanism: Mechanism, hasLanes: Bool, bindings: [Variable: Binding], tables: [TablePlan],
    prefix: String, indentation: Int = 1
  ) {
    self.mechanism = mechanism
    self.hasLanes = hasLanes
    self.bindings = bindings
    self.tables = tables
    self.prefix = prefix
    self.indentation = indentation
  }

  var number: String { hasLanes ? "nr_vector" : "double" }

  mutating func line(_ text: String) {
    lines.append(String(repeating: "  ", count: indentation) + text)
  }

  /// Writes a block in a scope of its own.
  mutating func emit(_ block: Block, named name: String) throws(SimulationError) {
    blockName = name
    let scalars =
      hasLanes
      ? ScalarVariables(of: block, tables: mechanism.tables, bindings: bindings).variables : []
    line("{")
    indentation += 1
    let outer = bindings
    for (index, local) in block.locals.enumerated() {
      counter += 1
      let name = "\(prefix)l\(counter)_\(CName.of(local))"
      let count = block.localCounts[index]
      let isVector = hasLanes && !scalars.contains(.local(index))
      bindings[.local(index)] = Binding(text: name, isVector: isVector, count: count)
      let type = isVector ? "nr_vector" : "double"
      line("NR_UNUSED \(type) \(name)\(count > 1 ? "[\(count)]" : "") = {0};")
    }
    // Mechanisms may set their copy of the potential.
    if block.effects(mechanism.tables).mayAssign.contains(.voltage) {
      let copy = fresh("v")
      line("\(number) \(copy) = \(try code(.variable(.voltage)).text);")
      bindings[.voltage] = Binding(text: copy, isVector: hasLanes)
    }
    try emit(block.statements, under: nil)
    bindings = outer
    indentation -= 1
    line("}")
  }

  func binding(_ variable: Variable) throws(SimulationError) -> Binding {
    guard let binding = bindings[variable] else { throw unsupported(name(of: variable)) }
    return binding
  }

  func name(of variable: Variable) -> String {
    switch variable {
    case .instance(let index): mechanism.variables[index].name
    case .global(let index): mechanism.globals[index].name
    case .local: "a LOCAL variable"
    case .voltage: "v"
    case .time: "t"
    case .timeStep: "dt"
    case .celsius: "celsius"
    case .diameter: "diam"
    case .area: "area"
    case .weight: "a weight"
    case .flag: "flag"
    }
  }

  func unsupported(_ construct: String) -> SimulationError {
    .unsupported(mechanism: mechanism.name, block: blockName, construct: construct)
  }
}

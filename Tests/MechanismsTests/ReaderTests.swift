import Mechanisms
import TestSupport
import Testing

@testable import Mechanisms

@Suite struct ReaderTests {
  @Test(arguments: Fixture.names) func readsOurMechanisms(name: String) throws {
    #expect(try Fixture.mechanism(name).name == name)
  }

  @Test(arguments: [
    "", "{", "[]", "{}", "3", "{\"Program\":3}", "{\"Program\":[]", "{\"Program\":[]}}",
    "{\"Program\":[{\"a\":\"b\"},]}", "{\"Program\":[{\"a\":\"\\u12\"}]}", "{\"Model\":[]}",
    "{\"Program\":[{\"ParamBlock\":[{\"ParamAssign\":[]}]}]}",
  ])
  func refusesWhatIsNoTree(text: String) {
    #expect(throws: MechanismError.self) { try MechanismReader.read(text) }
  }

  @Test func refusesDepth() {
    let text = String(repeating: "{\"Program\":[", count: 100_000)
    #expect(throws: MechanismError.self) { try MechanismReader.read(text) }
  }

  @Test(arguments: [
    ("faraday", "coulomb", 0x1.78e555060882cp+16),
    ("faraday", "kilocoulombs", 0x1.81f0fae775425p+6),
    ("faraday", "10000 coulomb", 0x1.34c0c8b92a9b7p+3),
    ("k-mole", "joule/degC", 0x1.0a1013e8990bep+3),
    ("pi", "1", 0x1.921fb54442d18p+1), ("mole", "1", 0x1.fe185ca57c517p+78),
    ("mA/cm2", "A/m2", 10), ("1e-3 um", "nm", 1), ("S/cm2", "pS/um2", 1e4),
  ])
  func knowsUnits(first: String, second: String, expected: Double) throws {
    let ratio = try #require(UnitTable.ratio(first, second))
    // Products and quotients of exact constants, each rounded.
    #expect(abs(ratio - expected) <= 4 * expected.ulp)
  }

  @Test func knowsWhereUnitsDiffer() {
    #expect(UnitTable.ratio("mV", "mA") == nil)
    #expect(UnitTable.ratio("parsec", "m") == nil)
    #expect(UnitTable.ratio("mV", "") == nil)
  }

  @Test func readsNumbersAsTheyAre() {
    for (word, value) in [
      ("1e-3", 1e-3), (".5", 0.5), ("5.", 5), ("5.e3", 5000), ("-1.5e-1", -0.15), ("7", 7),
    ] { #expect(Literal.value(word) == value) }
    for word in ["nan", "inf", "0x10", "", "e", "-", "1e", "1..2"] {
      #expect(Literal.value(word) == nil, "\(word)")
    }
  }
}

/// Sources that say little in much: refused, not followed for ever or until the stack ends.
@Suite struct ExcessTests {
  private func node(_ kind: String, _ children: String...) -> String {
    "{\"\(kind)\":[\(children.joined(separator: ","))]}"
  }

  private func name(_ name: String) -> String {
    node("Name", "{\"String\":[{\"name\":\"\(name)\"}]}")
  }

  private func call(_ routine: String) -> String {
    node("ExpressionStatement", node("WrappedExpression", node("FunctionCall", name(routine))))
  }

  private func program(_ blocks: [String]) -> String {
    let suffix = node("Suffix", name("SUFFIX"), name("many"))
    let neuron = node("NeuronBlock", node("StatementBlock", suffix))
    return node("Program", ([neuron] + blocks).joined(separator: ","))
  }

  private func routine(_ name: String, _ body: String...) -> String {
    node(
      "ProcedureBlock", self.name(name), node("StatementBlock", body.joined(separator: ",")))
  }

  @Test func refusesLongChainsOfCalls() {
    let chain = (0..<5000).map { routine("f\($0)", call("f\($0 + 1)")) }
    let initial = node("InitialBlock", node("StatementBlock", call("f0")))
    #expect(throws: MechanismError.self) {
      try MechanismReader.read(program(chain + [initial]))
    }
  }

  @Test func refusesWhatGrowsWithoutBound() {
    let tree = (0..<30).map { routine("f\($0)", call("f\($0 + 1)"), call("f\($0 + 1)")) }
    let initial = node("InitialBlock", node("StatementBlock", call("f0")))
    #expect(throws: MechanismError.self) {
      try MechanismReader.read(program(tree + [routine("f30", "{\"Verbatim\":[]}"), initial]))
    }
  }

  @Test func refusesRecursion() {
    let initial = node("InitialBlock", node("StatementBlock", call("f")))
    #expect(
      throws: MechanismError.unsupported(
        mechanism: "many", block: "f", construct: "f, which calls itself")
    ) { try MechanismReader.read(program([routine("f", call("f")), initial])) }
  }

  @Test func refusesManyBranches() {
    let one = node("Double", "{\"name\":\"1\"}")
    let block = "{\"StatementBlock\":[]}"
    let branches = Array(repeating: node("ElseIfStatement", one, block), count: 5000)
    let statement = node("IfStatement", ([one, block] + branches).joined(separator: ","))
    let initial = node("InitialBlock", node("StatementBlock", statement))
    #expect(throws: MechanismError.self) { try MechanismReader.read(program([initial])) }
  }

  @Test func namesWhatIsUnknown() {
    let assignment = node(
      "ExpressionStatement",
      node(
        "BinaryExpression", node("VarName", name("x")), "{\"BinaryOperator\":[{\"name\":\"=\"}]}",
        node("Double", "{\"name\":\"1\"}")))
    let initial = node("InitialBlock", node("StatementBlock", assignment))
    #expect(
      throws: MechanismError.unknownName(mechanism: "many", block: "INITIAL", name: "x")
    ) { try MechanismReader.read(program([initial])) }
  }
}

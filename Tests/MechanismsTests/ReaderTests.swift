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

  @Test func seesThatVerbatimDoesNothing() {
    #expect(Verbatim.code(of: "\n /* x = 3; */ // y\n#include <a>\n  #define b 3\n") == "")
    #expect(Verbatim.code(of: " return 0; ") == "return0;")
    #expect(Verbatim.code(of: "/* open") == "")
    #expect(Verbatim.code(of: "x = 3; # y") == "x=3;#y")
  }
}

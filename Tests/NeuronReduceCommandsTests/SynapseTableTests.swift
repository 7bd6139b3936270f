import TestSupport
import Testing

@testable import NeuronReduceCommands

@Suite struct SynapseTableTests {
  private func table(_ text: String) throws -> SynapseTable {
    try SynapseTable(text: text, name: "synapses.csv")
  }

  @Test func columnsComeInAnyOrder() throws {
    let found = try table(
      "Mechanism, section ,x,weight,rate,parameters\r\nExp2Syn,apic[3],0.5,1e-3,,\"tau1=0.3; e=-80\"\r\n\r\nExpSyn,soma,1,-2,5,\r\n"
    )
    #expect(found.rows.count == 2)
    let first = found.rows[0]
    #expect(
      (first.section, first.position, first.mechanism, first.weight) == (
        "apic[3]", 0.5, "Exp2Syn", 1e-3
      ))
    #expect(first.parameters == [.init(name: "tau1", value: 0.3), .init(name: "e", value: -80)])
    #expect((first.rate, first.delay, first.noise) == (nil, 1, 1))
    #expect(found.rows[1].rate == 5)
    #expect(found.rows[1].line == 4)
  }

  @Test(arguments: [
    ("", "synapses.csv is empty"),
    ("section;x;mechanism;weight\na;0;b;1", "synapses.csv has its columns separated by semicolons"),
    ("section\tx\tmechanism\tweight\n", "synapses.csv has its columns separated by tabs"),
    ("section,x,mechanism\na,0,b", "synapses.csv has no column weight"),
    ("section,x,mechanism,weight,color\n", "synapses.csv has the column 'color'"),
    ("section,x,mechanism,weight,x\n", "synapses.csv has the column x twice"),
    (
      "section,x,mechanism,weight\nsoma,2,ExpSyn,1",
      "synapses.csv, line 2: x is '2'; expected a position, 0 to 1"
    ),
    (
      "section,x,mechanism,weight\n\nsoma,0,ExpSyn,one",
      "synapses.csv, line 3: weight is 'one'; expected a finite number"
    ),
    ("section,x,mechanism,weight\n,0,ExpSyn,1", "synapses.csv, line 2: section is ''"),
    ("section,x,mechanism,weight\nsoma,0,,1", "synapses.csv, line 2: mechanism is ''"),
    ("section,x,mechanism,weight,rate\nsoma,0,ExpSyn,1,-3", "synapses.csv, line 2: rate is '-3'"),
    (
      "section,x,mechanism,weight,delay\nsoma,0,ExpSyn,1,nan",
      "synapses.csv, line 2: delay is 'nan'"
    ),
    (
      "section,x,mechanism,parameters,weight\nsoma,0,ExpSyn,tau,1",
      "synapses.csv, line 2: parameters is 'tau'"
    ),
    (
      "section,x,mechanism,weight\nsoma,0,ExpSyn,1,more",
      "synapses.csv, line 2, has 5 cells; expected 4"
    ),
  ])
  func faultsAreToldWithTheirLine(text: String, message: String) {
    #expect { try table(text) } throws: { "\($0)".hasPrefix(message) }
  }

  @Test func anyTextIsTakenOrRefused() {
    let pieces = [
      "section", "x", ",", "\n", "\"", "mechanism,weight", "0.5", "\r\n", " ", "rate", "µ",
      "ExpSyn",
    ]
    for seed in 0..<2000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }
      _ = try? table(text.joined())
      _ = try? table("section,x,mechanism,weight\n" + text.joined())
    }
  }
}

@Suite struct BiophysicsTests {
  private func biophysics(_ text: String) throws -> Biophysics {
    try Biophysics(text: Array(text.utf8))
  }

  @Test func regionsComeAfterWhatAllHave() throws {
    let found = try biophysics(
      """
      {"celsius": 34, "regions": {"soma": {"mechanisms": {"hh": {"gnabar": 0.1}}}, "all": {"Ra": 150, "cm": 2}}}
      """)
    #expect(found.temperature == 34)
    #expect(found.longestSegment == 40)
    #expect(found.regions.map(\.name) == ["all", "soma"])
    #expect(found.regions[0].value.axialResistivity == 150)
  }

  @Test(arguments: [
    ("[]", "the file is a list of 0; expected an object with celsius"),
    ("{\"regions\": {\"spine\": {}}}", "regions.spine is an object; expected a region"),
    ("{\"regions\": {\"all\": {\"ra\": 1}}}", "regions.all.ra is 1; expected no such name"),
    ("{\"regions\": {\"all\": {\"Ra\": -1}}}", "regions.all.Ra is -1; expected a resistivity"),
    (
      "{\"regions\": {\"all\": {\"mechanisms\": {\"hh\": {\"gna\": \"1\"}}}}}",
      "regions.all.mechanisms.hh.gna is \"1\""
    ),
    ("{\"celsius\": 34}", "regions is null"),
    ("{\"temperature\": 34, \"regions\": {}}", "temperature is 34; expected no such name"),
  ])
  func faultsAreToldWithTheirPath(text: String, message: String) {
    #expect { try biophysics(text) } throws: { "\($0)".hasPrefix(message) }
  }
}

import Reduction
import Testing

@Suite struct MethodTests {
  @Test func namesAreUnderstood() throws {
    for method in Method.allCases { #expect(try Method(name: method.name) == method) }
  }

  @Test(arguments: ["", "Classic", "classic ", "newest"])
  func otherNamesAreRefusedWithThoseThatAreKnown(name: String) {
    #expect {
      try Method(name: name)
    } throws: { error in
      let message = "\(error)"
      return message.contains("'\(name)'") && message.contains("classic")
    }
  }

  @Test func isKnownByItsNameAndTraits() {
    #expect(Method.allCases.map(\.name) == ["classic", "lumped", "folded"])
    #expect(!Method.classic.traits.changesWeights && Method.lumped.traits.changesWeights)
    #expect(Method.classic.traits.usesFrequency && !Method.lumped.traits.usesFrequency)
    #expect(!Method.classic.traits.conservesTotals && Method.lumped.traits.conservesTotals)
    #expect(!Method.classic.traits.cablesAreLumps && Method.lumped.traits.cablesAreLumps)
    #expect(Method.classic != Method.lumped && "\(Method.lumped)" == "lumped")
  }
}

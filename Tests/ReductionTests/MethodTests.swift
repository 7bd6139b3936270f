import Reduction
import Testing

@Suite struct MethodTests {
  @Test func namesAreUnderstood() throws {
    for method in Method.allCases { #expect(try Method(name: method.rawValue) == method) }
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

  @Test func theClassicOneIsTheClassicReduction() throws {
    let cell = CellBuilder.ballAndStick(segments: 5).cell
    let settings = try ReductionSettings()
    #expect(
      try settings.method.reduce(cell, settings: settings)
        == ClassicReduction.reduce(cell, settings: settings))
  }
}

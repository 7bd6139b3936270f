import Mechanisms
import Testing

@Suite struct PointerTests {
  @Test func pointersAreCopiesThatNothingSets() throws {
    let mechanism = try Fixture.mechanism("pointing")
    let level = try #require(mechanism.variables.firstIndex { $0.name == "level" })
    #expect(mechanism.variables[level].role == .pointer)
    let read = mechanism.currents.effects(mechanism.tables).liveIn
    #expect(read.contains(.instance(level)))
    let unused = try #require(mechanism.variables.firstIndex { $0.name == "unused" })
    #expect(mechanism.variables[unused].role == .pointer)
    #expect(!mechanism.blocks.contains { $0.effects([]).liveIn.contains(.instance(unused)) })
    // Equal synapses may point to different things.
    #expect(!mechanism.superposes)
  }

  @Test func whetherAPointerIsSetIsANumber() throws {
    let mechanism = try Fixture.mechanism("pointing")
    let level = try #require(mechanism.variables.firstIndex { $0.name == "level" })
    let asked = mechanism.variables.indices.filter {
      mechanism.variables[$0].role == .pointing(level)
    }
    #expect(asked.count == 1)
    let read = mechanism.currents.effects(mechanism.tables).liveIn
    #expect(read.isSuperset(of: asked.map(Variable.instance)))
  }

  @Test func externalsAreOthersGlobals() throws {
    let mechanism = try Fixture.mechanism("pointing")
    #expect(mechanism.globals.filter(\.isExternal).map(\.name) == ["scale_other"])
  }

  @Test(arguments: [
    ("setting", "NEURON", "POINTER p, which is assigned to,"),
    ("counting", "s", "n, which counts,"),
  ])
  func refuses(name: String, block: String, construct: String) {
    #expect(
      throws: MechanismError.unsupported(mechanism: name, block: block, construct: construct)
    ) { try Fixture.mechanism(name) }
  }
}

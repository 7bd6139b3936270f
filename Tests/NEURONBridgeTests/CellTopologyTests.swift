import CellModel
import FakeNEURON
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct CellTopologyTests {
    private let session: FakeSession
    private var neuron: NEURON { session.neuron }

    init() throws { session = try FakeSession() }

    private func topology(
      soma: ObjectReference, apical: ObjectReference? = nil, axonal: ObjectReference? = nil
    ) throws(BridgeError) -> CellTopology {
      try CellTopology(
        neuron,
        LiveCellReferences(
          name: "cell", soma: soma, apical: apical ?? session.list(),
          axonal: axonal ?? session.list(), synapses: [], connections: []))
    }

    private func names(_ topology: CellTopology) -> [String] {
      topology.nodes.map { neuron.name(of: $0.section) }
    }

    private func roles(_ topology: CellTopology) -> [String: Section.Role] {
      Dictionary(
        uniqueKeysWithValues: topology.nodes.map { (neuron.name(of: $0.section), $0.role) })
    }

    // MARK: Order

    @Test func everySectionFollowsItsParentAndChildrenAreInNEURONsOrder() throws {
      let soma = fake_section("soma", nil)
      let first = fake_section("dend[0]", soma)
      _ = fake_section("dend[1]", soma)
      let second = fake_section("dend[2]", first)
      _ = fake_section("dend[3]", first)
      _ = fake_section("dend[4]", second)
      _ = fake_section("another cell's", nil)
      let read = try topology(soma: session.list(soma))
      #expect(names(read) == ["soma", "dend[0]", "dend[2]", "dend[4]", "dend[3]", "dend[1]"])
      #expect(read.nodes.map(\.attachment?.parent) == [nil, 0, 1, 2, 1, 0])
      #expect(session.isBalanced)
    }

    @Test func attachmentsAreWhatNEURONSays() throws {
      let soma = fake_section("soma", nil)
      let dendrite = fake_section("dend[0]", soma)
      fake_attach(dendrite, 1, soma, 0.25)
      let read = try topology(soma: session.list(soma))
      #expect(
        read.nodes.map(\.attachment) == [nil, .init(parent: 0, position: 0.25, ownEnd: 1)])
    }

    @Test func theTreeBeginsWhereTheSomasDoes() throws {
      let axon = fake_section("axon[0]", nil)
      let soma = fake_section("soma", axon)
      _ = fake_section("dend[0]", soma)
      let read = try topology(soma: session.list(soma))
      #expect(names(read) == ["axon[0]", "soma", "dend[0]"])
      #expect(read.nodes.map(\.role) == [.axon, .soma, .basal])
    }

    @Test func theListsThatItNeededAreGivenBack() throws {
      let soma = fake_section("soma", nil)
      _ = fake_section("dend[0]", soma)
      let references = (session.list(soma), session.list(), session.list())
      let before = fake_object_count("SectionList")
      _ = try topology(soma: references.0, apical: references.1, axonal: references.2)
      #expect(fake_object_count("SectionList") == before)
    }

    // MARK: Roles

    @Test func whatIsInNoListIsToldByItsName() throws {
      let soma = fake_section("cells[0].soma", nil)
      _ = fake_section("cells[0].axon[0]", soma)
      _ = fake_section("cells[0].hillock", soma)
      _ = fake_section("cells[0].Apic[0]", soma)
      _ = fake_section("cells[0].dend[0]", soma)
      // The cell's name is none of the section's.
      _ = fake_section("axonless[0].trunk", soma)
      #expect(
        roles(try topology(soma: session.list(soma))) == [
          "cells[0].soma": .soma, "cells[0].axon[0]": .axon, "cells[0].hillock": .axon,
          "cells[0].Apic[0]": .apical, "cells[0].dend[0]": .basal, "axonless[0].trunk": .basal,
        ])
    }

    @Test func aListOfApicalSectionsOverrulesNames() throws {
      let soma = fake_section("soma", nil)
      let listed = fake_section("dend[0]", soma)
      _ = fake_section("apic[0]", soma)
      let read = try topology(soma: session.list(soma), apical: session.list(listed))
      #expect(roles(read) == ["soma": .soma, "dend[0]": .apical, "apic[0]": .basal])
    }

    @Test func whatIsAttachedToADendriteBelongsToIt() throws {
      let soma = fake_section("soma", nil)
      let apical = fake_section("apic[0]", soma)
      _ = fake_section("dend[0]", apical)
      _ = fake_section("axon_like", apical)
      let basal = fake_section("dend[1]", soma)
      _ = fake_section("apic[1]", basal)
      #expect(
        roles(try topology(soma: session.list(soma))) == [
          "soma": .soma, "apic[0]": .apical, "dend[0]": .apical, "axon_like": .apical,
          "dend[1]": .basal, "apic[1]": .basal,
        ])
    }

    @Test func axonByTheListIsAxonOnADendriteAndSoIsWhatHangsOnIt() throws {
      let soma = fake_section("soma", nil)
      let dendrite = fake_section("dend[0]", soma)
      let axon = fake_section("neurite[0]", dendrite)
      _ = fake_section("dend[1]", axon)
      let read = try topology(soma: session.list(soma), axonal: session.list(axon))
      #expect(
        roles(read) == ["soma": .soma, "dend[0]": .basal, "neurite[0]": .axon, "dend[1]": .axon])
    }

    @Test func aSomaMayHaveSeveralSections() throws {
      let first = fake_section("soma[0]", nil)
      let second = fake_section("soma[1]", first)
      _ = fake_section("dend[0]", second)
      let read = try topology(soma: session.list(second, first))
      #expect(roles(read) == ["soma[0]": .soma, "soma[1]": .soma, "dend[0]": .basal])
    }

    // MARK: What is refused

    @Test func aSomaInPiecesIsRefused() {
      let soma = fake_section("soma[0]", nil)
      let apart = fake_section("soma[1]", nil)
      #expect(throws: BridgeError.somaInPieces(section: "soma[1]", soma: "soma[0]")) {
        try topology(soma: session.list(soma, apart))
      }
    }

    @Test func aCellWithoutSomaIsRefused() {
      #expect(throws: BridgeError.reduction(.noSoma(cell: "cell"))) {
        try topology(soma: session.list())
      }
    }

    @Test func aLoopIsRefusedWithItsSections() {
      let soma = fake_section("soma", nil)
      let first = fake_section("dend[0]", soma)
      let second = fake_section("dend[1]", first)
      fake_attach(soma, 0, second, 1)
      #expect(throws: BridgeError.loop(sections: ["soma", "dend[1]", "dend[0]"])) {
        try topology(soma: session.list(soma))
      }
      #expect(session.isBalanced)
    }

    @Test func aSectionOnItselfIsALoopOfOne() {
      let soma = fake_section("soma", nil)
      fake_attach(soma, 0, soma, 1)
      #expect(throws: BridgeError.loop(sections: ["soma"])) {
        try topology(soma: session.list(soma))
      }
    }

    @Test func aLoopThatOneComesToIsNamedWithoutTheWayThere() throws {
      let first = fake_section("axon[0]", nil)
      let second = fake_section("axon[1]", first)
      fake_attach(first, 0, second, 1)
      let soma = fake_section("soma", first)
      #expect(throws: BridgeError.loop(sections: ["axon[0]", "axon[1]"])) {
        try neuron.root(of: soma)
      }
    }

    // MARK: The root

    @Test func theRootIsWhereNothingIsAttachedTo() throws {
      let root = fake_section("soma", nil)
      var section = root
      for index in 0..<100 { section = fake_section("dend[\(index)]", section) }
      #expect(try neuron.root(of: section) == root)
      #expect(try neuron.root(of: root) == root)
    }

    @Test func anErrorOnTheWayIsPassedOn() throws {
      let soma = fake_section("soma", nil)
      fake_let_fail("parent_section", 1)
      #expect(
        throws: BridgeError.neuron(doing: "calling a function", message: "parent_section failed")
      ) { try neuron.root(of: soma) }
      #expect(session.isBalanced)
    }
  }
}

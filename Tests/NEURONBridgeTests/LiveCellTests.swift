import CNEURON
import CellModel
import FakeNEURON
import Reduction
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct LiveCellTests {
    private let session: FakeSession
    private let sections: [SectionReference]
    /// A listed synapse and one that is in no list; a NetCon of each kind.
    private let synapses, connections: [ObjectReference]
    private var neuron: NEURON { session.neuron }

    init() throws {
      session = try FakeSession()
      let soma = fake_section("soma", nil)
      let dendrites = (0..<3).map { fake_section("dend[\($0)]", soma) }
      sections = [soma] + dendrites
      synapses = [fake_object("ExpSyn"), fake_object("Exp2Syn")]
      connections = [fake_object("NetCon"), fake_object("NetCon")]
    }

    /// What the session has, as a value: dendrite 2 is attached to dendrite 1.
    private var model: CellModel {
      func section(_ name: String, _ role: Section.Role, on parent: Int?, inserting: [Int])
        -> Section
      {
        Section(
          name: name, role: role, attachment: parent.map { .init(parent: $0, position: 1) },
          length: 100, axialResistivity: 150,
          segments: [.init(diameter: 1, area: 1, axialResistance: 1, capacitance: 1)],
          endResistance: 1,
          insertions: inserting.map { .init(mechanism: $0, values: [[0.001, -70]]) })
      }
      return CellModel(
        name: "cell",
        mechanisms: [
          MechanismKind(
            name: "pas",
            parameters: [
              .init(name: "g_pas", defaults: [0.001]), .init(name: "e_pas", defaults: [-70]),
            ]),
          MechanismKind(
            name: "Leak",
            parameters: [
              .init(name: "gmax_Leak", defaults: [0.001], unit: "S/cm2"),
              .init(name: "e_Leak", defaults: [-70], unit: "mV"),
            ]),
          MechanismKind(
            name: "na_ion", isIon: true, parameters: [.init(name: "ena", defaults: [50])]),
          MechanismKind(name: "empty"),
        ],
        pointProcessKinds: [MechanismKind(name: "ExpSyn"), MechanismKind(name: "Exp2Syn")],
        sections: [
          section("soma", .soma, on: nil, inserting: [0]),
          section("dend[0]", .basal, on: 0, inserting: [1, 2]),
          section("dend[1]", .basal, on: 0, inserting: [3, 1]),
          section("dend[2]", .apical, on: 2, inserting: [0]),
        ],
        pointProcesses: [
          PointProcess(kind: 0, section: 1, position: 0.5, values: []),
          PointProcess(kind: 1, section: 2, position: 0.5, values: []),
        ],
        connections: [
          Connection(target: 0, weights: [1], isActive: false), Connection(target: 1, weights: [1]),
        ])
    }

    private func read() -> LiveCell {
      LiveCell(
        model: model, listedCount: 1, listedConnections: [0], neuron: neuron, sections: sections,
        synapses: synapses, connections: connections)
    }

    @Test func sectionsAreHeldAsLongAsItLives() {
      do {
        let cell = read()
        withExtendedLifetime(cell) {
          #expect(sections.map(fake_section_references) == [1, 1, 1, 1])
        }
      }
      #expect(sections.map(fake_section_references) == [0, 0, 0, 0])
    }

    // MARK: Leaks

    @Test func whatMayBeALeakIsNeitherIonNorWithoutParameters() {
      #expect(read().possibleLeaks == ["Leak"])
    }

    @Test func whereMostDendritesHaveALeakNoneIsLookedFor() {
      var model = model
      model.sections[1].insertions = model.sections[0].insertions
      let cell = LiveCell(
        model: model, listedCount: 1, listedConnections: [0], neuron: neuron, sections: sections,
        synapses: synapses, connections: connections)
      #expect(cell.possibleLeaks.isEmpty)
    }

    @Test func aLeakThatIsNamedIsBesideThatOfPas() throws {
      var cell = read()
      try cell.setLeaks([
        NamedLeak(mechanism: "Leak", conductance: "gmax", reversal: "e", factor: nil)
      ])
      #expect(
        cell.model.leaks == [
          Leak(mechanism: 1, conductance: 0, reversal: 1),
          Leak(mechanism: 0, conductance: 0, reversal: 1),
        ])
      // All dendrites have one of both.
      #expect(cell.possibleLeaks.isEmpty)
    }

    @Test func pasByItsNameIsNotThereTwice() throws {
      var cell = read()
      try cell.setLeaks([
        NamedLeak(mechanism: "pas", conductance: "g", reversal: nil, factor: 2)
      ])
      #expect(cell.model.leaks == [Leak(mechanism: 0, conductance: 0, factor: 2)])
    }

    @Test func aWrongNameChangesNothing() {
      var cell = read()
      #expect(throws: BridgeError.self) {
        try cell.setLeaks([
          NamedLeak(mechanism: "Leak", conductance: "gmax", reversal: "e", factor: nil),
          NamedLeak(mechanism: "Leak", conductance: "none", reversal: nil, factor: nil),
        ])
      }
      #expect(cell.model.leaks == model.leaks)
    }

    // MARK: What else is asked

    @Test func ratesAreThoseOfListedConnections() {
      // No events pass a NetCon that is off.
      #expect(read().listedRates == [0])
    }

    @Test func stemsAreAppendedInTheirOrder() throws {
      let list = fake_object("SectionList")
      try read().appendStems(of: .all, to: list)
      #expect(
        (0..<fake_list_count(list)).map { fake_listed(list, $0) } == [sections[1], sections[2]])
      #expect(session.isBalanced)
    }

    // MARK: The session is as it was read

    @Test func aSessionThatIsAsItWasReadIsAccepted() throws {
      try read().checkThatSessionIsAsRead()
      #expect(session.isBalanced)
      #expect((synapses + connections).map(fake_object_references) == [1, 1, 1, 1])
    }

    private func expectChange(_ what: String) {
      let cell = read()
      #expect(throws: BridgeError.changedMeanwhile(what: what)) {
        try cell.checkThatSessionIsAsRead()
      }
      #expect(throws: BridgeError.changedMeanwhile(what: what)) {
        try cell.appendStems(of: .all, to: fake_object("SectionList"))
      }
    }

    @Test func aDeletedSectionIsNoticed() {
      fake_delete(sections[2])
      expectChange("dend[1] was deleted")
    }

    @Test func otherSegmentsAreNoticed() {
      fake_set_segments(sections[3], 3)
      expectChange("dend[2] has other segments")
    }

    @Test func aSynapseThatIsNowhereIsNoticed() {
      fake_place(synapses[0], false)
      expectChange("a ExpSyn is on no section any more")
    }

    @Test func anUnlistedSynapseThatIsGoneIsNoticed() {
      neuron.api.object_unref(synapses[1])
      expectChange("a Exp2Syn was destroyed")
    }

    @Test func anUnlistedNetConThatIsGoneIsNoticed() {
      neuron.api.object_unref(connections[1])
      expectChange("a NetCon was destroyed")
    }

    @Test func listedOnesAreTheCallersToKeep() throws {
      // They are looked at without being looked for: of thousands that would take long.
      neuron.api.object_unref(synapses[0])
      neuron.api.object_unref(connections[0])
      try read().checkThatSessionIsAsRead()
    }
  }
}

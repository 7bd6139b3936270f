import CellModel
import Mechanisms
import Testing

@testable import Simulation

/// A cell of two sections with a mechanism that has a POINTER, and one whose state it may point to.
@Suite struct PointerTests {
  /// A state `y` that relaxes to 1, or to what `p` points to; BREAKPOINT leaves it in `seen`.
  private static func mechanism(_ name: String, points: Bool, reads: Variable? = nil) -> Mechanism {
    var mechanism = Mechanism(name: name, kind: .density)
    mechanism.variables = [
      .init(name: "y", role: .state, isRange: true),
      .init(name: "p", role: points ? .pointer : .assigned),
      .init(name: "seen", role: .assigned, isRange: true),
    ]
    let y = Variable.instance(0)
    let target = points ? Expression.variable(.instance(1)) : .number(1)
    mechanism.initial.statements = [.assign(y, .number(0))]
    mechanism.advance.statements = [
      .assign(
        y,
        .binary(
          .add, .variable(y),
          .binary(.multiply, .number(0.1), .binary(.subtract, target, .variable(y)))))
    ]
    mechanism.currents.statements = [.assign(.instance(2), .variable(y))]
    return mechanism
  }

  private static func cell() -> CellModel {
    func section(_ name: String, _ attachment: Section.Attachment?) -> Section {
      Section(
        name: name, role: .soma, attachment: attachment, length: 20, axialResistivity: 100,
        segments: [.init(diameter: 10, area: 600, axialResistance: 0.1, capacitance: 1)],
        endResistance: 0.1,
        insertions: [.init(mechanism: 0, values: [[]]), .init(mechanism: 1, values: [[]])])
    }
    return CellModel(
      name: "cell", temperature: 20,
      mechanisms: [MechanismKind(name: "reader"), MechanismKind(name: "target")],
      sections: [section("soma", nil), section("dend", .init(parent: 0, position: 1))])
  }

  private static func program(
    _ targets: [PointerTarget?], types: [String: Int] = [:]
  ) throws(SimulationError) -> CellProgram {
    var settings = ProgramSettings(timeStep: 0.025, initialPotential: -65)
    for (section, target) in targets.enumerated() {
      settings.pointers[
        PointerOwner(name: "p_reader", place: .segment(section: section, segment: 0))] = target
    }
    settings.types = types
    return try CellProgram(
      of: cell(),
      mechanisms: [
        "reader": mechanism("reader", points: true), "target": mechanism("target", points: false),
      ], settings: settings)
  }

  private static func state(_ section: Int) -> PointerTarget {
    .range("y_target", section: section, position: 0.5)
  }

  @Test func potentialsLeaveThePassesTogether() throws {
    let program = try Self.program([
      .range("v", section: 1, position: 0.5), .range("v", section: 0, position: 1),
    ])
    #expect(program.source.contains("#define NR_IS_FUSED 1"))
    #expect(program.indices.contains(Int32(program.potentials[1][0])))
    #expect(program.indices.contains(Int32(program.potentials[0][2])))
  }

  @Test(arguments: [true, false]) func statesAreDoneInNEURONsOrder(isReaderFirst: Bool) throws {
    let program = try Self.program(
      [Self.state(1), Self.state(0)],
      types: ["reader": isReaderFirst ? 5 : 9, "target": 7])
    #expect(program.source.contains("#define NR_IS_FUSED 0"))
    let offset = try #require(
      program.offset(ofRangeVariable: "y_target", section: 1, segment: 0))
    #expect(program.indices.contains(Int32(offset)))
    let advance = try #require(program.source.range(after: "void nr_cell_advance("))
    let reader = try #require(
      advance.firstIndex(of: "nr_store(M + NR_AT(\(program.state("y_reader"))"))
    let target = try #require(
      advance.firstIndex(of: "nr_store(M + NR_AT(\(program.state("y_target"))"))
    #expect((reader < target) == isReaderFirst)
  }

  @Test func refusesWhatIsNotSetAndWhatIsNotTheCells() {
    let cases: [(PointerTarget?, String)] = [
      (nil, "which is not set,"), (.other, "which points to what is no variable of the cell,"),
      (.range("cm", section: 0, position: 0.5), "to cm, which the engine does not keep,"),
      (
        .range("y_reader", section: 0, position: 0.5),
        "whose SOLVE reads what may not be set yet, or is in another order than in NEURON,"
      ),
    ]
    for (target, why) in cases {
      #expect(
        throws: SimulationError.unsupported(
          mechanism: "reader", block: "NEURON", construct: "POINTER p on dend, " + why)
      ) { try Self.program([.range("v", section: 0, position: 0.5), target]) }
    }
  }
}

extension String {
  /// What follows some text.
  fileprivate func range(after text: String) -> String? {
    let parts = split(separator: text, maxSplits: 1)
    return parts.count == 2 ? String(parts[1]) : nil
  }

  /// How many characters are before some text; nil where it is not there.
  fileprivate func firstIndex(of text: String) -> Int? {
    let parts = split(separator: text, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? parts[0].count : nil
  }
}

extension CellProgram {
  fileprivate func state(_ name: String) -> Int {
    offset(ofRangeVariable: name, section: 0, segment: 0) ?? -1
  }
}

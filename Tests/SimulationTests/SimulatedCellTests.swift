import CellModel
import TestSupport
import Testing

@testable import Simulation

/// A cell in bytes.
@Suite struct SimulatedCellTests {
  private var cell: SimulatedCell {
    let leak = MechanismKind(
      name: "pas",
      parameters: [.init(name: "g_pas", defaults: [1e-3], unit: "S/cm2")],
      globals: [.init(name: "x_pas", values: [1, 2])])
    let sodium = MechanismKind(
      name: "na_ion", isIon: true,
      parameters: ["ena", "nai", "nao"].map { .init(name: $0, defaults: [1]) })
    let synapse = MechanismKind(
      name: "Exp2Syn",
      parameters: [.init(name: "tau1", defaults: [0.1]), .init(name: "w", defaults: [1, 2])])
    func section(_ name: String, _ attachment: Section.Attachment?, _ count: Int) -> Section {
      Section(
        name: name, role: attachment == nil ? .soma : .apical, attachment: attachment, length: 20,
        axialResistivity: 100,
        segments: (0..<count).map {
          .init(
            diameter: 1.5 + Double($0), area: 1 / 3, axialResistance: 0.1, capacitance: .pi)
        }, endResistance: 1e-30,
        insertions: [
          .init(mechanism: 1, values: (0..<count).map { [50, 10, Double($0)] }),
          .init(mechanism: 0, values: (0..<count).map { _ in [-0.0] }),
        ])
    }
    var cell = SimulatedCell(
      model: CellModel(
        name: "cell \"µ\"\n", temperature: 34, initialPotential: -65, mechanisms: [leak, sodium],
        pointProcessKinds: [synapse], leaks: [],
        sections: [
          section("soma", nil, 1), section("", .init(parent: 0, position: 0.3, ownEnd: 1), 3),
        ],
        pointProcesses: [
          .init(kind: 0, section: 1, position: 0.5, values: [0.2, .infinity, 3]),
          .init(kind: 0, section: 0, position: 0, values: [0, 0, 0], mayMerge: false),
        ]),
      ions: ["na": .init(valence: 1, inside: 10, outside: 140)], styles: [["na": [21]], [:]])
    cell.pointers = [
      .init(name: "level_x", place: .segment(section: 1, segment: 2)):
        .range("v", section: 0, position: 0.5),
      .init(name: "level", place: .process(1)): .member("g", process: 0),
      .init(name: "other", place: .process(1)): .other,
    ]
    cell.externals = ["level_owner": 0.5]
    cell.elsewhere = ["hh"]
    cell.types = ["hh": 7, "pas": 3]
    return cell
  }

  @Test func itIsWhatWasWritten() throws {
    #expect(try SimulatedCell(bytes: cell.bytes) == cell)
    var without = cell.model
    without.initialPotential = nil
    without.pointProcesses = []
    let other = SimulatedCell(model: without, ions: [:], styles: [[:], [:]])
    #expect(try SimulatedCell(bytes: other.bytes) == other)
  }

  @Test func aPartOfItIsRefused() {
    let bytes = cell.bytes
    for count in bytes.indices {
      #expect(throws: SimulationError.self) { try SimulatedCell(bytes: Array(bytes[..<count])) }
    }
    #expect(throws: SimulationError.self) { try SimulatedCell(bytes: bytes + [0]) }
  }

  /// Whatever is changed, what is read holds together.
  @Test(arguments: 0..<20) func damagedBytesEndInAnErrorOrInACell(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let bytes = cell.bytes
    for _ in 0..<200 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        damaged[Int.random(in: damaged.indices, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      guard let read = try? SimulatedCell(bytes: damaged) else { continue }
      #expect(throws: Never.self) { try read.model.validate() }
      #expect(read.styles.count == read.model.sections.count)
    }
  }
}

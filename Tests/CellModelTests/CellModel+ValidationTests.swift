import CellModel
import Testing

@Suite struct CellModelValidationTests {
  /// A soma with a dendrite on it, one mechanism in both and one point process with a connection.
  private static let cell = CellModel(
    name: "cell",
    mechanisms: [
      MechanismKind(name: "Ih", parameters: [.init(name: "g_Ih", defaults: [1, 2])]),
      MechanismKind(name: "peak"),
    ],
    pointProcessKinds: [
      MechanismKind(name: "ExpSyn", parameters: [.init(name: "tau", defaults: [1])])
    ],
    sections: [section("soma", .soma), section("dend", .basal, on: 0)],
    pointProcesses: [PointProcess(kind: 0, section: 1, position: 1, values: [2])],
    connections: [Connection(target: 0, weights: [])])

  private static func section(
    _ name: String, _ role: Section.Role, on parent: Int? = nil
  ) -> Section {
    Section(
      name: name, role: role, attachment: parent.map { .init(parent: $0, position: 0.5) },
      length: 10, axialResistivity: 100,
      segments: [Section.Segment](
        repeating: .init(diameter: 1, area: 10, axialResistance: 1, capacitance: 1), count: 2),
      endResistance: 1,
      insertions: [
        .init(mechanism: 1, values: [[], []]), .init(mechanism: 0, values: [[1, 2], [3, 4]]),
      ])
  }

  @Test func passesWhatHoldsTogether() throws {
    try Self.cell.validate()
    try CellModel(name: "nothing").validate()
  }

  /// What the numbers mean is no question of structure.
  @Test func passesAnyProperties() throws {
    var cell = Self.cell
    cell.temperature = .nan
    cell.sections[1].length = -1
    cell.sections[1].segments[0] = .init(
      diameter: 0, area: .infinity, axialResistance: -.infinity, capacitance: .nan)
    cell.sections[1].insertions[1].values[0] = [.nan, .infinity]
    cell.pointProcesses[0].values = [.nan]
    cell.connections[0].weights = [.nan, -.infinity]
    try cell.validate()
  }

  private static let faults:
    [(error: CellModelError, names: [String], make: @Sendable (inout CellModel) -> Void)] =
      [
        (
          .unconnected(section: "dend", root: "soma"), ["dend", "soma"],
          { $0.sections[1].attachment = nil }
        ),
        (
          .parent(section: "dend", index: 1, parent: 1), ["dend", "section 1"],
          { $0.sections[1].attachment?.parent = 1 }
        ),
        (
          .parent(section: "dend", index: 1, parent: 2), ["dend", "section 2"],
          { $0.sections[1].attachment?.parent = 2 }
        ),
        (
          .parent(section: "dend", index: 1, parent: -1), ["dend", "section -1"],
          { $0.sections[1].attachment?.parent = -1 }
        ),
        (
          .parent(section: "soma", index: 0, parent: 1), ["soma", "section 1"],
          { $0.sections[0].attachment = .init(parent: 1, position: 1) }
        ),
        (
          .attachmentPosition(section: "dend", value: -0.25), ["dend", "-0.25", "0 to 1"],
          { $0.sections[1].attachment?.position = -0.25 }
        ),
        (
          .attachmentPosition(section: "dend", value: .infinity), ["dend", "inf", "0 to 1"],
          { $0.sections[1].attachment?.position = .infinity }
        ),
        (
          .attachedEnd(section: "dend", value: 0.5), ["dend", "0.5", "0 or 1"],
          { $0.sections[1].attachment?.ownEnd = 0.5 }
        ),
        (
          .segmentCount(section: "dend", count: 0, limit: 32_766), ["dend", "0 segments", "32766"],
          { $0.sections[1].segments = [] }
        ),
        (
          .segmentCount(section: "dend", count: 32_767, limit: 32_766),
          ["dend", "32767 segments", "32766"],
          {
            $0.sections[1].segments = [Section.Segment](
              repeating: $0.sections[1].segments[0], count: 32_767)
          }
        ),
        (
          .mechanism(section: "dend", index: 2, known: 2), ["dend", "mechanism 2"],
          { $0.sections[1].insertions[0].mechanism = 2 }
        ),
        (
          .mechanism(section: "dend", index: -1, known: 2), ["dend", "mechanism -1"],
          { $0.sections[1].insertions[0].mechanism = -1 }
        ),
        (
          .repeatedMechanism(section: "dend", mechanism: "peak"), ["dend", "peak", "twice"],
          { $0.sections[1].insertions[1] = $0.sections[1].insertions[0] }
        ),
        (
          .segmentValues(section: "dend", mechanism: "Ih", count: 1, segments: 2),
          ["dend", "Ih", "1 segments", "expected 2"],
          { $0.sections[1].insertions[1].values.removeLast() }
        ),
        (
          .parameterValues(section: "dend", segment: 1, mechanism: "Ih", count: 1, expected: 2),
          ["dend", "Ih", "segment 1", "1 values"],
          { $0.sections[1].insertions[1].values[1] = [4] }
        ),
        (
          .parameterValues(section: "dend", segment: 0, mechanism: "peak", count: 1, expected: 0),
          ["dend", "peak", "segment 0", "1 values"],
          { $0.sections[1].insertions[0].values[0] = [4] }
        ),
        (
          .pointProcessKind(pointProcess: 0, index: 1, known: 1), ["point process 0", "kind 1"],
          { $0.pointProcesses[0].kind = 1 }
        ),
        (
          .pointProcessSection(pointProcess: 0, kind: "ExpSyn", index: 2, known: 2),
          ["point process 0", "ExpSyn", "section 2"], { $0.pointProcesses[0].section = 2 }
        ),
        (
          .pointProcessPosition(pointProcess: 0, kind: "ExpSyn", section: "dend", value: 1.5),
          ["point process 0", "ExpSyn", "1.5 of dend"], { $0.pointProcesses[0].position = 1.5 }
        ),
        (
          .pointProcessValues(pointProcess: 0, kind: "ExpSyn", count: 0, expected: 1),
          ["point process 0", "ExpSyn", "0 values"], { $0.pointProcesses[0].values = [] }
        ),
        (
          .connectionSource(connection: 0, index: 2, known: 2), ["connection 0", "section 2"],
          { $0.connections[0].source = .crossing(section: 2, position: nil) }
        ),
        (
          .leakMechanism(leak: 0, index: 2, known: 2), ["leak 0", "mechanism 2"],
          { $0.leaks = [Leak(mechanism: 2, conductance: 0)] }
        ),
        (
          .leakValue(leak: 0, mechanism: "Ih", index: 2, known: 2), ["leak 0", "value 2 of Ih"],
          { $0.leaks = [Leak(mechanism: 0, conductance: 0, reversal: 2)] }
        ),
        (
          .leakValue(leak: 0, mechanism: "peak", index: 0, known: 0),
          ["leak 0", "value 0 of peak"],
          { $0.leaks = [Leak(mechanism: 1, conductance: 0)] }
        ),
        (
          .connectionTarget(connection: 0, index: 1, known: 1),
          ["connection 0", "point process 1"],
          { $0.connections[0].target = 1 }
        ),
      ]

  @Test(arguments: faults.indices)
  func refusesAndNamesWhatDoesNot(fault: Int) {
    let (error, names, make) = Self.faults[fault]
    var cell = Self.cell
    make(&cell)
    #expect(throws: error) { try cell.validate() }
    for name in names + ["expected"] {
      #expect(error.description.contains(name), "\(error.description)")
    }
  }

  @Test func positionsThatAreNoNumbersAreRefused() {
    var cell = Self.cell
    cell.sections[1].attachment?.position = .nan
    #expect(throws: CellModelError.self) { try cell.validate() }
    cell = Self.cell
    cell.pointProcesses[0].position = .nan
    #expect(throws: CellModelError.self) { try cell.validate() }
    cell = Self.cell
    cell.sections[1].attachment?.ownEnd = .nan
    #expect(throws: CellModelError.self) { try cell.validate() }
  }
}

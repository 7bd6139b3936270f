import CellModel
import Foundation
import Testing

@Suite struct CellModelTests {
  private static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(value)
  }

  // MARK: Stored cells

  @Test(arguments: UInt64(1)...50)
  func comesBackFromJSONToTheLastBit(seed: UInt64) throws {
    let cell = CellModel(seed: seed)
    let stored = try Self.encode(cell)
    let restored = try JSONDecoder().decode(CellModel.self, from: stored)
    #expect(restored == cell)
    #expect(try Self.encode(restored) == stored)
  }

  /// Stored cells outlive a release: a changed key or value breaks them.
  @Test func hasOneFormInJSON() throws {
    let cell = CellModel(
      name: "L5PC", temperature: 34, initialPotential: -80.5,
      mechanisms: [
        MechanismKind(
          name: "pas",
          parameters: [
            .init(name: "g_pas", defaults: [0.25], unit: "S/cm2"),
            .init(name: "e_pas", defaults: [-70], unit: "mV"),
          ])
      ],
      pointProcessKinds: [
        MechanismKind(
          name: "Exp2Syn", parameters: [.init(name: "tau1", defaults: [0.5])],
          globals: [.init(name: "total", values: [3])])
      ],
      sections: [
        Section(
          name: "soma[0]", role: .soma, length: 20, axialResistivity: 100,
          segments: [
            .init(diameter: 18.5, area: 1000, axialResistance: 0.125, capacitance: 2)
          ],
          endResistance: 0.25, insertions: [.init(mechanism: 0, values: [[0.5, -75]])]),
        Section(
          name: "dend[0]", role: .basal, attachment: .init(parent: 0, position: 0.5, ownEnd: 1),
          length: 1.5, axialResistivity: 150, segments: [], endResistance: 4),
      ],
      pointProcesses: [.init(kind: 0, section: 1, position: 0.75, values: [1.25])],
      connections: [.init(target: 0, weights: [0.0625, 2])])
    let expected = """
      {"connections":[{"delay":1,"isActive":true,"source":{"none":{}},"target":0,\
      "threshold":10,"weights":[0.0625,2]}],\
      "initialPotential":-80.5,\
      "leaks":[{"conductance":0,"factor":1,"mechanism":0,"reversal":1}],\
      "mechanisms":[{"currents":[],"globals":[],"isIon":false,"name":"pas","parameters":[\
      {"defaults":[0.25],"name":"g_pas","unit":"S\\/cm2"},\
      {"defaults":[-70],"name":"e_pas","unit":"mV"}]}],\
      "name":"L5PC",\
      "pointProcessKinds":[{"currents":[],"globals":[{"name":"total","values":[3]}],"isIon":false,\
      "name":"Exp2Syn","parameters":[{"defaults":[0.5],"name":"tau1","unit":""}]}],\
      "pointProcesses":[{"kind":0,"mayMerge":true,"position":0.75,"section":1,\
      "values":[1.25]}],\
      "sections":[{"axialResistivity":100,"endResistance":0.25,\
      "insertions":[{"mechanism":0,"values":[[0.5,-75]]}],"length":20,"name":"soma[0]",\
      "role":"soma","segments":[\
      {"area":1000,"axialResistance":0.125,"capacitance":2,"diameter":18.5}]},\
      {"attachment":{"ownEnd":1,"parent":0,"position":0.5},"axialResistivity":150,\
      "endResistance":4,"insertions":[],"length":1.5,"name":"dend[0]","role":"basal",\
      "segments":[]}],\
      "temperature":34}
      """
    #expect(String(decoding: try Self.encode(cell), as: UTF8.self) == expected)
  }

  @Test(arguments: [
    (Section.Role.soma, "soma"), (.axon, "axon"), (.apical, "apical"), (.basal, "basal"),
  ])
  func storesRolesByName(role: Section.Role, name: String) throws {
    #expect(try Self.encode([role]) == Data("[\"\(name)\"]".utf8))
  }

  @Test func refusesARoleThatItDoesNotKnow() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Section.Role].self, from: Data("[\"dendrite\"]".utf8))
    }
  }

  @Test func storesPoints() throws {
    let cell = CellModel(name: "cell", sections: [SectionTests.section(segmentCount: 4)])
    let point = cell.point(at: 0.3, ofSection: 0)
    let stored = try Self.encode(point)
    #expect(stored == Data(#"{"position":0.375,"section":0}"#.utf8))
    #expect(try JSONDecoder().decode(CellModel.Point.self, from: stored) == point)
  }

  // MARK: The leak

  @Test func thePassiveLeakIsFoundByItself() {
    let kinds = ["na_ion", "pas", "Ih"].map {
      MechanismKind(
        name: $0,
        parameters: [
          .init(name: "g_\($0)", defaults: [1]), .init(name: "e_\($0)", defaults: [-70]),
        ])
    }
    #expect(
      CellModel(name: "cell", mechanisms: kinds).leaks == [
        Leak(mechanism: 1, conductance: 0, reversal: 1)
      ])
    #expect(CellModel(name: "cell", mechanisms: [kinds[0], kinds[2]]).leaks == [])
  }

  /// NEURON's own defaults, where nothing else is said.
  @Test func isEmptyAndAtNEURONsTemperatureUnlessToldOtherwise() {
    let cell = CellModel(name: "cell")
    #expect(cell.temperature == 6.3)
    #expect(cell.initialPotential == nil)
    #expect(cell.sections.isEmpty)
    #expect(cell.pointProcesses.isEmpty)
    #expect(cell.connections.isEmpty)
  }
}

import CNEURON
import CellModel
import Reduction

@testable import NEURONBridge
@testable import NeuronReduceABI

/// A reduction that C may read, of a cell that is nowhere but here: a soma with a dendrite of 300 µm, on
/// which there are two equal synapses.
func reducedValue() throws -> OpaquePointer {
  func section(_ name: String, _ role: Section.Role, length: Double, diameter: Double, on: Int?)
    -> Section
  {
    let area = Double.pi * diameter * length
    // Ω·cm · µm / µm² = 1e-2 MΩ, of half the section.
    let resistance = 150 * length / 2 / (.pi * diameter * diameter / 4) * 1e-2
    return Section(
      name: name, role: role, attachment: on.map { .init(parent: $0, position: 1) },
      length: length, axialResistivity: 150,
      segments: [
        .init(diameter: diameter, area: area, axialResistance: resistance, capacitance: 1)
      ],
      endResistance: resistance, insertions: [.init(mechanism: 0, values: [[5e-5, -70]])])
  }
  let cell = CellModel(
    name: "cell",
    mechanisms: [
      MechanismKind(
        name: "pas",
        parameters: [
          .init(name: "g_pas", defaults: [0.001]), .init(name: "e_pas", defaults: [-70]),
        ])
    ],
    pointProcessKinds: [
      MechanismKind(name: "ExpSyn", parameters: [.init(name: "tau", defaults: [0.1])])
    ],
    sections: [
      section("soma[0]", .soma, length: 20, diameter: 20, on: nil),
      section("dend[0]", .basal, length: 300, diameter: 2, on: 0),
    ],
    pointProcesses: [
      PointProcess(kind: 0, section: 1, position: 0.5, values: [2]),
      PointProcess(kind: 0, section: 1, position: 0.5, values: [2]),
    ],
    connections: [Connection(target: 0, weights: [1]), Connection(target: 1, weights: [1])])
  // Of which nothing is called: a value is reduced.
  let neuron = try NEURON { table, _ in
    UnsafeMutableRawPointer(table).initializeMemory(
      as: UInt8.self, repeating: 1, count: MemoryLayout<neuron_api>.size)
    return true
  }
  let live = LiveCell(
    model: cell, listedCount: 2, listedConnections: [0, 1], neuron: neuron, sections: [],
    synapses: [], connections: [])
  let result = ReductionResult(
    try LiveReduction(of: live, settings: ReductionSettings()), secondsOfReading: 0.25)
  return OpaquePointer(Unmanaged.passRetained(result).toOpaque())
}

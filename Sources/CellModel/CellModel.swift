/// What a simulator knows of one cell, as a plain value: nothing in it refers to the simulator, so
/// it can be compared, stored, sent to another thread and reduced anywhere.
///
/// Units are NEURON's throughout: µm, µm², ms, mV, MΩ, µS (weights of conductance synapses), µF/cm²,
/// S/cm², Ω·cm, °C, and for mechanism parameters whatever the mechanism declares.
package struct CellModel: Sendable, Codable, Equatable {
  /// The cell's name in its session, for messages.
  package var name: String
  /// celsius, in °C.
  package var temperature: Double
  /// v_init, in mV; nil where the session has none.
  package var initialPotential: Double?
  /// The density mechanisms and ions found in the cell's sections.
  package var mechanisms: [MechanismKind]
  /// The kinds of point process found on the cell.
  package var pointProcessKinds: [MechanismKind]
  /// What the passive membrane conducts by.
  package var leaks: [Leak]
  /// Every section follows the one it is attached to.
  package var sections: [Section]
  package var pointProcesses: [PointProcess]
  package var connections: [Connection]

  /// A cell of what the properties say. `leaks` may be nil: that of `pas`, where it is among the mechanisms.
  package init(
    name: String, temperature: Double = 6.3, initialPotential: Double? = nil,
    mechanisms: [MechanismKind] = [], pointProcessKinds: [MechanismKind] = [],
    leaks: [Leak]? = nil, sections: [Section] = [], pointProcesses: [PointProcess] = [],
    connections: [Connection] = []
  ) {
    self.name = name
    self.temperature = temperature
    self.initialPotential = initialPotential
    self.mechanisms = mechanisms
    self.pointProcessKinds = pointProcessKinds
    self.leaks = leaks ?? Leak.passive(among: mechanisms).map { [$0] } ?? []
    self.sections = sections
    self.pointProcesses = pointProcesses
    self.connections = connections
  }
}

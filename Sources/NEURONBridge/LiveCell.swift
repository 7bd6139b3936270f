import CNEURON
import CellModel

/// What a caller names of a cell in the session: sections and objects by NEURON's own references.
package struct LiveCellReferences {
  /// For messages.
  package let name: String
  /// SectionLists: the soma's sections, and which sections are apical and axon.
  package let soma, apical, axonal: ObjectReference
  /// Point processes, and the NetCons that target them, one for one.
  package let synapses, connections: [ObjectReference]

  package init(
    name: String, soma: ObjectReference, apical: ObjectReference, axonal: ObjectReference,
    synapses: [ObjectReference], connections: [ObjectReference]
  ) {
    self.name = name
    self.soma = soma
    self.apical = apical
    self.axonal = axonal
    self.synapses = synapses
    self.connections = connections
  }
}

/// A cell that was read, with what leads from its value back to the session: the section, synapse and
/// NetCon behind each index of the model.
package struct LiveCell {
  package let model: CellModel
  /// How many of the model's point processes, the first ones, the caller listed.
  package let listedCount: Int
  /// For the model's connections, the first ones, their places in the caller's list.
  let listedConnections: [Int]
  let sections: [SectionReference]
  /// The objects behind the model's point processes and connections, index by index.
  let synapses, connections: [ObjectReference]
}

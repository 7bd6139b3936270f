import CNEURON
import CellModel

/// Reads a cell of the session into a `CellModel`. Nothing in the session is changed.
package struct CellReader {
  private let neuron: NEURON
  private let references: LiveCellReferences

  package init(_ neuron: NEURON, _ references: LiveCellReferences) {
    self.neuron = neuron
    self.references = references
  }

  /// Reads sections with their mechanisms, synapses and NetCons.
  ///
  /// - Throws: `BridgeError`, naming the section or list element at fault.
  package func read() throws(BridgeError) -> LiveCell {
    let catalog = try MechanismCatalog(neuron)
    let topology = try CellTopology(neuron, references)
    var sectionReader = try SectionReader(neuron, catalog)
    defer { sectionReader.close() }
    var sections: [Section] = []
    for node in topology.nodes { sections.append(try sectionReader.read(node)) }

    var synapseReader = SynapseReader(
      neuron, catalog, cellName: references.name, sections: topology.nodes.map(\.section))
    let pointProcesses = try synapseReader.pointProcesses(references.synapses)
    let connections = try synapseReader.connections(
      references.connections, to: references.synapses, pointProcesses)

    let model = CellModel(
      name: references.name, temperature: value(of: "celsius") ?? .nan,
      initialPotential: value(of: "v_init"), mechanisms: sectionReader.kinds,
      pointProcessKinds: synapseReader.kinds, sections: sections, pointProcesses: pointProcesses,
      connections: connections)
    return LiveCell(
      model: model, sections: topology.nodes.map(\.section), synapses: references.synapses,
      connections: references.connections)
  }

  /// A number of the session by its hoc name; nil where there is none.
  private func value(of name: String) -> Double? {
    neuron.api.symbol(name).flatMap { neuron.api.symbol_data($0) }?.pointee
  }
}

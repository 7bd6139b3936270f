import CNEURON
import CellModel

/// Reads a cell of the session into a `CellModel`. Nothing in the session is changed.
struct CellReader {
  private let neuron: NEURON
  private let references: LiveCellReferences

  init(_ neuron: NEURON, _ references: LiveCellReferences) {
    self.neuron = neuron
    self.references = references
  }

  /// Reads sections with their mechanisms, the listed synapses and NetCons, and after them what else
  /// is attached to the dendrites.
  ///
  /// - Throws: `BridgeError`, naming the section or list element at fault.
  func read() throws(BridgeError) -> LiveCell {
    let catalog = try MechanismCatalog(neuron)
    let topology = try CellTopology(neuron, references)
    var sectionReader = try SectionReader(neuron, catalog)
    defer { sectionReader.close() }
    var sections: [Section] = []
    for node in topology.nodes { sections.append(try sectionReader.read(node)) }

    var processReader = PointProcessReader(
      neuron, catalog, cellName: references.name, sections: topology.nodes.map(\.section))
    var connectionReader = ConnectionReader(neuron, sections: topology.nodes.map(\.section))
    guard references.isWhole || references.synapses.count == references.connections.count else {
      throw .listsDiffer(
        synapses: references.synapses.count, connections: references.connections.count)
    }
    var synapses = references.synapses
    var processes: [PointProcess] = []
    processes.reserveCapacity(synapses.count)
    for (index, synapse) in synapses.enumerated() {
      processes.append(try processReader.listed(synapse, index: index))
    }
    try PointerKinds.keepApart(&processes, synapses, kinds: processReader.kinds, in: neuron)
    var netCons = references.connections
    var connections: [Connection] = []
    connections.reserveCapacity(netCons.count)
    for (index, netCon) in netCons.enumerated() {
      connections.append(
        try connectionReader.listed(
          netCon, index: index, targeting: synapses[index], processes[index]))
    }
    let listedConnections = netCons.firstOccurrences() ?? Array(netCons.indices)
    if listedConnections.count < netCons.count {
      // A NetCon that is listed twice is one all the same.
      netCons = listedConnections.map { netCons[$0] }
      connections = listedConnections.map { connections[$0] }
    }

    if !references.isWhole {
      let unlisted = UnlistedReader(neuron, catalog)
      for (object, process) in try unlisted.pointProcesses(
        notAmong: synapses, processes, of: sections, &processReader)
      {
        synapses.append(object)
        processes.append(process)
      }
      for (object, connection) in try unlisted.connections(
        notAmong: netCons, onto: synapses, processes, &connectionReader)
      {
        netCons.append(object)
        connections.append(connection)
      }
    }

    let read = CellModel(
      name: references.name, temperature: neuron.number(named: "celsius") ?? .nan,
      initialPotential: neuron.number(named: "v_init"), mechanisms: sectionReader.kinds,
      pointProcessKinds: processReader.kinds, sections: sections, pointProcesses: processes,
      connections: connections)
    let (model, order) = try rooted(read)
    return LiveCell(
      model: model, listedCount: references.synapses.count, listedConnections: listedConnections,
      neuron: neuron, sections: order.map { topology.nodes[$0].section }, synapses: synapses,
      connections: netCons)
  }

  /// The cell with its soma at the root, and for each section its index among those that were read. In the
  /// session a soma that hangs on a dendrite is free when the dendrite is deleted.
  private func rooted(
    _ model: CellModel
  ) throws(BridgeError) -> (model: CellModel, order: [Int]) {
    do throws(CellModelError) {
      try model.validate()
      guard let (cell, order) = try model.rootedAtSoma() else {
        return (model, Array(model.sections.indices))
      }
      return (cell, order)
    } catch {
      throw .reduction(.model(error))
    }
  }
}

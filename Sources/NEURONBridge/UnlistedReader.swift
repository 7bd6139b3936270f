import CNEURON
import CellModel

/// What is attached to a cell's dendrites but in none of the caller's lists: other point processes
/// (clamps, synapses without a NetCon) and other NetCons onto the cell's point processes. It would be
/// lost, or left pointing to nothing, when the dendrites go.
struct UnlistedReader {
  private let neuron: NEURON
  private let catalog: MechanismCatalog

  init(_ neuron: NEURON, _ catalog: MechanismCatalog) {
    self.neuron = neuron
    self.catalog = catalog
  }

  /// Point processes on dendrites that are not among the listed ones.
  ///
  /// - Parameters:
  ///   - processes: what was read of the listed ones.
  ///   - sections: the cell's.
  func pointProcesses(
    notAmong listed: [ObjectReference], _ processes: [PointProcess], of sections: [Section],
    _ reader: inout PointProcessReader
  ) throws(BridgeError) -> [(object: ObjectReference, process: PointProcess)] {
    var countsByKind = [Int](repeating: 0, count: reader.kinds.count)
    if let first = listed.firstOccurrences() {
      for index in first { countsByKind[processes[index].kind] += 1 }
    } else {
      for process in processes { countsByKind[process.kind] += 1 }
    }
    let counts = Dictionary(
      zip(reader.kinds.map(\.name), countsByKind), uniquingKeysWith: { first, _ in first })

    var known: Set<ObjectReference> = []
    var found: [(ObjectReference, PointProcess)] = []
    for name in catalog.pointProcessNames.sorted() {
      try neuron.forEachObject(ofClass: name, unlessCountIs: counts[name] ?? 0) {
        object throws(BridgeError) in
        if known.isEmpty { known = Set(listed) }
        guard !known.contains(object), var process = try reader.ifOnCell(object),
          sections[process.section].role.isDendritic
        else { return }
        process.mayMerge = false
        found.append((object, process))
      }
    }
    return found
  }

  /// NetCons onto point processes of the model that are not among the listed ones.
  ///
  /// - Parameters:
  ///   - listed: each of them once.
  ///   - processes: the model's point processes with the objects they were read from.
  func connections(
    notAmong listed: [ObjectReference], onto objects: [ObjectReference],
    _ processes: [PointProcess], _ reader: inout ConnectionReader
  ) throws(BridgeError) -> [(object: ObjectReference, connection: Connection)] {
    var known: Set<ObjectReference> = []
    var indices: [ObjectReference: Int] = [:]
    var found: [(ObjectReference, Connection)] = []
    try neuron.forEachObject(ofClass: "NetCon", unlessCountIs: listed.count) {
      object throws(BridgeError) in
      if indices.isEmpty {
        known = Set(listed)
        indices = objects.firstIndices()
      }
      guard !known.contains(object), let target = try reader.target(of: object),
        let index = indices[target]
      else { return }
      found.append(
        (object, try reader.connection(object, target: index, kind: processes[index].kind)))
    }
    return found
  }
}

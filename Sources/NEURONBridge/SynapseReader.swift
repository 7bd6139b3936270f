import CNEURON
import CellModel

/// Reads synapses and the NetCons that target them.
struct SynapseReader {
  /// The kinds of point process met so far.
  private(set) var kinds: [MechanismKind] = []

  private let neuron: NEURON
  private let catalog: MechanismCatalog
  private let cellName: String
  private let sectionIndices: [SectionReference: Int]
  /// By NEURON's own copy of a class's name, which is one for all its objects.
  private var readers: [UnsafePointer<CChar>: KindReader] = [:]

  /// The arrays of values met last, which most synapses and NetCons share.
  private var values = SharedArrays()

  private struct KindReader {
    let kind: Int
    let properties: [(name: HocString, size: Int)]
    let location: SymbolReference
  }

  init(
    _ neuron: NEURON, _ catalog: MechanismCatalog, cellName: String,
    sections: [SectionReference]
  ) {
    self.neuron = neuron
    self.catalog = catalog
    self.cellName = cellName
    sectionIndices = Dictionary(
      sections.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first }
    )
  }

  mutating func pointProcesses(
    _ objects: [ObjectReference]
  ) throws(BridgeError) -> [PointProcess] {
    var processes: [PointProcess] = []
    processes.reserveCapacity(objects.count)
    for (index, object) in objects.enumerated() {
      processes.append(try pointProcess(object, index: index))
    }
    return processes
  }

  private mutating func pointProcess(
    _ object: ObjectReference, index: Int
  ) throws(BridgeError) -> PointProcess {
    let reader = try reader(for: object, index: index)
    guard neuron.api.point_process_is_placed(object) else {
      throw .unplacedSynapse(index: index, kind: kinds[reader.kind].name)
    }
    let position = try neuron.call(reader.location, of: object).number
    let section = neuron.api.accessed_section()
    neuron.api.section_pop()
    guard let sectionIndex = sectionIndices[section] else {
      throw .foreignSynapse(
        index: index, kind: kinds[reader.kind].name, section: neuron.name(of: section),
        cell: cellName)
    }
    return PointProcess(
      kind: reader.kind, section: sectionIndex, position: position,
      values: values.shared { values in
        for (name, size) in reader.properties {
          if size == 1 {
            values.append(neuron.api.property(object, name.cString))
          } else {
            for element in 0..<size {
              values.append(neuron.api.property_element(object, name.cString, Int32(element)))
            }
          }
        }
      })
  }

  private mutating func reader(
    for object: ObjectReference, index: Int
  ) throws(BridgeError) -> KindReader {
    let className = neuron.api.class_name(object)
    if let reader = readers[className] { return reader }
    let name = String(cString: className)
    guard catalog.pointProcessNames.contains(name) else {
      throw .notAPointProcess(index: index, found: "a \(name)")
    }
    let kind = try catalog.kind(named: name)
    let reader = KindReader(
      kind: kinds.count,
      properties: kind.parameters.map { (HocString($0.name), $0.defaults.count) },
      location: try neuron.method("get_loc", of: object))
    kinds.append(kind)
    readers[className] = reader
    return reader
  }

  /// Reads the NetCons, the i-th of which must target the i-th synapse.
  mutating func connections(
    _ objects: [ObjectReference], to synapses: [ObjectReference], _ pointProcesses: [PointProcess]
  ) throws(BridgeError) -> [Connection] {
    guard objects.count == synapses.count else {
      throw .listsDiffer(synapses: synapses.count, connections: objects.count)
    }
    var netConName: UnsafePointer<CChar>?
    var methods: ConnectionMethods?
    var weightCounts = [Int?](repeating: nil, count: kinds.count)
    let delayName = HocString("delay")
    let thresholdName = HocString("threshold")
    let weightName = HocString("weight")
    var connections: [Connection] = []
    connections.reserveCapacity(objects.count)
    for (index, object) in objects.enumerated() {
      let className = neuron.api.class_name(object)
      if className != netConName {
        let name = String(cString: className)
        guard name == "NetCon" else { throw .notANetCon(index: index, found: "a \(name)") }
        netConName = className
        methods = try ConnectionMethods(
          targetLocation: neuron.method("postloc", of: object),
          target: neuron.method("syn", of: object),
          weightCount: neuron.method("wcnt", of: object))
      }
      guard let methods else { continue }
      try check(object, methods, targets: synapses[index], index: index)
      // The target's NET_RECEIVE decides how many weights a NetCon has.
      let kind = pointProcesses[index].kind
      let known = weightCounts[kind]
      let weightCount =
        if let known { known } else { Int(try neuron.call(methods.weightCount, of: object).number) }
      weightCounts[kind] = weightCount
      connections.append(
        Connection(
          target: index, delay: neuron.api.property(object, delayName.cString),
          threshold: neuron.api.property(object, thresholdName.cString),
          weights: values.shared { weights in
            for element in 0..<weightCount {
              weights.append(
                neuron.api.property_element(object, weightName.cString, Int32(element)))
            }
          }))
    }
    return connections
  }

  private struct ConnectionMethods {
    let targetLocation, target, weightCount: SymbolReference
  }

  private func check(
    _ connection: ObjectReference, _ methods: ConnectionMethods,
    targets synapse: ObjectReference, index: Int
  ) throws(BridgeError) {
    // Without a target, NEURON's call for the target object would end the process.
    guard try neuron.call(methods.targetLocation, of: connection).number >= 0 else {
      throw .connectionTarget(index: index, found: "no point process on a section")
    }
    neuron.api.section_pop()
    guard case .object(let target?) = try neuron.call(methods.target, of: connection) else {
      throw .connectionTarget(index: index, found: "nothing")
    }
    defer { neuron.api.object_unref(target) }
    guard target == synapse else {
      let kind = String(cString: neuron.api.class_name(target))
      throw .connectionTarget(index: index, found: "another point process (\(kind))")
    }
  }
}

/// Equal arrays kept once: thousands of synapses have the same few sets of values, and an allocation
/// for each would cost more than reading them.
private struct SharedArrays {
  private var recent: [[Double]] = []
  private var scratch: [Double] = []

  /// The array that `fill` appends, shared with an equal one that was met lately.
  mutating func shared(_ fill: (inout [Double]) -> Void) -> [Double] {
    scratch.removeAll(keepingCapacity: true)
    fill(&scratch)
    for known in recent where known == scratch { return known }
    if recent.count == 8 { recent.removeFirst() }
    let new = Array(scratch)
    recent.append(new)
    scratch = []
    return new
  }
}

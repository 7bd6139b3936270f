import CNEURON
import CellModel

/// Reads NetCons.
struct ConnectionReader {
  private let neuron: NEURON
  private let weight = HocString("weight")
  private let delay = HocString("delay")
  private let threshold = HocString("threshold")
  private var values = SharedArrays()
  /// By kind of the target, whose NET_RECEIVE decides how many weights a NetCon has.
  private var weightCounts: [Int: Int] = [:]
  /// Once a NetCon was met.
  private var netCon: NetConClass?

  private var sources: EventSourceReader

  private struct NetConClass {
    /// NEURON's own copy, one for all objects of the class.
    let name: UnsafePointer<CChar>
    let targetLocation, target, isActive, hasSourceAndTarget: SymbolReference
  }

  /// - Parameter sections: the cell's.
  init(_ neuron: NEURON, sections: [SectionReference]) {
    self.neuron = neuron
    sources = EventSourceReader(neuron, sections: sections)
  }

  /// Reads an element of the caller's list, which must be a NetCon that targets the synapse with the
  /// same index.
  mutating func listed(
    _ object: ObjectReference, index: Int, targeting synapse: ObjectReference,
    _ process: PointProcess
  ) throws(BridgeError) -> Connection {
    guard let netCon = try netConClass(of: object) else {
      throw .notANetCon(
        index: index, found: "a \(String(cString: neuron.api.class_name(object)))")
    }
    guard let target = try target(of: object, netCon) else {
      throw .connectionTarget(index: index, found: "no point process on a section")
    }
    guard target == synapse else {
      let kind = String(cString: neuron.api.class_name(target))
      throw .connectionTarget(index: index, found: "another point process (\(kind))")
    }
    return try connection(object, target: index, kind: process.kind)
  }

  /// The point process on a section that a NetCon targets; nil where there is none. Not owned.
  mutating func target(of object: ObjectReference) throws(BridgeError) -> ObjectReference? {
    try netConClass(of: object).flatMap { netCon throws(BridgeError) in
      try target(of: object, netCon)
    }
  }

  private func target(
    of object: ObjectReference, _ netCon: NetConClass
  ) throws(BridgeError) -> ObjectReference? {
    // A target without a place is none: its section was deleted.
    guard try neuron.call(netCon.targetLocation, of: object).number >= 0 else { return nil }
    neuron.api.section_pop()
    guard case .object(let target?) = try neuron.call(netCon.target, of: object) else {
      return nil
    }
    neuron.api.object_unref(target)
    return target
  }

  /// How NetCons are asked; nil where the object is none.
  private mutating func netConClass(of object: ObjectReference) throws(BridgeError) -> NetConClass?
  {
    let name = neuron.api.class_name(object)
    if let netCon, netCon.name == name { return netCon }
    guard String(cString: name) == "NetCon" else { return nil }
    let found = NetConClass(
      name: name, targetLocation: try neuron.method("postloc", of: object),
      target: try neuron.method("syn", of: object),
      isActive: try neuron.method("active", of: object),
      hasSourceAndTarget: try neuron.method("valid", of: object))
    netCon = found
    return found
  }

  /// Reads a NetCon.
  ///
  /// - Parameters:
  ///   - target: index of the point process that it targets.
  ///   - kind: that point process's kind.
  mutating func connection(
    _ object: ObjectReference, target: Int, kind: Int
  ) throws(BridgeError) -> Connection {
    let known = weightCounts[kind]
    let count =
      if let known { known } else {
        try neuron.call(neuron.method("wcnt", of: object), of: object).count
      }
    weightCounts[kind] = count
    guard let netCon = try netConClass(of: object) else {
      throw .neuron(doing: "reading a NetCon", message: "it is none")
    }
    var connection = Connection(
      target: target,
      weights: values.shared { weights in
        for element in 0..<count {
          weights.append(neuron.api.property_element(object, weight.cString, Int32(element)))
        }
      }, isActive: try neuron.call(netCon.isActive, of: object).number != 0)
    // Where the source is gone, as a NetStim that nothing keeps, nobody says delay and threshold.
    if try neuron.call(netCon.hasSourceAndTarget, of: object).number != 0 {
      connection.delay = neuron.api.property(object, delay.cString)
      connection.threshold = neuron.api.property(object, threshold.cString)
      (connection.source, connection.sourceIdentity) = try sources.source(of: object)
    }
    return connection
  }
}

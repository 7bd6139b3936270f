import CellFile
import NEURONBridge

/// The NetCons onto some point processes, in the order in which NEURON made them, and what has their events.
struct DescribedDrive {
  private(set) var sources: [KeptCell.Source] = []
  private(set) var connections: [KeptCell.Connection] = []
  /// By NetCon its index.
  private(set) var indices: [ObjectReference: Int] = [:]
  private(set) var notes: [String] = []

  /// NEURON's own of a NetCon, in mV.
  private static let threshold = 10.0

  private enum Key: Hashable {
    case object(ObjectReference)
    case potential(Int, Double)
    case gid(Int)
  }

  /// - Parameters:
  ///   - sections: the cell's, with their indices.
  ///   - processes: its point processes, likewise.
  init(
    _ neuron: NEURON, sections: [SectionReference: Int], processes: [ObjectReference: Int]
  ) throws(BridgeError) {
    var netCons: [ObjectReference] = []
    try neuron.forEachObject(ofClass: "NetCon") { netCons.append($0) }
    let inputs = try EventInputs(netCons)
    let driven = Set(inputs.netCons.compactMap(\.target))
    var places: [Key: Int] = [:]
    var unknown: [(what: String, count: Int)] = []
    let count = { (what: String) in
      if let place = unknown.firstIndex(where: { $0.what == what }) {
        unknown[place].count += 1
      } else {
        unknown.append((what, 1))
      }
    }
    for (object, netCon) in zip(netCons, inputs.netCons) {
      guard let target = netCon.target, let process = processes[target] else { continue }
      var (key, described): (Key?, KeptCell.Source?) = (nil, nil)
      if let source = netCon.source {
        key = .object(source)
        let stimulator = netCon.stimulator.map { inputs.stimulators[$0] }
        if let own = processes[source] {
          described = .process(own)
        } else if let stimulator, let ids = stimulator.ids, !driven.contains(source) {
          described = .netStim(
            interval: stimulator.interval, number: stimulator.number, start: stimulator.start,
            noise: stimulator.noise, ids: [ids.0, ids.1, ids.2].map { Int($0) })
        } else {
          let kind = String(cString: neuron.api.class_name(source))
          described = .unknown(
            stimulator != nil ? "\(kind)s that NetCons start and stop" : "\(kind)s")
        }
      } else if !netCon.isValid {
        count("sources that are gone")
      } else {
        let position = try neuron.call(neuron.method("preloc", of: object), of: object).number
        if position != -1 {
          defer { neuron.api.section_pop() }
          let section = sections[neuron.api.accessed_section()]
          if let section, position >= 0 {
            (key, described) = (
              .potential(section, position), .potential(section: section, position: position)
            )
          } else {
            count(
              position >= 0
                ? "potentials of other cells" : "variables that are no membrane potentials")
          }
        }
      }
      var source: Int?
      if let key, let described {
        if let known = places[key] {
          source = known
        } else {
          places[key] = sources.count
          source = sources.count
          sources.append(described)
        }
        if case .unknown(let what) = described { count(what) }
      }
      indices[object] = connections.count
      let name = HocString("threshold")
      connections.append(
        KeptCell.Connection(
          process: process, source: source, delay: netCon.delay,
          threshold: netCon.isValid ? neuron.api.property(object, name.cString) : Self.threshold,
          weights: Array(inputs.weights[netCon.weights]), isActive: netCon.isActive))
    }
    try sortSources(neuron, places)
    notes = unknown.map {
      "\($0.count) NetCons have their events from \($0.what), which are not kept: instances have these NetCons "
        + "without a source."
    }
    try neuron.check(doing: "reading NetCons")
  }

  /// In the order in which NetStims were made, on which that of events of the same time depends.
  private mutating func sortSources(
    _ neuron: NEURON, _ places: [Key: Int]
  ) throws(BridgeError) {
    var made: [Int: Int] = [:]
    var next = 0
    try neuron.forEachObject(ofClass: "NetStim") { object in
      if let place = places[.object(object)] { made[place] = next }
      next += 1
    }
    let order = sources.indices.sorted { (made[$0] ?? next, $0) < (made[$1] ?? next, $1) }
    var new = [Int](repeating: 0, count: sources.count)
    for (place, old) in order.enumerated() { new[old] = place }
    sources = order.map { sources[$0] }
    for index in connections.indices {
      connections[index].source = connections[index].source.map { new[$0] }
    }
  }
}

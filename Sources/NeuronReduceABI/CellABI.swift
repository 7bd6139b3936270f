// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import CellModel
import Mechanisms
import NEURONBridge
import Reduction
import Simulation

@c(nr_cell_read) @implementation
public func nr_cell_read(
  _ request: UnsafePointer<nr_cell_request>, _ cell: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    let result = try CellResult(LiveCellReferences(request.pointee))
    cell.pointee = OpaquePointer(Unmanaged.passRetained(result).toOpaque())
  }
}

@c(nr_cell_free) @implementation
public func nr_cell_free(_ cell: OpaquePointer) {
  Unmanaged<CellResult>.fromOpaque(UnsafeRawPointer(cell)).release()
}

@c(nr_cell_group_count) @implementation
public func nr_cell_group_count(_ cell: OpaquePointer) -> Int { readCell(cell).groups.count }

@c(nr_cell_group) @implementation
public func nr_cell_group(_ cell: OpaquePointer, _ index: Int) -> nr_process_group {
  readCell(cell).groups.element(index) ?? nr_process_group()
}

@c(nr_cell_groups_of_synapses) @implementation
public func nr_cell_groups_of_synapses(
  _ cell: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int64> {
  readCell(cell).groupIndices.lent(&count.pointee)
}

@c(nr_cell_rates) @implementation
public func nr_cell_rates(
  _ cell: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Double> {
  readCell(cell).rates.lent(&count.pointee)
}

@c(nr_cell_stems) @implementation
public func nr_cell_stems(
  _ cell: OpaquePointer, _ settings: UnsafePointer<nr_settings>,
  _ sections: UnsafeMutableRawPointer
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    try readCell(cell).cell.appendStems(
      of: ReductionScope(settings.pointee), to: OpaquePointer(sections))
  }
}

@c(nr_cell_process_kind) @implementation
public func nr_cell_process_kind(
  _ cell: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  readCell(cell).processKinds[index]
}

@c(nr_cell_unlisted) @implementation
public func nr_cell_unlisted(
  _ cell: OpaquePointer, _ processes: UnsafeMutableRawPointer,
  _ connections: UnsafeMutableRawPointer
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    try readCell(cell).cell.appendUnlisted(
      processes: OpaquePointer(processes), connections: OpaquePointer(connections))
  }
}

@c(nr_cell_sections) @implementation
public func nr_cell_sections(
  _ cell: OpaquePointer, _ sections: UnsafeMutableRawPointer
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    try readCell(cell).cell.appendSections(to: OpaquePointer(sections))
  }
}

@c(nr_cell_recordings) @implementation
public func nr_cell_recordings(
  _ cell: OpaquePointer, _ recordings: UnsafeMutablePointer<UnsafePointer<nr_recording>?>,
  _ count: UnsafeMutablePointer<Int>
) -> OpaquePointer? {
  let result = readCell(cell)
  recordings.pointee = nil
  count.pointee = 0
  return reporting { () throws(BridgeError) in
    try result.readRecordings()
    if let found = result.recordings { recordings.pointee = found.lent(&count.pointee) }
  }
}

@c(nr_cell_has_transfers) @implementation
public func nr_cell_has_transfers(_ cell: OpaquePointer) -> Int32 {
  readCell(cell).cell.hasTransfers() ? 1 : 0
}

@c(nr_cell_random_plays) @implementation
public func nr_cell_random_plays(
  _ cell: OpaquePointer, _ random: UnsafeMutablePointer<UnsafeMutableRawPointer?>
) -> Int32 {
  random.pointee = nil
  switch readCell(cell).cell.randomPlays() {
  case .none: return 0
  case .unknown: return -1
  case .some(let found):
    random.pointee = found.map { UnsafeMutableRawPointer($0) }
    return 1
  }
}

@c(nr_cell_possible_leak) @implementation
public func nr_cell_possible_leak(
  _ cell: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  readCell(cell).possibleLeaks[index]
}

@c(nr_cell_set_leaks) @implementation
public func nr_cell_set_leaks(
  _ cell: OpaquePointer, _ leaks: UnsafePointer<nr_leak>?, _ count: Int
) -> OpaquePointer? {
  let given = elements(leaks, count)
  return reporting { () throws(BridgeError) in
    try readCell(cell).setLeaks(
      given.map { leak in
        NamedLeak(
          mechanism: String(cString: leak.mechanism),
          conductance: String(cString: leak.conductance),
          reversal: leak.reversal.map { String(cString: $0) },
          factor: leak.factor.isFinite && leak.factor > 0 ? leak.factor : nil)
      })
  }
}

func readCell(_ cell: OpaquePointer) -> CellResult {
  Unmanaged<CellResult>.fromOpaque(UnsafeRawPointer(cell)).takeUnretainedValue()
}

/// A cell that was read with what C callers ask of it, in memory that lives as long as this object.
final class CellResult {
  /// What of it was compiled first: values do not change between programs of a cell.
  private(set) var simulated: SimulatedCell?
  /// The same in bytes.
  private(set) lazy var written = simulated.map { CArray($0.bytes) }
  private(set) var cell: LiveCell
  private(set) lazy var possibleLeaks = CStrings(cell.possibleLeaks)
  private(set) lazy var processKinds = CStrings(cell.model.pointProcessKinds.map(\.name))
  /// The seconds that reading took.
  let seconds: Double
  private(set) lazy var groups: [nr_process_group] = grouping.groups.map { group in
    let mechanism = cell.model.pointProcessKinds[group.kind].name
    return nr_process_group(
      mechanism: texts.address(of: mechanism), synapse: Int64(group.process),
      connection: group.connection.map { Int64(listedConnection($0)) } ?? -1)
  }
  private(set) lazy var groupIndices = CArray(grouping.indices.map(Int64.init))
  private(set) lazy var rates: CArray<Double> = CArray(cell.listedRates.map { $0 ?? .nan })

  private lazy var grouping = cell.model.processGroups(
    amongFirst: cell.listedCount, connectionCount: cell.listedConnections.count)
  private let texts = TextPool()
  /// Of the last call that asked for them; nil where NEURON does not tell.
  private(set) var recordings: CArray<nr_recording>?

  init(_ references: LiveCellReferences) throws(BridgeError) {
    var clock = StageClock()
    cell = try LiveCell(references)
    clock.end("read")
    seconds = clock.stages[0].seconds
  }

  /// The cell as programs are made of it.
  func simulated(
    with mechanisms: [String: Mechanism]
  ) throws(BridgeError) -> SimulatedCell {
    if let simulated { return simulated }
    let ions = try cell.ions()
    var wanted = mechanisms.mapValues(\.namesReadFirst)
    for ion in Set(mechanisms.values.flatMap(\.ionsReadFirst)) {
      wanted["\(ion)_ion"] = ["i\(ion)"]
    }
    var read = SimulatedCell(
      model: cell.model(withValuesOf: wanted),
      ions: Dictionary(
        ions.map { ($0.name, .init(valence: $0.valence, inside: $0.inside, outside: $0.outside)) },
        uniquingKeysWith: { first, _ in first }),
      styles: cell.model.sections.indices.map { section in
        Dictionary(
          ions.compactMap { ion in ion.styles[section].map { (ion.name, $0) } },
          uniquingKeysWith: { first, _ in first })
      })
    read.pointers = try pointers(named: Set(mechanisms.values.flatMap(\.namesOfPointers)))
    read.externals = cell.numbers(named: Set(mechanisms.values.flatMap(\.namesOfExternals)))
    read.elsewhere = cell.mechanismsElsewhere
    read.types = cell.mechanismTypes
    simulated = read
    return read
  }

  /// What POINTERs point to.
  private func pointers(
    named names: Set<String>
  ) throws(BridgeError) -> [PointerOwner: PointerTarget] {
    Dictionary(
      try cell.pointers(named: names).map { pointer in
        let place: PointerOwner.Place =
          switch pointer.owner {
          case .segment(let section, let segment): .segment(section: section, segment: segment)
          case .process(let index): .process(index)
          }
        let target: PointerTarget =
          switch pointer.target {
          case .range(let name, let section, let position):
            .range(name, section: section, position: position)
          case .property(let name, let process): .member(name, process: process)
          case .time, .other: .other
          }
        return (PointerOwner(name: pointer.name, place: place), target)
      }, uniquingKeysWith: { first, _ in first })
  }

  func setLeaks(_ leaks: [NamedLeak]) throws(BridgeError) { try cell.setLeaks(leaks) }

  func readRecordings() throws(BridgeError) {
    recordings = try cell.recordings().map { CArray($0.map(inC)) }
  }

  private func inC(_ recording: LiveCell.Recording) -> nr_recording {
    var result = nr_recording()
    result.vector = recording.vector.map(UnsafeMutableRawPointer.init)
    result.is_play = recording.isPlay ? (recording.isContinuous ? 2 : 1) : 0
    result.has_breaks = recording.hasBreaks ? 1 : 0
    result.breaks = recording.breaks.map(UnsafeMutableRawPointer.init)
    (result.section, result.point_process) = (-1, -1)
    switch recording.variable {
    case .time: result.name = texts.address(of: "t")
    case .range(let name, let section, let position):
      result.name = texts.address(of: name)
      (result.section, result.position) = (Int64(section), position)
    case .property(let name, let process):
      result.name = texts.address(of: name)
      result.point_process = Int64(process)
    case .other: break
    }
    switch recording.sampling {
    case .everyStep: break
    case .interval(let interval): result.interval = interval
    case .times(let times):
      result.has_times = 1
      result.times = times.map(UnsafeMutableRawPointer.init)
    }
    return result
  }

  /// The place in the caller's list of a connection of the model; −1 for one that is in no list.
  private func listedConnection(_ index: Int) -> Int {
    cell.listedConnections.element(index) ?? -1
  }
}

extension LiveCellReferences {
  /// - Throws: `BridgeError` for objects that are missing.
  fileprivate init(_ request: nr_cell_request) throws(BridgeError) {
    self.init(
      name: String(cString: request.name), soma: OpaquePointer(request.soma_sections),
      apical: OpaquePointer(request.apical_sections),
      axonal: OpaquePointer(request.axonal_sections),
      synapses: try Self.objects(request.synapses, request.synapse_count) {
        .notAPointProcess(index: $0, found: "no object")
      },
      connections: try Self.objects(request.connections, request.connection_count) {
        .notANetCon(index: $0, found: "no object")
      }, isWhole: request.is_whole != 0, isApicalGiven: request.is_apical_given != 0,
      isAxonGiven: request.is_axon_given != 0)
  }

  private static func objects(
    _ pointers: UnsafePointer<UnsafeMutableRawPointer?>?, _ count: Int,
    missing: (Int) -> BridgeError
  ) throws(BridgeError) -> [OpaquePointer] {
    var objects: [OpaquePointer] = []
    objects.reserveCapacity(max(count, 0))
    for index in 0..<max(count, 0) {
      guard let pointer = pointers?[index] else { throw missing(index) }
      objects.append(OpaquePointer(pointer))
    }
    return objects
  }
}

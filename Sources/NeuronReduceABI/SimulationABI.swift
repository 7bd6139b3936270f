// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import CellModel
import Mechanisms
import NEURONBridge
import Simulation

@c(nr_cell_compile) @implementation
public func nr_cell_compile(
  _ cell: OpaquePointer, _ request: UnsafePointer<nr_program_request>,
  _ program: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  let read = readCell(cell)
  let cell = read.cell
  var ions: [LiveCell.Ion] = []
  if let error = reporting({ () throws(BridgeError) in ions = try cell.ions() }) { return error }
  do throws(SimulationError) {
    let request = request.pointee
    let mechanisms = try mechanisms(request)
    var wanted = mechanisms.mapValues(\.namesReadFirst)
    for ion in Set(mechanisms.values.flatMap(\.ionsReadFirst)) {
      wanted["\(ion)_ion"] = ["i\(ion)"]
    }
    let model = read.simulated ?? cell.model(withValuesOf: wanted)
    read.simulated = model
    var settings = settings(request, cell, ions)
    if let error = reporting({ () throws(BridgeError) in
      settings.pointers = try pointers(of: read, Set(mechanisms.values.flatMap(\.namesOfPointers)))
    }) {
      return error
    }
    settings.types = cell.mechanismTypes
    settings.elsewhere = cell.mechanismsElsewhere
    let externals =
      read.externals ?? cell.numbers(named: Set(mechanisms.values.flatMap(\.namesOfExternals)))
    read.externals = externals
    settings.externals = externals
    let compiled = try CellProgram(of: model, mechanisms: mechanisms, settings: settings)
    program.pointee = OpaquePointer(
      Unmanaged.passRetained(ProgramResult(compiled, of: cell.model)).toOpaque())
    return nil
  } catch {
    return ErrorReport(error, NR_ENGINE) { _ in error.description }.retained
  }
}

private func mechanisms(
  _ request: nr_program_request
) throws(SimulationError) -> [String: Mechanism] {
  var mechanisms: [String: Mechanism] = [:]
  for tree in elements(request.trees, request.tree_count) {
    do {
      let mechanism = try MechanismReader.read(String(cString: tree))
      mechanisms[mechanism.name] = mechanism
    } catch {
      throw .mechanism(error)
    }
  }
  return mechanisms
}

/// What POINTERs point to, as it is when the cell is compiled first.
private func pointers(
  of read: CellResult, _ names: Set<String>
) throws(BridgeError) -> [PointerOwner: PointerTarget] {
  if let known = read.pointers { return known }
  let found = Dictionary(
    try read.cell.pointers(named: names).map { pointer in
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
  read.pointers = found
  return found
}

private func settings(
  _ request: nr_program_request, _ cell: LiveCell, _ ions: [LiveCell.Ion]
) -> ProgramSettings {
  let strings = { (start: UnsafePointer<UnsafePointer<CChar>>?, count: Int) in
    Set(elements(start, count).map { String(cString: $0) })
  }
  return ProgramSettings(
    timeStep: request.time_step, initialPotential: request.initial_potential,
    ions: Dictionary(
      ions.map {
        ($0.name, .init(valence: $0.valence, inside: $0.inside, outside: $0.outside))
      }, uniquingKeysWith: { first, _ in first }),
    styles: cell.model.sections.indices.map { section in
      Dictionary(
        ions.compactMap { ion in ion.styles[section].map { (ion.name, $0) } },
        uniquingKeysWith: { first, _ in first })
    },
    isFused: request.is_fused != 0, usesTables: request.uses_tables != 0,
    recorded: strings(request.recorded, request.recorded_count),
    adjustable: strings(request.adjustable, request.adjustable_count),
    weightCount: max(request.weight_count, 0))
}

@c(nr_program_free) @implementation
public func nr_program_free(_ program: OpaquePointer) {
  Unmanaged<ProgramResult>.fromOpaque(UnsafeRawPointer(program)).release()
}

@c(nr_program_source) @implementation
public func nr_program_source(_ program: OpaquePointer) -> UnsafePointer<CChar> {
  result(program).source.first
}

@c(nr_program_memory) @implementation
public func nr_program_memory(
  _ program: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Double> {
  result(program).memory.lent(&count.pointee)
}

@c(nr_program_indices) @implementation
public func nr_program_indices(
  _ program: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int32> {
  result(program).indices.lent(&count.pointee)
}

@c(nr_program_instances) @implementation
public func nr_program_instances(
  _ program: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_program_instance> {
  result(program).instances.lent(&count.pointee)
}

@c(nr_program_weights) @implementation
public func nr_program_weights(_ program: OpaquePointer) -> Int64 {
  Int64(result(program).program.weights)
}

@c(nr_program_variable) @implementation
public func nr_program_variable(
  _ program: OpaquePointer, _ section: Int, _ position: Double, _ name: UnsafePointer<CChar>
) -> Int64 {
  let result = result(program)
  guard let found = result.cell.sections.element(section) else { return -1 }
  let name = String(cString: name)
  if name == "v", position <= 0 || position >= 1 {
    return Int64(
      result.program.potentials[section][found.segments.count + (position <= 0 ? 0 : 1)])
  }
  return result.program.offset(
    ofRangeVariable: name, section: section, segment: found.segmentIndex(at: position)
  ).map(Int64.init) ?? -1
}

@c(nr_program_member) @implementation
public func nr_program_member(
  _ program: OpaquePointer, _ process: Int, _ name: UnsafePointer<CChar>
) -> Int64 {
  let result = result(program)
  guard result.program.instances.indices.contains(process) else { return -1 }
  return result.program.offset(ofMember: String(cString: name), pointProcess: process)
    .map(Int64.init) ?? -1
}

private func result(_ program: OpaquePointer) -> ProgramResult {
  Unmanaged<ProgramResult>.fromOpaque(UnsafeRawPointer(program)).takeUnretainedValue()
}

/// A program with what C callers ask of it, in memory that lives as long as this object.
final class ProgramResult {
  let program: CellProgram
  let cell: CellModel
  private(set) lazy var source = CStrings([program.source])
  private(set) lazy var memory = CArray(program.memory)
  private(set) lazy var indices = CArray(program.indices)
  private(set) lazy var instances = CArray(
    program.instances.map {
      nr_program_instance(kind: Int32($0.kind), index: Int32($0.index))
    })

  init(_ program: CellProgram, of cell: CellModel) {
    self.program = program
    self.cell = cell
  }
}

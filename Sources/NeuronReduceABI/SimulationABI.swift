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
  let result = readCell(cell)
  do throws(SimulationError) {
    let mechanisms = try mechanisms(request.pointee)
    do throws(BridgeError) {
      let simulated = try result.simulated(with: mechanisms)
      return compile(simulated, mechanisms, request.pointee, &program.pointee)
    } catch {
      return ErrorReport(error).retained
    }
  } catch {
    return report(error)
  }
}

@c(nr_cell_written) @implementation
public func nr_cell_written(
  _ cell: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<UInt8>? {
  count.pointee = 0
  return readCell(cell).written?.lent(&count.pointee)
}

@c(nr_written_cell_read) @implementation
public func nr_written_cell_read(
  _ bytes: UnsafePointer<UInt8>, _ count: Int, _ cell: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  do throws(SimulationError) {
    let read = WrittenCell(try SimulatedCell(bytes: Array(elements(bytes, count))))
    cell.pointee = OpaquePointer(Unmanaged.passRetained(read).toOpaque())
    return nil
  } catch {
    return report(error)
  }
}

@c(nr_written_cell_free) @implementation
public func nr_written_cell_free(_ cell: OpaquePointer) {
  Unmanaged<WrittenCell>.fromOpaque(UnsafeRawPointer(cell)).release()
}

@c(nr_written_cell_compile) @implementation
public func nr_written_cell_compile(
  _ cell: OpaquePointer, _ request: UnsafePointer<nr_program_request>,
  _ program: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  let written = Unmanaged<WrittenCell>.fromOpaque(UnsafeRawPointer(cell)).takeUnretainedValue()
  do throws(SimulationError) {
    return compile(
      written.cell, try mechanisms(request.pointee), request.pointee, &program.pointee)
  } catch {
    return report(error)
  }
}

private func report(_ error: SimulationError) -> OpaquePointer {
  ErrorReport(error, NR_ENGINE) { _ in error.description }.retained
}

/// A program of a cell, or why there is none.
private func compile(
  _ cell: SimulatedCell, _ mechanisms: [String: Mechanism], _ request: nr_program_request,
  _ program: inout OpaquePointer?
) -> OpaquePointer? {
  do throws(SimulationError) {
    let compiled = try CellProgram(
      of: cell.model, mechanisms: mechanisms, settings: settings(request, cell))
    program = OpaquePointer(
      Unmanaged.passRetained(ProgramResult(compiled, of: cell.model)).toOpaque())
    return nil
  } catch {
    return report(error)
  }
}

/// A cell without its session.
final class WrittenCell {
  let cell: SimulatedCell

  init(_ cell: SimulatedCell) { self.cell = cell }
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

private func settings(
  _ request: nr_program_request, _ cell: SimulatedCell
) -> ProgramSettings {
  let strings = { (start: UnsafePointer<UnsafePointer<CChar>>?, count: Int) in
    Set(elements(start, count).map { String(cString: $0) })
  }
  var settings = ProgramSettings(
    timeStep: request.time_step, initialPotential: request.initial_potential,
    ions: cell.ions, styles: cell.styles, isFused: request.is_fused != 0,
    usesTables: request.uses_tables != 0,
    recorded: strings(request.recorded, request.recorded_count),
    adjustable: strings(request.adjustable, request.adjustable_count),
    played: strings(request.played, request.played_count),
    weightCount: max(request.weight_count, 0), functionTables: functionTables(request))
  settings.isContinued = request.is_continued != 0
  settings.pointers = cell.pointers
  settings.externals = cell.externals
  settings.elsewhere = cell.elsewhere
  settings.types = cell.types
  return settings
}

private func functionTables(
  _ request: nr_program_request
) -> [String: [String: ProgramSettings.FunctionTable]] {
  var tables: [String: [String: ProgramSettings.FunctionTable]] = [:]
  for table in elements(request.function_tables, request.function_table_count) {
    tables[String(cString: table.mechanism), default: [:]][String(cString: table.name)] = .init(
      arguments: Array(elements(table.arguments, table.count)),
      values: Array(elements(table.values, table.count)))
  }
  return tables
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

@c(nr_program_event_orders) @implementation
public func nr_program_event_orders(
  _ program: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int32> {
  result(program).eventOrders.lent(&count.pointee)
}

@c(nr_program_joined) @implementation
public func nr_program_joined(
  _ program: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_program_instance> {
  result(program).joined.lent(&count.pointee)
}

@c(nr_program_weights) @implementation
public func nr_program_weights(_ program: OpaquePointer) -> Int64 {
  Int64(result(program).program.weights)
}

@c(nr_program_runs_together) @implementation
public func nr_program_runs_together(_ program: OpaquePointer) -> Int32 {
  result(program).program.canRunTogether ? 1 : 0
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

@c(nr_program_global) @implementation
public func nr_program_global(_ program: OpaquePointer, _ name: UnsafePointer<CChar>) -> Int64 {
  result(program).program.offset(ofGlobal: String(cString: name)).map(Int64.init) ?? -1
}

@c(nr_program_variables) @implementation
public func nr_program_variables(
  _ program: OpaquePointer, _ name: UnsafePointer<CChar>, _ places: UnsafeMutablePointer<Int64>
) {
  let found = result(program).program.offsets(ofRangeVariable: String(cString: name))
  for (index, offset) in found.enumerated() { places[index] = offset.map(Int64.init) ?? -1 }
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
  private(set) lazy var instances = CArray(program.instances.map(Self.instance))
  private(set) lazy var eventOrders = CArray(
    program.eventOrders.map { orders -> Int32 in
      switch orders {
      case .ofNone: 0
      case .ofItsOwn: 1
      case .ofAll: 2
      }
    })
  private(set) lazy var joined = CArray(
    program.joined.flatMap { [Self.instance($0.reader), Self.instance($0.writer)] })

  init(_ program: CellProgram, of cell: CellModel) {
    self.program = program
    self.cell = cell
  }

  private static func instance(_ instance: CellProgram.Instance) -> nr_program_instance {
    nr_program_instance(kind: Int32(instance.kind), index: Int32(instance.index))
  }
}

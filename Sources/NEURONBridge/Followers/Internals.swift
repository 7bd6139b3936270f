import CNEURON

/// What NEURON's C API does not reach: recordings, spike sources, POINTERs.
struct Internals {
  let neuron: NEURON
  let functions: neuron_internals
  /// NEURON's number for range variables among its symbols.
  private let rangeVariable: Int32

  /// nil where NEURON's library lacks one of the functions.
  init?(_ neuron: NEURON) {
    var missing: UnsafePointer<CChar>?
    let found = withUnsafeTemporaryAllocation(of: neuron_internals.self, capacity: 1) {
      buffer -> neuron_internals? in
      guard let table = buffer.baseAddress, neuron_internals_find(table, &missing) else {
        return nil
      }
      return table.pointee
    }
    guard let found, let potential = neuron.api.symbol("v") else { return nil }
    rangeVariable = neuron.api.symbol_type(potential)
    self.neuron = neuron
    functions = found
  }

  /// An object as NEURON names it: `Vector[3]`.
  func name(of object: ObjectReference) -> String {
    String(cString: functions.object_name(object))
  }

  /// The C++ object of an object of one of NEURON's own classes, by the layout of `Object` in NEURON's
  /// hocdec.h.
  func content(of object: ObjectReference) -> UnsafeMutableRawPointer? {
    UnsafeRawPointer(object).load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
  }

  /// The Vector that an `IvocVect` belongs to; nil where it is no object's.
  func object(ofVector vector: UnsafeMutableRawPointer?) -> ObjectReference? {
    vector.flatMap { functions.vector_object($0).pointee }
  }

  /// All recordings and plays of the session whose classes are known.
  func records() -> [(record: UnsafeMutablePointer<neuron_record>, kind: neuron_record_kind)] {
    elements(of: functions.records(), as: neuron_record.self).compactMap { record in
      kind(of: record).map { (record, $0) }
    }
  }

  /// All that NetCons have their events from.
  func spikeSources() -> [UnsafeMutablePointer<neuron_spike_source>] {
    elements(of: functions.spike_sources(), as: neuron_spike_source.self)
  }

  func elements<Element>(
    of vector: UnsafeMutablePointer<neuron_pointer_vector>?, as type: Element.Type
  ) -> [UnsafeMutablePointer<Element>] {
    guard let vector, let begin = vector.pointee.begin, let end = vector.pointee.end else {
      return []
    }
    return UnsafeBufferPointer(start: begin, count: end - begin).compactMap {
      $0?.assumingMemoryBound(to: Element.self)
    }
  }

  /// nil for a class that is not known.
  func kind(of record: UnsafeMutablePointer<neuron_record>) -> neuron_record_kind? {
    let tables = functions.record_tables
    return switch record.pointee.virtual_table {
    case tables.1: NEURON_RECORD_TIME
    case tables.2: NEURON_RECORD_STEPS
    case tables.3: NEURON_RECORD_INTERVAL
    case tables.4: NEURON_RECORD_TIMES
    case tables.5:
      UnsafeRawPointer(record).load(as: neuron_played_steps.self).statement == nil
        ? NEURON_PLAY_STEPS : NEURON_PLAY_STATEMENT
    case tables.6:
      UnsafeRawPointer(record).load(as: neuron_played_lines.self).statement == nil
        ? NEURON_PLAY_CONTINUOUS : NEURON_PLAY_STATEMENT
    default: nil
    }
  }

  // MARK: variables

  /// Whether a mechanism's variable is a number of its own: no POINTER, of which to ask for its address
  /// is to ask for what it points to, and ends the process where it is not set; and no RANDOM.
  func isNumber(_ symbol: SymbolReference) -> Bool {
    neuron.api.symbol_type(symbol) == rangeVariable && !isPointer(symbol)
  }

  /// Whether a mechanism's variable is a POINTER, by the number for such in NEURON's membfunc.h.
  func isPointer(_ symbol: SymbolReference) -> Bool {
    neuron.api.symbol_type(symbol) == rangeVariable && neuron.api.symbol_subtype(symbol) == 4
  }

  /// Whether a mechanism's variable is a RANDOM, by the number for such in NEURON's membfunc.h.
  func isRandom(_ symbol: SymbolReference) -> Bool { neuron.api.symbol_subtype(symbol) == 6 }

  /// A section's range variable, which the section must have; to be moved to where it stays.
  func handle(
    of variable: RangeVariable, in section: SectionReference, at position: Double
  ) -> neuron_handle {
    neuron.pushIndex(of: variable)
    return functions.range_handle(section, variable.symbol, position)
  }

  /// A point process's variable; nil where it is on no section. To be moved to where it stays.
  func handle(
    of name: String, element: Int, in process: ObjectReference
  ) -> neuron_handle? {
    guard neuron.api.point_process_is_placed(process),
      let symbol = neuron.api.method_symbol(process, name),
      let point = functions.point_process(process)
    else { return nil }
    return functions.point_process_handle(point, symbol, Int32(element))
  }

  /// What stands for a variable, on these cables; nil where there is no such variable. To be moved to
  /// where it stays.
  func handle(of target: Target, in cables: [SectionReference]) -> neuron_handle? {
    switch target {
    case .range(let variable, let destination):
      handle(of: variable, in: cables[destination.cable], at: destination.position)
    case .property(let process, let name, let element):
      handle(of: name, element: element, in: process)
    }
  }

  /// The potential of a section's first segment.
  func firstPotential(of section: SectionReference) throws(BridgeError) -> neuron_handle {
    let potential = RangeVariable(symbol: try neuron.symbol("v"), name: "v", element: nil)
    return handle(
      of: potential, in: section, at: 0.5 / Double(neuron.api.segment_count(section)))
  }

  /// Lets an observer, a recording or a spike source, know when the variable is gone that it has
  /// now, and of nothing else that it was told before.
  func observe(_ handle: neuron_handle, by observer: UnsafeMutableRawPointer) {
    functions.stop_observing(observer)
    // The bytes of what the observer holds: nothing is counted, nothing given back.
    var seen = handle
    functions.observe(&seen, observer)
  }

  /// As `observe`, for nodes.
  func observe(
    nodes: UnsafeMutableBufferPointer<OpaquePointer?>, by observer: UnsafeMutableRawPointer
  ) {
    functions.stop_observing(observer)
    for node in nodes.compactMap({ $0 }) {
      var area = functions.area_of_node(node)
      functions.observe(&area, observer)
      neuron_handle_release(&area)
    }
  }
}

import CNEURON

/// Whether NEURON's objects in this process have the layouts that `neuron_internals.h` declares: tried
/// on objects of known content, on a section of its own.
struct LayoutTest {
  /// Without which there are none of the others.
  private(set) var handles = false
  private(set) var records = false
  private(set) var spikeSources = false
  private(set) var pointers = false
  /// Of PtrVector and LinearMechanism.
  private(set) var objects = false
  /// Which member of what a node has is the next one in its list; nil where none is.
  private(set) var nextProperty: Int32?

  /// Layouts do not change while a process lives.
  nonisolated(unsafe) private static var known: LayoutTest?

  /// Of this process. Called, as all that touches NEURON, from its thread.
  static func result(_ internals: Internals) -> LayoutTest {
    if let known { return known }
    var result = LayoutTest()
    if let bench = try? LayoutBench(internals) {
      defer { bench.close() }
      result.handles = bench.handlesAreAsDeclared()
      guard result.handles else {
        known = result
        return result
      }
      result.records = (try? bench.recordsAreAsDeclared()) ?? false
      result.spikeSources = (try? bench.spikeSourceIsAsDeclared()) ?? false
      result.objects = (try? bench.objectsAreAsDeclared()) ?? false
      result.pointers = (try? bench.datumsAreAsDeclared()) ?? false
      result.nextProperty = result.pointers ? try? bench.nextProperty() : nil
    }
    known = result
    return result
  }
}

/// What layouts are tried on.
private struct LayoutBench {
  let internals: Internals
  let neuron: NEURON
  let section: SectionReference
  let vector, times, clamp: ObjectReference
  /// The section's potential.
  let variable: RangeVariable
  let voltage: HocArgument
  let address: UnsafeMutablePointer<Double>?

  init(_ internals: Internals) throws(BridgeError) {
    self.internals = internals
    neuron = internals.neuron
    guard let section = neuron.api.section_new("neuron_reduce_scratch") else {
      throw .neuron(doing: "creating a section", message: "no section was made")
    }
    self.section = section
    do throws(BridgeError) {
      neuron.api.mechanism_insert(section, try neuron.symbol("hh"))
      variable = RangeVariable(symbol: try neuron.symbol("v"), name: "v", element: nil)
      voltage = .range(variable, section, position: 0.5)
      address = neuron.address(of: voltage)
      vector = try neuron.newObject("Vector")
      times = try neuron.newObject("Vector")
      let neuron = neuron
      clamp = try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.newObject("IClamp", .number(0.5))
      }
    } catch {
      neuron.delete(section)
      throw error
    }
  }

  func close() {
    for object in [vector, times, clamp] { neuron.api.object_unref(object) }
    neuron.delete(section)
  }

  func handlesAreAsDeclared() -> Bool {
    var first = internals.handle(of: variable, in: section, at: 0.5)
    let count = neuron_handle_count(&first)
    var second = internals.handle(of: variable, in: section, at: 0.5)
    let isShared = neuron_handle_count(&first) == count + 1 && first.storage == second.storage
    let isAtAddress = neuron_handle_address(&second) == address
    guard isShared else { return false }
    neuron_handle_release(&second)
    let isReleased = neuron_handle_count(&first) == count
    neuron_handle_release(&first)
    return isAtAddress && isReleased
  }

  func recordsAreAsDeclared() throws(BridgeError) -> Bool {
    guard let time = neuron.api.symbol("t").flatMap({ neuron.api.symbol_data($0) }) else {
      return false
    }
    let current = HocArgument.property(clamp, HocString("i"), element: 0)
    guard try made(NEURON_RECORD_TIME, by: "record", .address(time), isRight: holdsVoltage) else {
      return false
    }
    guard try made(NEURON_RECORD_STEPS, by: "record", voltage, isRight: holdsVoltage) else {
      return false
    }
    guard
      try made(
        NEURON_RECORD_STEPS, by: "record", .object(clamp), current,
        isRight: { $0.point_process == clamp })
    else { return false }
    guard
      try made(
        NEURON_RECORD_INTERVAL, by: "record", voltage, .number(0.5),
        isRight: { holdsVoltage($0) && $0.of.interval == 0.5 })
    else { return false }
    guard
      try made(
        NEURON_RECORD_TIMES, by: "record", voltage, .object(times),
        isRight: { holdsVoltage($0) && holdsTimes($0) })
    else { return false }
    guard
      try made(
        NEURON_PLAY_STEPS, by: "play", voltage, .number(0.5),
        isRight: { holdsVoltage($0) && $0.of.times == nil && $0.also.interval == 0.5 })
    else { return false }
    guard
      try made(
        NEURON_PLAY_CONTINUOUS, by: "play", voltage, .object(times), .number(1),
        isRight: { holdsVoltage($0) && holdsTimes($0) && $0.also.discontinuities == nil })
    else { return false }
    let statement = HocArgument.string(HocString("abs($1)"))
    let isOfSteps = try made(
      NEURON_PLAY_STATEMENT, by: "play", statement, .number(0.5),
      isRight: { $0.point_process == nil && $0.of.times == nil && $0.also.interval == 0.5 })
    guard isOfSteps else { return false }
    return try made(
      NEURON_PLAY_STATEMENT, by: "play", statement, .object(times), .number(1),
      isRight: { $0.point_process == nil && holdsTimes($0) && $0.also.discontinuities == nil })
  }

  /// Whether a call to a method of the vector makes a recording of a kind, with what it was given in it.
  private func made(
    _ kind: neuron_record_kind, by method: String, _ arguments: HocArgument...,
    isRight: (neuron_record) -> Bool
  ) throws(BridgeError) -> Bool {
    let before = internals.records().count
    try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.perform(method, of: vector, arguments)
    }
    let records = internals.records()
    defer { try? neuron.perform("play_remove", of: vector) }
    guard records.count == before + 1, let last = records.last, last.kind == kind else {
      return false
    }
    let record = last.record.pointee
    return record.vector == internals.content(of: vector)
      && internals.object(ofVector: record.vector) == vector && isRight(record)
  }

  private func holdsVoltage(_ record: neuron_record) -> Bool {
    record.point_process == nil && isVoltage(record.variable)
  }

  private func holdsTimes(_ record: neuron_record) -> Bool {
    record.of.times == internals.content(of: times)
  }

  /// Whether a handle is that of the section's potential: bit by bit, since what is none may not be
  /// followed.
  private func isVoltage(_ handle: neuron_handle) -> Bool {
    var expected = internals.handle(of: variable, in: section, at: 0.5)
    defer { neuron_handle_release(&expected) }
    return handle.row == expected.row && handle.storage == expected.storage
      && handle.index == expected.index && handle.dimension == expected.dimension
  }

  func spikeSourceIsAsDeclared() throws(BridgeError) -> Bool {
    let maker = "neuron_reduce_detector"
    if neuron.api.symbol(maker) == nil {
      try neuron.execute(
        "obfunc \(maker)() { localobj none\n return new NetCon(&v(0.5), none, $1, 1, 0)\n}",
        doing: "defining \(maker)")
    }
    let threshold = -12.5
    let symbol = try neuron.symbol(maker)
    let made = try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.call(symbol, .number(threshold))
    }
    guard case .object(let detector?) = made else { return false }
    defer { neuron.api.object_unref(detector) }
    guard let source = internals.spikeSources().last?.pointee else { return false }
    return isVoltage(source.variable) && source.section == section
      && source.threshold == threshold && source.object == nil && source.times == nil
      && source.output_index == -1 && source.gid == -1
  }

  func objectsAreAsDeclared() throws(BridgeError) -> Bool {
    let pointers = try neuron.newObject("PtrVector", .number(2))
    defer { neuron.api.object_unref(pointers) }
    try neuron.perform("pset", of: pointers, [.number(1), voltage])
    let matrices = [
      try neuron.newObject("Matrix", .number(1), .number(1)),
      try neuron.newObject("Matrix", .number(1), .number(1)),
    ]
    defer { for matrix in matrices { neuron.api.object_unref(matrix) } }
    for vector in [vector, times] { try neuron.perform("resize", of: vector, [.number(1)]) }
    let (vector, times, neuron) = (vector, times, neuron)
    let mechanism = try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.newObject(
        "LinearMechanism", .object(matrices[0]), .object(matrices[1]), .object(vector),
        .object(times), .number(0.5))
    }
    defer { neuron.api.object_unref(mechanism) }
    guard
      let list = internals.content(of: pointers)?.assumingMemoryBound(
        to: neuron_pointer_list.self),
      let linear = internals.content(of: mechanism)?.assumingMemoryBound(
        to: neuron_linear_mechanism.self),
      let begin = list.pointee.elements.begin, let end = list.pointee.elements.end
    else { return false }
    return end - begin == 2 && isVoltage(begin[1]) && linear.pointee.node_count == 1
      && linear.pointee.nodes?[0] == internals.functions.node(section, 0.5)
  }

  func datumsAreAsDeclared() throws(BridgeError) -> Bool {
    // hh's datums are the ions' variables.
    let type = internals.functions.mechanism_type("hh")
    let conductance = try neuron.symbol("gnabar_hh")
    let reversal = RangeVariable(symbol: try neuron.symbol("ena"), name: "ena", element: nil)
    guard Int(neuron_symbol_range(conductance).pointee.mechanism) == Int(type),
      let node = internals.functions.node(section, 0.5),
      let property = internals.functions.property_of_node(type, node),
      let datums = internals.functions.datums(property).pointee,
      let counts = internals.functions.datum_counts.pointee
    else { return false }
    var expected = internals.handle(of: reversal, in: section, at: 0.5)
    defer { neuron_handle_release(&expected) }
    let found = UnsafeBufferPointer(start: datums, count: Int(counts[Int(type)])).first {
      $0.row == expected.row && $0.storage == expected.storage
    }
    guard var found, neuron_datum_address(&found) == neuron_handle_address(&expected) else {
      return false
    }
    // And a point process is on the property that its node has of its type.
    let clampType = internals.functions.mechanism_type("IClamp")
    guard let point = internals.functions.point_process(clamp) else { return false }
    return neuron_point_process_property(point)
      == internals.functions.property_of_node(clampType, node)
  }

  func nextProperty() throws(BridgeError) -> Int32? {
    let neuron = neuron
    let later = try neuron.with(section: section) { () throws(BridgeError) in
      try neuron.newObject("IClamp", .number(0.5))
    }
    defer { neuron.api.object_unref(later) }
    guard let point = internals.functions.point_process(clamp),
      let laterPoint = internals.functions.point_process(later),
      let property = neuron_point_process_property(point),
      let laterProperty = neuron_point_process_property(laterPoint),
      neuron_point_process_node(point) == internals.functions.node(section, 0.5)
    else { return nil }
    return [0, 1].first { neuron_property_next(laterProperty, $0) == property }
  }
}

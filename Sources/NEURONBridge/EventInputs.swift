import CNEURON

/// What some NetCons do, and what they have their events from, as the session has it: for a cell that is
/// simulated.
package struct EventInputs {
  package struct NetCon {
    /// What it targets, and what it has its events from; nil for none. Neither is owned.
    package let target, source: ObjectReference?
    /// The index of the NetStim that is its source.
    package let stimulator: Int?
    /// In ms; 0 where it has lost its source.
    package let delay: Double
    package let isActive: Bool
    /// Whether it has what it had its events from; one without does nothing.
    package let isValid: Bool
    /// Its weights among all.
    package let weights: Range<Int>
  }

  /// A NetStim: what its events follow from.
  package struct NetStim {
    /// In ms, but for `number` and `noise`.
    package let interval, number, start, noise: Double
    /// Of its stream of random numbers; nil where NEURON does not tell.
    package let ids: (UInt32, UInt32, UInt32)?
  }

  package private(set) var netCons: [NetCon] = []
  package private(set) var stimulators: [NetStim] = []
  package private(set) var weights: [Double] = []

  /// Reads NetCons; nothing is changed.
  ///
  /// - Parameter objects: NetCons of the session.
  /// - Throws: `BridgeError.notANetCon` for one that is none; likewise where NEURON fails.
  package init(_ objects: [ObjectReference]) throws(BridgeError) {
    let neuron = try NEURON()
    var reader = Reader(neuron)
    netCons.reserveCapacity(objects.count)
    for (index, object) in objects.enumerated() {
      netCons.append(try reader.read(object, index: index, &weights, &stimulators))
    }
    try neuron.check(doing: "reading NetCons")
  }
}

private struct Reader {
  private struct Methods {
    /// NEURON's own copy of the class's name, one for all its objects.
    let className: UnsafePointer<CChar>
    let target, source, isActive, isValid, weightCount: SymbolReference
  }

  private let neuron: NEURON
  private let internals: Internals?
  private let weight = HocString("weight")
  private let delay = HocString("delay")
  private let interval = HocString("interval")
  private let number = HocString("number")
  private let start = HocString("start")
  private let noise = HocString("noise")
  private let random = HocString("ranvar")
  private var methods: Methods?
  /// By NEURON's own copy of a class's name: whether it is a NetStim, and how many weights NetCons onto it have.
  private var isStimulator: [UnsafePointer<CChar>: Bool] = [:]
  private var weightCounts: [UnsafePointer<CChar>: Int] = [:]
  /// Where NetStims have their stream among their datums; nil while none was met.
  private var streamIndex: Int??
  private var known: [ObjectReference: Int] = [:]

  init(_ neuron: NEURON) {
    self.neuron = neuron
    internals = Internals(neuron)
  }

  mutating func read(
    _ object: ObjectReference, index: Int, _ weights: inout [Double],
    _ stimulators: inout [EventInputs.NetStim]
  ) throws(BridgeError) -> EventInputs.NetCon {
    let methods = try self.methods(of: object, index: index)
    let target = try self.object(methods.target, of: object)
    // NEURON ends the process when one whose source is gone is asked for its delay.
    let answer = try neuron.call(methods.isValid, of: object).number
    let isValid = target != nil && answer != 0
    let source = isValid ? try self.object(methods.source, of: object) : nil
    let first = weights.count
    if let target {
      let kind = neuron.api.class_name(target)
      let count: Int
      if let known = weightCounts[kind] {
        count = known
      } else {
        count = try neuron.call(methods.weightCount, of: object).count
        weightCounts[kind] = count
      }
      for element in 0..<count {
        weights.append(neuron.api.property_element(object, weight.cString, Int32(element)))
      }
    }
    return EventInputs.NetCon(
      target: target, source: source, stimulator: source.flatMap { stimulator($0, &stimulators) },
      delay: isValid ? neuron.api.property(object, delay.cString) : 0,
      isActive: try neuron.call(methods.isActive, of: object).number != 0, isValid: isValid,
      weights: first..<weights.count)
  }

  private mutating func methods(
    of object: ObjectReference, index: Int
  ) throws(BridgeError) -> Methods {
    let name = neuron.api.class_name(object)
    if let methods, methods.className == name { return methods }
    guard String(cString: name) == "NetCon" else {
      throw .notANetCon(index: index, found: "a \(String(cString: name))")
    }
    let found = Methods(
      className: name, target: try neuron.method("syn", of: object),
      source: try neuron.method("pre", of: object),
      isActive: try neuron.method("active", of: object),
      isValid: try neuron.method("valid", of: object),
      weightCount: try neuron.method("wcnt", of: object))
    methods = found
    return found
  }

  /// What a method gives, not owned: NEURON itself keeps it.
  private func object(
    _ method: SymbolReference, of object: ObjectReference
  ) throws(BridgeError) -> ObjectReference? {
    guard case .object(let found?) = try neuron.call(method, of: object) else { return nil }
    neuron.api.object_unref(found)
    return found
  }

  /// The index of a NetStim; nil for another source.
  private mutating func stimulator(
    _ source: ObjectReference, _ stimulators: inout [EventInputs.NetStim]
  ) -> Int? {
    let name = neuron.api.class_name(source)
    let isOne = isStimulator[name] ?? (String(cString: name) == "NetStim")
    isStimulator[name] = isOne
    guard isOne else { return nil }
    if let index = known[source] { return index }
    known[source] = stimulators.count
    stimulators.append(
      EventInputs.NetStim(
        interval: neuron.api.property(source, interval.cString),
        number: neuron.api.property(source, number.cString),
        start: neuron.api.property(source, start.cString),
        noise: neuron.api.property(source, noise.cString), ids: ids(of: source)))
    return known[source]
  }

  /// The ids of a NetStim's stream; nil where NEURON has it elsewhere.
  private mutating func ids(of stimulator: ObjectReference) -> (UInt32, UInt32, UInt32)? {
    guard let internals, let point = internals.functions.point_process(stimulator),
      let property = neuron_point_process_property(point),
      let datums = internals.functions.datums(property).pointee
    else { return nil }
    let index: Int?
    if let streamIndex {
      index = streamIndex
    } else {
      index = indexOfStream(stimulator, internals)
      streamIndex = .some(index)
    }
    guard let index else { return nil }
    var ids: (UInt32, UInt32, UInt32) = (0, 0, 0)
    let isKnown = withUnsafeMutableBytes(of: &ids) {
      neuron_datum_stream(datums + index, $0.assumingMemoryBound(to: UInt32.self).baseAddress)
    }
    return isKnown ? ids : nil
  }

  private func indexOfStream(_ stimulator: ObjectReference, _ internals: Internals) -> Int? {
    guard let symbol = neuron.api.method_symbol(stimulator, random.cString),
      let counts = internals.functions.datum_counts.pointee
    else { return nil }
    let range = neuron_symbol_range(symbol).pointee
    let type = internals.functions.mechanism_type("NetStim")
    guard type >= 0, internals.isRandom(symbol), Int(range.mechanism) == Int(type),
      (0..<Int(counts[Int(type)])).contains(Int(range.index))
    else { return nil }
    return Int(range.index)
  }
}

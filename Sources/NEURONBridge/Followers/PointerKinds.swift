import CNEURON

/// The POINTERs that the session's mechanisms declare.
struct PointerKinds {
  struct Kind {
    let name: String
    /// Of NEURON's mechanism.
    let mechanism: Int32
    /// Among the datums of the mechanism's properties.
    let index: Int
  }

  /// Those of density mechanisms.
  let densities: [Kind]
  /// Those of point processes and artificial cells, by class.
  let processes: [String: [Kind]]

  init(_ internals: Internals) throws(BridgeError) {
    let neuron = internals.neuron
    func kinds(in table: OpaquePointer?) -> [Kind] {
      guard let table else { return [] }
      let iterator = neuron.api.symbol_iterator_new(table)
      defer { neuron.api.symbol_iterator_free(iterator) }
      var kinds: [Kind] = []
      while neuron.api.symbol_iterator_done(iterator) == 0 {
        guard let symbol = neuron.api.symbol_iterator_next(iterator) else { break }
        guard internals.isPointer(symbol) else { continue }
        let range = neuron_symbol_range(symbol).pointee
        guard let counts = internals.functions.datum_counts.pointee,
          (0..<Int(counts[Int(range.mechanism)])).contains(Int(range.index))
        else { continue }
        kinds.append(
          Kind(
            name: String(cString: neuron.api.symbol_name(symbol)),
            mechanism: Int32(range.mechanism), index: Int(range.index)))
      }
      return kinds
    }
    densities = kinds(in: neuron.api.global_symbols())
    var processes: [String: [Kind]] = [:]
    for name in try MechanismCatalog.pointProcessNames(neuron) {
      guard let symbol = neuron.api.symbol(name) else { continue }
      let found = kinds(in: neuron.api.symbol_table(symbol))
      if !found.isEmpty { processes[name] = found }
    }
    self.processes = processes
  }
}

/// One POINTER of one mechanism.
struct Pointer {
  let kind: PointerKinds.Kind
  let datum: UnsafeMutablePointer<neuron_datum>

  /// Where what it points to is at the moment; nil as for `target`.
  var address: UnsafeMutablePointer<Double>? { neuron_datum_address(datum) }

  /// What it points to; nil where it is not set, or to something that is no number.
  var target: neuron_handle? {
    guard address != nil else { return nil }
    let value = datum.pointee
    return neuron_handle(
      row: value.row, control: value.control, storage: value.storage, dimension: value.dimension,
      index: value.index)
  }
}

extension Internals {
  /// The POINTERs of a point process; empty where it is on no section.
  func pointers(
    of process: ObjectReference, _ kinds: [PointerKinds.Kind]
  ) -> [Pointer] {
    guard let point = functions.point_process(process),
      let property = neuron_point_process_property(point)
    else { return [] }
    return pointers(ofProperty: property, kinds)
  }

  /// A POINTER of a density mechanism; nil where the segment does not have it.
  func pointer(
    _ kind: PointerKinds.Kind, in section: SectionReference, at position: Double
  ) -> Pointer? {
    guard let node = functions.node(section, position),
      let property = functions.property_of_node(kind.mechanism, node)
    else { return nil }
    return pointers(ofProperty: property, [kind]).first
  }

  private func pointers(ofProperty property: OpaquePointer, _ kinds: [PointerKinds.Kind])
    -> [Pointer]
  {
    guard let datums = functions.datums(property).pointee else { return [] }
    return kinds.map { Pointer(kind: $0, datum: datums + $0.index) }
  }
}

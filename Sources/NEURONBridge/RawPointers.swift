import CNEURON

/// POINTERs of point processes to something that is no number, such as a stream of random numbers.
package enum RawPointers {
  /// For each point process whether it has one that is set.
  ///
  /// - Returns: nil where this NEURON's cannot be read.
  /// - Throws: `BridgeError` where there is no NEURON.
  package static func areSet(
    of processes: [ObjectReference]
  ) throws(BridgeError) -> [Bool]? {
    let neuron = try NEURON()
    guard let internals = Internals(neuron), LayoutTest.result(internals).pointers else {
      return nil
    }
    let kinds = try PointerKinds(internals).processes
    return processes.map { process in
      guard let kinds = kinds[String(cString: neuron.api.class_name(process))] else { return false }
      return internals.pointers(of: process, kinds).contains { neuron_datum_is_raw($0.datum) }
    }
  }
}

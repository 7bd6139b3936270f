import CNEURON

/// `reduced_cell`, the name at hoc's top level under which neuron-reduce 0.0.7 keeps the instance that it
/// made last.
enum PublishedName {
  private static let name = "reduced_cell"
  private static let assign = "neuron_reduce_name"
  private static let identifier = "neuron_reduce_named"

  /// Gives the name to an instance, unless the session has something else by that name.
  ///
  /// - Parameter undo: gives the name back to what had it.
  static func give(
    to instance: ObjectReference, in neuron: NEURON, _ undo: inout Undo
  ) throws(BridgeError) {
    if neuron.api.symbol(name) == nil {
      try neuron.execute("objref \(name)", doing: "naming the reduced cell")
    }
    guard neuron.memberKind(name, of: nil) == .objectReference else { return }
    if neuron.api.symbol(assign) == nil {
      try neuron.execute(
        """
        obfunc neuron_reduce_no_object() { localobj nothing
         return nothing
        }
        """, doing: "naming the reduced cell")
      try neuron.execute(
        "obfunc \(identifier)() {\n return \(name)\n}", doing: "naming the reduced cell")
      try neuron.execute(
        "proc \(assign)() {\n if (numarg() > 0) { \(name) = $o1 } else { \(name) = "
          + "neuron_reduce_no_object() }\n}",
        doing: "naming the reduced cell")
    }
    let assignment = try neuron.symbol(assign)
    guard case .object(let before) = try neuron.call(neuron.symbol(identifier)) else { return }
    undo.record {
      if let before {
        _ = try? neuron.call(assignment, .object(before))
      } else {
        _ = try? neuron.call(assignment)
      }
    }
    undo.finally { if let before { neuron.api.object_unref(before) } }
    try neuron.call(assignment, .object(instance))
  }

  /// Takes the name from an instance that has it.
  static func forget(_ instance: ObjectReference, in neuron: NEURON) {
    guard let named = neuron.api.symbol(identifier), let assignment = neuron.api.symbol(assign),
      case .object(let holder?)? = try? neuron.call(named)
    else { return }
    neuron.api.object_unref(holder)
    if holder == instance { _ = try? neuron.call(assignment) }
  }
}

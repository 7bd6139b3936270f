import CNEURON
import NEURONBridge
import Reduction

/// A reduction that was built in the session, in the place of the original's dendrites.
package struct ReducedInPlace {
  package let live: LiveReduction
  /// All of the reduced cell's sections, in the order of the reduction.
  package let sections: [SectionReference]
  package let somatic, apical, axonal: ObjectReference
  /// What became of what referred to the dendrites, one sentence each.
  package let notes: [String]

  /// - Throws: `BridgeError`; the session is then as it was.
  package init(_ live: LiveReduction, in session: Session) throws(BridgeError) {
    let neuron = session.neuron
    let lists = try (0..<5).map { _ throws(BridgeError) in try neuron.newObject("SectionList") }
    let built = try live.builtInPlace(
      in: session,
      lists: Building.SectionLists(
        all: lists[0], somatic: lists[1], apical: lists[2], basal: lists[3], axonal: lists[4]))
    guard let built else {
      throw .neuron(doing: "building the reduced cell", message: "the session changed meanwhile")
    }
    self.live = live
    notes = built.notes
    sections = neuron.sections(of: lists[0])
    (somatic, apical, axonal) = (lists[1], lists[2], lists[4])
  }

  /// The reduced cell as a cell of the session.
  package func cell(named name: String) -> SessionCell {
    SessionCell(
      name: name, somatic: somatic, apical: apical, axonal: axonal, isApicalGiven: true,
      isAxonGiven: true,
      sections: sections)
  }
}

extension LiveReduction {
  /// Builds the reduced cell in the place of the original's dendrites, whatever of the session cannot follow.
  ///
  /// - Parameter lists: which are given its sections.
  /// - Returns: what became of what referred to the dendrites, and of that what could not follow; nil where the
  ///   session changed meanwhile.
  /// - Throws: `BridgeError`; the session is then as it was.
  package func builtInPlace(
    in session: Session, lists: Building.SectionLists
  ) throws(BridgeError) -> (notes: [String], losses: [String])? {
    let neuron = session.neuron
    let name = "NeuronReduceCables"
    let template = ReducedTemplate(name: name)
    try template.prepare(isBuiltIn: true, in: neuron)
    let instance = try neuron.newObject(name)
    // It is kept with the soma.
    defer { neuron.api.object_unref(instance) }
    let building = Building(
      template: template, instance: instance, instanceName: try session.name(of: instance),
      lists: lists, isNamed: false)
    let streams = try KeptStreams(of: cell.synapses, in: session)
    var (built, losses) = (try build(building, told: []), [String]())
    if case .nothing(let untold) = built {
      losses = untold
      built = try build(building, told: losses)
    }
    guard case .cell(let notes, _) = built else { return nil }
    try streams.restore()
    return (notes, losses)
  }
}

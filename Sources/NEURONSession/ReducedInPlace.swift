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

  private static let template = "NeuronReduceCables"

  /// - Throws: `BridgeError`; the session is then as it was.
  package init(_ live: LiveReduction, in session: Session) throws(BridgeError) {
    let neuron = session.neuron
    let template = ReducedTemplate(name: Self.template)
    try template.prepare(isBuiltIn: true, in: neuron)
    let instance = try neuron.newObject(Self.template)
    let count = try neuron.objectCount(ofClass: Self.template)
    let lists = try (0..<5).map { _ throws(BridgeError) in try neuron.newObject("SectionList") }
    let building = Building(
      template: template, instance: instance, instanceName: "\(Self.template)[\(count - 1)]",
      lists: Building.SectionLists(
        all: lists[0], somatic: lists[1], apical: lists[2], basal: lists[3], axonal: lists[4]),
      isNamed: false)
    var built = try live.build(building, told: [])
    if case .nothing(let losses) = built { built = try live.build(building, told: losses) }
    guard case .cell(let notes, _) = built else {
      throw .neuron(doing: "building the reduced cell", message: "the session changed meanwhile")
    }
    self.live = live
    self.notes = notes
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

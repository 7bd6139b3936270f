import CNEURON
import CellModel
import Reduction

/// The sections of a cell as a tree, each with its role.
struct CellTopology {
  struct Node {
    let section: SectionReference
    let role: Section.Role
    let attachment: Section.Attachment?
  }

  /// Every section after its parent; children in NEURON's order.
  let nodes: [Node]

  /// Walks the tree that the soma belongs to.
  ///
  /// The soma's role is given. A section is axon where the caller's list says so, and so is all that is
  /// attached to axon. Of what else is attached to the soma, the name tells axon and axon hillock from
  /// dendrites, and the caller's list of apical sections, or where that is empty the name, apical from
  /// basal ones; where the caller says that a list is all, names tell nothing. What is attached to a dendrite
  /// belongs to it.
  ///
  /// NEURON's own walks never end where sections are attached in a circle: none of them is used.
  init(_ neuron: NEURON, _ references: LiveCellReferences) throws(BridgeError) {
    let soma = neuron.sections(of: references.soma)
    guard let firstSoma = soma.first else { throw .reduction(.noSoma(cell: references.name)) }
    let roles = Roles(
      neuron, soma: Set(soma), apical: Set(neuron.sections(of: references.apical)),
      axonal: Set(neuron.sections(of: references.axonal)),
      isApicalGiven: references.isApicalGiven, isAxonGiven: references.isAxonGiven)

    let root = try neuron.root(of: firstSoma)
    let parentConnection = try neuron.symbol("parent_connection")
    let orientation = try neuron.symbol("section_orientation")
    var nodes: [Node] = []
    var known: Set<SectionReference> = [root]
    var open = [(section: root, parent: Int?.none)]
    while let (section, parent) = open.popLast() {
      let attachment = try parent.map { parent throws(BridgeError) in
        try neuron.with(section: section) { () throws(BridgeError) in
          Section.Attachment(
            parent: parent, position: try neuron.call(parentConnection).number,
            ownEnd: try neuron.call(orientation).number)
        }
      }
      let role = roles.role(of: section, parent: parent.map { nodes[$0].role })
      nodes.append(Node(section: section, role: role, attachment: attachment))
      let index = nodes.count - 1
      let children = try neuron.sectionList("children", of: section)
        .filter { known.insert($0).inserted }
      open += children.reversed().map { (section: $0, parent: index) }
    }
    for section in soma where !known.contains(section) {
      throw .somaInPieces(section: neuron.name(of: section), soma: neuron.name(of: firstSoma))
    }
    self.nodes = nodes
  }

  private struct Roles {
    let neuron: NEURON
    let soma, apical, axonal: Set<SectionReference>
    let isApicalGiven, isAxonGiven: Bool

    init(
      _ neuron: NEURON, soma: Set<SectionReference>, apical: Set<SectionReference>,
      axonal: Set<SectionReference>, isApicalGiven: Bool, isAxonGiven: Bool
    ) {
      self.neuron = neuron
      self.soma = soma
      self.apical = apical
      self.axonal = axonal
      self.isApicalGiven = isApicalGiven
      self.isAxonGiven = isAxonGiven
    }

    func role(of section: SectionReference, parent: Section.Role?) -> Section.Role {
      if soma.contains(section) { return .soma }
      if parent == .axon || axonal.contains(section) { return .axon }
      if let parent, parent != .soma { return parent }
      let name = ownName(of: section)
      if !isAxonGiven, name.contains("axon") || name.contains("hill") { return .axon }
      if apical.contains(section) { return .apical }
      return !isApicalGiven && apical.isEmpty && name.contains("apic") ? .apical : .basal
    }

    /// A section's name without the cell it belongs to, in lower case.
    private func ownName(of section: SectionReference) -> String {
      let name = neuron.name(of: section)
      return (name.split(separator: ".").last.map(String.init) ?? name).lowercased()
    }
  }
}

extension NEURON {
  /// The section that a section's tree begins with.
  ///
  /// - Throws: `BridgeError.loop` where sections are attached in a circle.
  func root(of section: SectionReference) throws(BridgeError) -> SectionReference {
    let known = Dictionary(
      allSections().map { (UInt(bitPattern: $0), $0) }, uniquingKeysWith: { first, _ in first })
    let parentSection = try symbol("parent_section")
    var path = [section]
    var places = [section: 0]
    while let child = path.last {
      let address = try with(section: child) { () throws(BridgeError) in
        try call(parentSection, .number(0)).number
      }
      // The address of the parent as a number, 0 where there is none.
      guard let parent = known[UInt(exactly: address) ?? 0] else { return child }
      if let first = places[parent] {
        throw .loop(sections: path[first...].map { name(of: $0) })
      }
      places[parent] = path.count
      path.append(parent)
    }
    return section
  }
}

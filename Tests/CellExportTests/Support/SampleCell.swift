import CellFile

/// A soma, an apical dendrite with a branch, and two synapses of one kind that stand for three.
enum SampleCell {
  static let cell: KeptCell = {
    var cell = KeptCell()
    cell.name = "Toy[0]"
    cell.versions = [Named("NEURON", "9.0.2")]
    cell.method = "folded"
    cell.mechanisms = ["Exp2Syn", "IClamp", "na_ion", "pas"].map { .init(name: $0) }
    cell.mechanisms[3].globals = [("some_pas", [1], false)]
    cell.sections = [
      section("soma", .soma, 1), section("apic[0]", .apical, 3), section("apic[1]", .apical, 1),
    ]
    cell.attachments = [
      .init(section: 1, end: 0, parent: 0, position: 1),
      .init(section: 2, end: 0, parent: 1, position: 0.5),
    ]
    cell.pointProcesses = [
      synapse(1, 0.5, reversal: 0), synapse(2, 0.25, reversal: 0),
      .init(
        mechanism: "IClamp", section: 0, position: 0.5, parameters: [Named("amp", .scalar(0.25))]),
    ]
    cell.sources = [
      .netStim(interval: 10, number: 1e9, start: 0, noise: 1, ids: [1, 2, 3]),
      .potential(section: 0, position: 0.5), .process(0), .gid(3), .events([1, 2.5]),
      .unknown("VecStim"),
    ]
    cell.connections = [0, 1, 0].map {
      .init(process: $0, source: $0, delay: 1, threshold: 10, weights: [0.001], isActive: true)
    }
    cell.survivors = [0, 1]
    cell.originalSections = [Named("soma", 0)]
    (cell.originalSynapses, cell.originalConnections) = ([0, 1, 0], [0, 1, 2])
    return cell
  }()

  static func section(
    _ name: String, _ role: KeptCell.Section.Role, _ count: Int
  ) -> KeptCell.Section {
    KeptCell.Section(
      name: name, role: role, segmentCount: count, length: 20, diameter: .all(2), points: [],
      arcs: nil, areas: nil, axialResistivity: 100, rallbranch: 1, capacitance: .all(1),
      insertions: [
        .init(
          mechanism: "pas",
          parameters: [Named("g_pas", .all(1e-5)), Named("e_pas", .all(-70))])
      ],
      ions: [])
  }

  static func synapse(
    _ section: Int, _ position: Double, reversal: Double
  ) -> KeptCell.PointProcess {
    .init(
      mechanism: "Exp2Syn", section: section, position: position,
      parameters: [Named("tau1", .scalar(0.3)), Named("e", .scalar(reversal))])
  }

  /// The sample after a change.
  static func cell(changed: (inout KeptCell) -> Void) -> KeptCell {
    var cell = cell
    changed(&cell)
    return cell
  }
}

import CellFile

/// A kept cell as a node type of SONATA, with what edges onto it need.
///
/// The node type is a hoc template, `model_template` `hoc:Name`: what else the format has, one file of parameters for
/// soma, axon, basal and apical dendrites, cannot say what each cable of a reduced cell has. Synapses are edges' in
/// SONATA: the template has none, and there is a type of edges for each kind of them, and a table of where the
/// original's are.
struct SONATAFolder {
  /// The number of the node type; those of edge types go on from here.
  static let nodeType = 100

  let files: [CellExport.File]

  /// - Parameter name: the folder's.
  init(_ cell: KeptCell, named name: String) throws(ExportError) {
    let template = HocTemplate.name(ofFile: name)
    let edges = try SONATAEdges(of: cell)
    let hoc = HocTemplate(
      cell.withoutSynapses, file: template,
      pointProcesses: Set(cell.pointProcesses.map(\.mechanism)))
    files =
      [
        (
          "node_types.csv",
          Self.table(
            ["node_type_id", "model_type", "model_template", "morphology"],
            [["\(Self.nodeType)", "biophysical", "hoc:\(template)", template]])
        ),
        (
          "edge_types.csv",
          Self.table(
            ["edge_type_id", "model_template", "dynamics_params"],
            edges.types.map { ["\($0.number)", $0.mechanism, "\($0.label).json"] })
        ),
        (
          "synapses.csv",
          Self.table(
            [
              "synapse", "edge_type_id", "afferent_section_id", "afferent_section_pos",
              "syn_weight", "delay",
            ], edges.rows)
        ),
        // GLOBALs are the session's, and SONATA has no other place for them.
        ("templates/\(template).hoc", "\(hoc.text)\n{ \(hoc.name)_globals() }\n"),
        ("morphologies/\(template).swc", SWCText(cell).text),
        ("circuit_config.json", Self.json(Self.circuit)),
        ("simulation_config.json", Self.json(Self.simulation(of: cell))),
      ].map(CellExport.File.init)
      + edges.types.map {
        CellExport.File(
          path: "synaptic_models/\($0.label).json", text: Self.json($0.parameters.object))
      }
  }

  private static let circuit = JSONValue.object([
    .init("manifest", .object([.init("$BASE_DIR", .text("."))])),
    .init(
      "components",
      .object([
        .init("morphologies_dir", .text("$BASE_DIR/morphologies")),
        .init("synaptic_models_dir", .text("$BASE_DIR/synaptic_models")),
        .init("templates_dir", .text("$BASE_DIR/templates")),
      ])),
  ])

  private static func simulation(of cell: KeptCell) -> JSONValue {
    .object([
      .init("manifest", .object([.init("$BASE_DIR", .text("."))])),
      .init("network", .text("$BASE_DIR/circuit_config.json")),
      // BMTK would divide sections anew, such that no segment is longer than 20 um.
      .init("run", .object([.init("dL", .null)])),
      .init(
        "conditions",
        .object([
          .init("celsius", .number(cell.temperature)),
          .init("v_init", .number(cell.initialPotential)),
        ])),
    ])
  }

  /// As SONATA has tables: with spaces between.
  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head] + rows).map { $0.joined(separator: " ") + "\n" }.joined()
  }

  private static func json(_ value: JSONValue) -> String { JSONWriter.spread(value) + "\n" }
}

extension KeptCell {
  /// With those of its point processes that are no synapses.
  fileprivate var withoutSynapses: KeptCell {
    let synapses = Set(survivors).union(originalSynapses)
    let kept = pointProcesses.indices.filter { !synapses.contains($0) }
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    var cell = self
    cell.pointProcesses = kept.map { pointProcesses[$0] }
    cell.plays = plays.compactMap { play in
      guard let process = play.process else { return play }
      var play = play
      play.process = numbers[process]
      return play.process == nil ? nil : play
    }
    (cell.sources, cell.connections, cell.survivors) = ([], [], [])
    (cell.originalSynapses, cell.originalConnections) = ([], [])
    return cell
  }
}

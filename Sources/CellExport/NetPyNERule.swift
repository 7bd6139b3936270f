import CellFile

/// A kept cell as a cell rule of NetPyNE, with what its synapses need.
///
/// NetPyNE makes a synapse where a connection names its mechanism and its place, and has no other way to give a cell
/// synapses: the file has, beside the rule, the mechanisms and for each of the original's synapses where its connection
/// is to go.
struct NetPyNERule {
  /// A JSON file's, with the parts of a NetPyNE model that are the cell's.
  let text: String
  /// A sentence on what of the cell a rule has no place for; none where it has all.
  let warnings: [String]

  /// - Parameter name: the rule's.
  init(_ cell: KeptCell, named name: String) throws(ExportError) {
    let sections = try NetPyNESections(of: cell)
    let parts = JSONMembers([
      ("net", .object([.init("params", try Self.parameters(cell, sections, name))])),
      (
        "simConfig",
        .object([
          .init(
            "hParams",
            .object([
              .init("celsius", JSONValue(cell.temperature)),
              .init("v_init", JSONValue(cell.initialPotential)),
            ])),
          // What stands for many synapses is one, to which all their connections go.
          .init("oneSynPerNetcon", .truth(false)),
          // NetPyNE would move the points to where the cell is, which rounds them to 7 digits.
          .init("pt3dRelativeToCellLocation", .truth(false)),
        ])
      ),
      ("synapses", .list(try Self.synapses(of: cell, sections))),
    ])
    text = JSONWriter.spread(parts.object) + "\n"
    warnings = Self.warnings(of: cell)
  }

  private static func parameters(
    _ cell: KeptCell, _ sections: NetPyNESections, _ name: String
  ) throws(ExportError) -> JSONValue {
    let rule = JSONMembers([
      ("conds", .object([.init("cellType", .text(name))])), ("secs", sections.described),
      ("secLists", sections.lists), ("globals", try globals(of: cell)),
    ])
    return .object([
      .init("cellParams", .object([.init(name, rule.object)])),
      .init("synMechParams", sections.synapseKinds.object),
    ])
  }

  private static func globals(of cell: KeptCell) throws(ExportError) -> JSONValue {
    var found = JSONMembers()
    for mechanism in cell.mechanisms {
      for global in mechanism.globals {
        guard !global.isArray, let value = global.values.first else {
          throw .array(mechanism: mechanism.name)
        }
        found[global.name] = .number(try value.asNumber(global.name, in: .netpyne))
      }
    }
    return found.object
  }

  private static func synapses(
    of cell: KeptCell, _ sections: NetPyNESections
  ) throws(ExportError) -> [JSONValue] {
    var found: [JSONValue] = []
    for (process, connection) in zip(cell.originalSynapses, cell.originalConnections) {
      let place = cell.pointProcesses[process]
      let netcon = cell.connections[connection]
      let weights = try netcon.weights.map { weight throws(ExportError) in
        JSONValue.number(try weight.asNumber("a weight", in: .netpyne))
      }
      found.append(
        .object([
          .init("synMech", .text(sections.labels[process])),
          .init("sec", .text(sections.names[place.section])),
          .init("loc", .number(place.position)), .init("weight", .list(weights)),
          .init("delay", .number(netcon.delay)),
          .init("threshold", .number(try netcon.threshold.asNumber("a threshold", in: .netpyne))),
        ]))
    }
    return found
  }

  private static func warnings(of cell: KeptCell) -> [String] {
    let hasStreams =
      cell.pointProcesses.contains { !$0.streams.isEmpty }
      || cell.sections.contains { $0.insertions.contains { !$0.streams.isEmpty } }
    let parts = [
      (!cell.plays.isEmpty, "Vectors that are played into the cell"),
      (cell.mechanisms.contains { !$0.tables.isEmpty }, "FUNCTION_TABLEs"),
      (hasStreams, "streams of RANDOM variables"),
      (
        cell.sections.contains { $0.arcs != nil },
        "lengths beyond 7 digits, where L was set after 3D points"
      ),
    ]
    let lost = parts.filter(\.0).map(\.1)
    guard !lost.isEmpty else { return [] }
    return ["a cell rule of NetPyNE has no \(lost.joined(separator: ", no ")): they were left out"]
  }
}

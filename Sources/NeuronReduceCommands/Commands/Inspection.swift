import CellFile
import CellModel
import Reduction

/// What a cell consists of, for people and for machines.
struct Inspection {
  let cell: CellModel
  /// How many of its point processes are synapses that were listed.
  let listedSynapses: Int
  /// NEURON's.
  let version: String

  init(of cell: CellModel, listedSynapses: Int, version: String) {
    self.cell = cell
    self.listedSynapses = listedSynapses
    self.version = version
  }

  private struct Part {
    let name: String
    let sections: [Section]

    var segments: Int { sections.reduce(0) { $0 + $1.segments.count } }
    /// In µm.
    var length: Double { sections.reduce(0) { $0 + $1.length } }
    /// In µm².
    var area: Double { sections.reduce(0) { $0 + $1.segments.reduce(0) { $0 + $1.area } } }
  }

  private static let roles: [Section.Role] = [.soma, .axon, .basal, .apical]

  private var parts: [Part] {
    Self.roles.map { role in
      Part(name: role.rawValue, sections: cell.sections.filter { $0.role == role })
    }
    .filter { !$0.sections.isEmpty } + [Part(name: "all", sections: cell.sections)]
  }

  private struct Mechanism {
    let name: String
    let isIon: Bool
    /// By role, in how many sections it is.
    let counts: [(role: Section.Role, count: Int)]
  }

  private var mechanisms: [Mechanism] {
    cell.mechanisms.enumerated().map { index, kind in
      Mechanism(
        name: kind.name, isIon: kind.isIon,
        counts: Self.roles.map { role in
          (
            role,
            cell.sections.count { section in
              section.role == role && section.insertions.contains { $0.mechanism == index }
            }
          )
        })
    }.sorted { $0.name < $1.name }
  }

  private struct Processes {
    let name: String
    let count, kinds, connections: Int
    let rate: Double?
  }

  private var processes: [Processes] {
    var connections = [Int](repeating: 0, count: cell.pointProcessKinds.count)
    var rates = [Double?](repeating: 0, count: cell.pointProcessKinds.count)
    for each in cell.connections {
      let kind = cell.pointProcesses[each.target].kind
      connections[kind] += 1
      rates[kind] = rates[kind].flatMap { sum in each.meanRate.map { sum + $0 } }
    }
    return cell.pointProcessKinds.enumerated().map { index, kind in
      let own = cell.pointProcesses.filter { $0.kind == index }
      return Processes(
        name: kind.name, count: own.count, kinds: Set(own.map(\.values)).count,
        connections: connections[index], rate: rates[index])
    }
  }

  private var impedance: Electrotonics? { Electrotonics(of: cell) }

  // MARK: For people

  func text(withSections: Bool, isColoured: Bool) -> String {
    var text = "\(cell.name)  NEURON \(version), \(cell.temperature.text()) °C"
    if let potential = cell.initialPotential { text += ", v_init \(potential.text()) mV" }
    text += "\n\n"
    var table = TextTable(
      ("part", .left), ("sections", .right), ("segments", .right), ("length (µm)", .right),
      ("area (µm²)", .right))
    table.rows = parts.map {
      [
        $0.name, "\($0.sections.count)", "\($0.segments)", $0.length.text(digits: 5),
        $0.area.text(digits: 5),
      ]
    }
    text += table.text(isColoured: isColoured)
    if !mechanisms.isEmpty {
      var table = TextTable(("mechanism", .left), ("in sections of", .left))
      table.rows = mechanisms.filter { !$0.isIon }.map { each in
        [each.name, Self.text(of: each.counts)]
      }
      table.rows += mechanisms.filter(\.isIon).map { ["\($0.name)", Self.text(of: $0.counts)] }
      text += "\n" + table.text(isColoured: isColoured)
    }
    if !processes.isEmpty {
      var table = TextTable(
        ("point processes", .left), ("count", .right), ("kinds", .right), ("NetCons", .right),
        ("events (Hz)", .right))
      table.rows = processes.map {
        [$0.name, "\($0.count)", "\($0.kinds)", "\($0.connections)", $0.rate?.text() ?? "–"]
      }
      text += "\n" + table.text(isColoured: isColoured)
    }
    if let impedance {
      text +=
        "\nat the soma, of the membrane's leak: input resistance \(impedance.inputResistance.text()) MΩ\n"
      if let farthest = impedance.farthest {
        text +=
          "electrically farthest dendrite: the end of \(farthest.name), \(farthest.distance.text()) µm away: of a "
          + "steady current there the soma feels 1/\(farthest.attenuation.text())\n"
      }
    }
    if withSections { text += "\n" + sectionTable.text(isColoured: isColoured) }
    return text
  }

  private static func text(of counts: [(role: Section.Role, count: Int)]) -> String {
    counts.filter { $0.count > 0 }.map { "\($0.role.rawValue) \($0.count)" }.joined(separator: ", ")
  }

  private var sectionTable: TextTable {
    var table = TextTable(
      ("section", .left), ("part", .left), ("on", .left), ("L (µm)", .right), ("diam (µm)", .right),
      ("Ra", .right),
      ("nseg", .right))
    table.rows = cell.sections.map { section in
      let diameter =
        section.segments.reduce(0) { $0 + $1.diameter } / Double(max(section.segments.count, 1))
      return [
        section.name, section.role.rawValue,
        section.attachment.map {
          "\(cell.sections[$0.parent].name)(\($0.position.text(digits: 2)))"
        } ?? "",
        section.length.text(digits: 4), diameter.text(), section.axialResistivity.text(),
        "\(section.segments.count)",
      ]
    }
    return table
  }

  // MARK: For machines

  var json: JSONValue {
    .object([
      .init("name", .text(cell.name)), .init("neuron", .text(version)),
      .init("celsius", JSONValue(cell.temperature)),
      .init("v_init", cell.initialPotential.map { JSONValue($0) } ?? .null),
      .init(
        "parts",
        .list(
          parts.map {
            .object([
              .init("part", .text($0.name)), .init("sections", .integer($0.sections.count)),
              .init("segments", .integer($0.segments)), .init("length", JSONValue($0.length)),
              .init("area", JSONValue($0.area)),
            ])
          })),
      .init(
        "mechanisms",
        .list(
          mechanisms.map { each in
            .object([
              .init("name", .text(each.name)), .init("ion", .truth(each.isIon)),
              .init(
                "sections",
                .object(each.counts.map { .init($0.role.rawValue, .integer($0.count)) })),
            ])
          })),
      .init(
        "point_processes",
        .list(
          processes.map {
            .object([
              .init("name", .text($0.name)), .init("count", .integer($0.count)),
              .init("kinds", .integer($0.kinds)), .init("connections", .integer($0.connections)),
              .init("rate", $0.rate.map { JSONValue($0) } ?? .null),
            ])
          })),
      .init("listed_synapses", .integer(listedSynapses)),
      .init(
        "input_resistance", impedance.map { JSONValue($0.inputResistance) } ?? .null),
      .init(
        "farthest_dendrite",
        impedance?.farthest.map { farthest in
          .object([
            .init("section", .text(farthest.name)), .init("distance", JSONValue(farthest.distance)),
            .init("attenuation", JSONValue(farthest.attenuation)),
          ])
        } ?? .null),
      .init(
        "sections",
        .list(
          cell.sections.map { section in
            .object([
              .init("name", .text(section.name)), .init("part", .text(section.role.rawValue)),
              .init(
                "parent", section.attachment.map { .text(cell.sections[$0.parent].name) } ?? .null),
              .init("nseg", .integer(section.segments.count)),
              .init("L", JSONValue(section.length)),
              .init("Ra", JSONValue(section.axialResistivity)),
            ])
          })),
    ])
  }
}

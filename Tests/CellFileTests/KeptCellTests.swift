import CellFile
import TestSupport
import Testing

@Suite struct KeptCellTests {
  private static let cell: KeptCell = {
    var cell = KeptCell()
    cell.name = "Toy[0]"
    cell.versions = [Named("NEURON", "9.0.2")]
    cell.method = "folded"
    cell.settings = .object([.init("frequency", .integer(0))])
    cell.mechanisms = [
      .init(name: "ExpSyn"), .init(name: "hh", globals: [("usetable_hh", [1], false)]),
      .init(name: "na_ion"),
      .init(
        name: "pas", source: .init(file: "passive.mod", sha256: String(repeating: "0a", count: 32))),
    ]
    let section = { (name: String, role: KeptCell.Section.Role, count: Int) in
      KeptCell.Section(
        name: name, role: role, segmentCount: count, length: 20, diameter: .all(2), points: [],
        arcs: nil, areas: nil,
        axialResistivity: 100, rallbranch: 1, capacitance: .all(1),
        insertions: [
          .init(
            mechanism: "pas",
            parameters: [Named("g_pas", .each([Double?](repeating: 1e-5, count: count)))])
        ],
        ions: [
          .init(
            name: "na_ion", style: nil,
            values: [Named("ena", .each([Double?](repeating: nil, count: count)))])
        ])
    }
    cell.sections = [section("soma", .soma, 1), section("dend[0]", .basal, 3)]
    cell.attachments = [.init(section: 1, end: 0, parent: 0, position: 0.5)]
    cell.pointProcesses = [
      .init(
        mechanism: "ExpSyn", section: 1, position: 0.5,
        parameters: [Named("tau", .scalar(2)), Named("list", .array([1, .nan]))])
    ]
    cell.sources = [
      .netStim(interval: 10, number: 1e9, start: 0, noise: 1, ids: [1, 2, 3]),
      .potential(section: 0, position: 0.5),
      .process(0), .gid(3), .events([1, 2.5]), .unknown("VecStims"),
    ]
    cell.connections = [
      .init(process: 0, source: 0, delay: 1, threshold: 10, weights: [0.001], isActive: true),
      .init(process: 0, source: nil, delay: 1, threshold: 10, weights: [], isActive: false),
    ]
    cell.survivors = [0]
    cell.originalSections = [Named("soma", 0)]
    cell.originalSynapses = [0]
    cell.originalConnections = [1]
    cell.segmentMap = [
      .init(section: "Toy[0].dend", position: 0.5, target: 1, targetPosition: 0.25)
    ]
    return cell
  }()

  @Test func readsWhatItWrites() throws {
    let text = Self.cell.text
    let read = try KeptCell(text: Array(text.utf8))
    #expect(read.text == text)
    #expect(read.connections == Self.cell.connections)
  }

  @Test func earlierVersionsAreRead() throws {
    let text = Self.cell.text.replacing("\"version\": 2", with: "\"version\": 1")
      .replacing(",\n \"record\": null", with: "").replacing(", \"segments\": null", with: "")
    #expect(try KeptCell(text: Array(text.utf8)).record == .null)
  }

  @Test(arguments: [
    (
      "\"nseg\": 3", "\"nseg\": 0",
      "sections[1].nseg is 0; expected a number of segments, 1 to 32766"
    ),
    (
      "\"version\": 2", "\"version\": 3",
      "version is 3; expected at most 2: a newer neuron-reduce has written it"
    ),
    ("\"celsius\": 6.3", "\"celsius\": null", "celsius is null; expected a finite number"),
    (
      "\"parent\": 0", "\"parent\": 1",
      "attachments is one that attaches sections[1] to itself; expected a tree"
    ),
    (
      "\"point_process\": 0, \"source\": 0", "\"point_process\": 7, \"source\": 0",
      "connections[0].point_process is 7; expected an index of point_processes, 0 to 0"
    ),
    ("\"weight\": [0.001]", "\"weight\": 0.001", "connections[0].weight is 0.001; expected a list"),
    (
      "\"role\": \"basal\"", "\"role\": \"spine\"",
      "sections[1].role is \"spine\"; expected one of soma, axon, apical, basal"
    ),
    (
      "\"mechanism\": \"ExpSyn\"", "\"mechanism\": \"Other\"",
      "point_processes[0].mechanism is \"Other\"; expected a mechanism that mechanisms has"
    ),
    ("\"survivors\": [0]", "\"survivors\": [0], \"more\": 1", "more is there; expected format,"),
    ("0a0a\"", "0a0z\"", "mechanisms[3].source.sha256 is"),
  ])
  func faultsAreToldWithTheirPath(part: String, fault: String, message: String) {
    let text = Self.cell.text.replacing(part, with: fault)
    #expect { try KeptCell(text: Array(text.utf8)) } throws: { "\($0)".hasPrefix(message) }
  }

  /// Whatever a file has, it is read or refused.
  @Test func damagedFilesDoNotTrap() {
    let text = Array(Self.cell.text.utf8)
    for seed in 0..<4000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var damaged = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: damaged[place] = UInt8.random(in: 32...126, using: &random)
        case 1: damaged.remove(at: place)
        default:
          damaged.insert(
            contentsOf: Array("-1e9[]{}\",".utf8).shuffled(using: &random).prefix(2), at: place)
        }
      }
      guard let cell = try? KeptCell(text: damaged) else { continue }
      // What was taken can be written.
      _ = cell.text
    }
  }
}

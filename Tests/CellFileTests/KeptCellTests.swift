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

  private static let segments = """
    {"names": ["soma", "dend"], "counts": [1, 2], "areas": [1000.0, 50, 40.5], \
    "compartments": [[0, 0], [1, 2], [1, 0]], \
    "lines": [[0, 0, 0, 0, 20.0, 0], [0, 20, 0, 0, 25, 0], [0, 25, 0, 0, 30, 0]], \
    "diameters": [18, 1, 1], "distances": [[10, 10], [10, 15], [15, 20]], "synapses": [2]}
    """

  private static func text(segments: String) -> [UInt8] {
    Array(cell.text.replacing("\"segments\": null", with: "\"segments\": \(segments)").utf8)
  }

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

  @Test(
    arguments: [
      ("", "", nil),
      (
        "[[0, 0, 0, 0, 20.0, 0], [0, 20, 0, 0, 25, 0], [0, 25, 0, 0, 30, 0]], \"diameters\": [18, 1, 1], "
          + "\"distances\": [[10, 10], [10, 15], [15, 20]]",
        "null, \"diameters\": null, \"distances\": null", nil
      ),
      (
        "\"names\": [\"soma\", \"dend\"]", "\"names\": [\"soma\"]",
        "counts is a list of 2; expected a list of 1"
      ),
      (
        "[1, 2], \"areas\"", "[1, 0], \"areas\"",
        "counts[1] is 0; expected a number of segments, 1 to 32766"
      ),
      ("50, 40.5", "50", "areas is a list of 2; expected a list of 3"),
      (
        "[1, 2], [1, 0]]", "[2, 0], [1, 0]]",
        "compartments[1][0] is 2; expected an index of sections, 0 to 1"
      ),
      (
        "[1, 2], [1, 0]]", "[1, 3], [1, 0]]",
        "compartments[1][1] is 3; expected an index of the segments of sections[1], 0 to 2"
      ),
      ("20.0, 0]", "20.0, 1e12]", "lines[0][5] is 1000000000000.0; expected a coordinate in µm"),
      ("[18, 1, 1]", "[18, 0, 1]", "diameters[1] is 0; expected a diameter in µm, greater than 0"),
      ("[18, 1, 1]", "null", "diameters is null; expected a list of 3"),
      ("[15, 20]", "[-1, 20]", "distances[2][0] is -1; expected a distance in µm, 0 or greater"),
      (
        "\"synapses\": [2]", "\"synapses\": [3]",
        "synapses[0] is 3; expected an index of the original's segments, 0 to 2"
      ),
      (
        "\"synapses\": [2]", "\"synapses\": [2], \"more\": 1",
        "more is there; expected names, counts,"
      ),
    ] as [(String, String, String?)])
  func whereSegmentsWereIsChecked(part: String, fault: String, message: String?) throws {
    let text = Self.text(segments: Self.segments.replacing(part, with: fault))
    guard let message else {
      #expect(try KeptCell(text: text).originalSegments != .null)
      return
    }
    #expect { try KeptCell(text: text) } throws: {
      "\($0)".hasPrefix("original.segments.\(message)")
    }
  }

  /// Whatever a file has, it is read or refused.
  @Test func damagedFilesDoNotTrap() {
    let text = Self.text(segments: Self.segments)
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

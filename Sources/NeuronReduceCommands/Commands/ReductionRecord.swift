import CellFile
import CellModel
import Reduction

/// What a reduction did, as files have it: the fields that Python's ReductionRecord has.
struct ReductionRecord {
  let reduction: Reduction
  let cell: CellModel
  let listedCount: Int
  let settings: JSONValue
  let versions: [Named<String>]
  /// By section of the original its 3D points, x, y, z and diameter in µm.
  let points: [[[Double]]]
  let notes: [String]

  /// At which impedances are given, in Hz.
  private static let frequencies = ImpedanceProfile.frequencies(from: 1, to: 1000, count: 25)
  private static let siteCount = 4

  /// What those want to know who compare runs.
  var outline: JSONValue {
    .object(
      beginning + [.init("expected", expected), .init("notes", .list(notes.map { .text($0) }))])
  }

  private var beginning: [JSONValue.Member] {
    [
      .init("cell", .text(cell.name)),
      .init("method", .text(reduction.settings.method.name)),
      .init("settings", settings),
    ]
  }

  var json: JSONValue {
    .object(
      beginning + [
        .init("versions", .object(versions.map { .init($0.name, .text($0.value)) })),
        .init("segments_full", .integer(segments(cell))),
        .init("segments_reduced", .integer(segments(reduction.reduced))),
        .init("point_processes_full", .integer(listedCount)),
        .init("point_processes_reduced", .integer(reduction.survivors.count { $0 < listedCount })),
        .init("cables", cables), .init("segment_map", segmentMap), .init("synapses", synapses),
        .init("shape", shape), .init("impedances", impedances), .init("expected", expected),
        .init("notes", .list(notes.map { .text($0) })), .init("shared_inward", sharedInward),
      ])
  }

  private func segments(_ cell: CellModel) -> Int {
    cell.sections.reduce(0) { $0 + $1.segments.count }
  }

  private var cables: JSONValue {
    let names = reduction.cableNames
    return .list(
      zip(names, reduction.cables).map { name, cable in
        let parent =
          switch cable.base {
          case .original(let section, _): cell.sections[section].name
          case .cable(let index): names[index]
          }
        return .object([
          .init("name", .text(name)),
          .init("role", .text(cable.role == .apical ? "apical" : "basal")),
          .init("stem", .text(cell.sections[cable.stem].name)), .init("parent", .text(parent)),
          .init("length", JSONValue(cable.shape.length)),
          .init("diameter", JSONValue(cable.shape.diameter)),
          .init("electrotonic_length", JSONValue(cable.shape.electrotonicLength)),
          .init("segments", .integer(cable.segmentCount)),
          .init("is_on_original", .truth(cable.isOnOriginal)),
        ])
      })
  }

  private var segmentMap: JSONValue {
    .list(
      reduction.segmentMap.points.enumerated().flatMap { index, points in
        points.enumerated().map { segment, point in
          .object([
            .init("section", .text(cell.sections[index].name)),
            .init("x", JSONValue(cell.sections[index].center(ofSegment: segment))),
            .init("cable", .integer(point.segment.cable)),
            .init("cable_x", JSONValue(point.relativePosition)),
          ])
        }
      })
  }

  private var synapses: JSONValue {
    .list(
      reduction.synapseKinds(amongFirst: listedCount, of: cell).map { kind in
        .object([
          .init("mechanism", .text(kind.mechanism)),
          .init(
            "parameters", .object(kind.parameters.map { .init($0.name, JSONValue($0.value)) })),
          .init("before", .integer(kind.before)), .init("after", .integer(kind.after)),
          .init("netcons", .integer(kind.connections)), .init("treatment", .text(kind.treatment)),
          .init(
            "unmerged",
            .object(kind.obstacles.map { .init($0.obstacle.description, .integer($0.count)) })),
        ])
      })
  }

  private var shape: JSONValue {
    .list(
      zip(cell.sections.indices, points).map { index, points in
        .object([
          .init("section", .text(cell.sections[index].name)),
          .init("role", .text(cell.sections[index].role.rawValue)),
          // To a nanometre.
          .init(
            "points",
            .list(
              points.map { point in
                .list(point.map { JSONValue(($0 * 1e3).rounded(.toNearestOrEven) / 1e3) })
              })),
          .init("stays", .truth(!reduction.replacement.contains(index))),
        ])
      })
  }

  private var impedances: JSONValue {
    // An extra: where an axon's geometry gives none, the reduction is none the worse.
    guard
      let profile = try? ImpedanceProfile(
        of: cell, reduction, frequencies: Self.frequencies, siteCount: Self.siteCount)
    else { return .null }
    let numbers = { (values: [Double]) in JSONValue.list(values.map { JSONValue($0) }) }
    return .object([
      .init("frequencies", numbers(profile.frequencies)),
      .init("input_full", numbers(profile.full)), .init("input_reduced", numbers(profile.reduced)),
      .init(
        "sites",
        .list(
          profile.sites.map { site in
            let section = cell.sections[site.section]
            return .text(
              "\(section.name)(\(section.center(ofSegment: site.segment).general(digits: 6)))")
          })),
      .init("transfer_full", .list(profile.sites.map { numbers($0.full) })),
      .init("transfer_reduced", .list(profile.sites.map { numbers($0.reduced) })),
    ])
  }

  private var expected: JSONValue {
    let loss = try? ExpectedLoss(of: cell, reduction)
    let shared = SharedMembrane(of: cell, reduction)
    let names = reduction.cableNames
    var sections: [JSONValue.Member] = []
    for (index, section) in cell.sections.enumerated() {
      guard let each = loss?.ofSections[index] else { continue }
      sections.removeAll { $0.name == section.name }
      sections.append(.init(section.name, JSONValue(each)))
    }
    return .object([
      .init("rmsd", loss?.rmsd.map { JSONValue($0) } ?? .null),
      .init("deviation", loss?.deviation.map { JSONValue($0) } ?? .null),
      .init("counted", .integer(loss?.counted ?? 0)),
      .init("netcons", .integer(cell.connections.count)),
      .init("shared", .object(shared.shares.map { .init($0.mechanism, JSONValue($0.share)) })),
      .init(
        "joined",
        .list(
          shared.joints.map { joint in
            let cable = joint.compartment.cable
            return .object([
              .init("cable", .text(names[cable])),
              .init(
                "x",
                JSONValue(
                  (Double(joint.compartment.segment) + 0.5)
                    / Double(reduction.cables[cable].segmentCount))),
              .init("sections", .list(joint.sections.map { .text(cell.sections[$0].name) })),
            ])
          })),
      .init("sections", .object(sections)),
    ])
  }

  private var sharedInward: JSONValue {
    // What went to a compartment, in the order of the sections.
    var members: [CableSegment: [String]] = [:]
    for (index, points) in reduction.segmentMap.points.enumerated() {
      for point in points {
        let name = cell.sections[index].name
        if !members[point.segment, default: []].contains(name) {
          members[point.segment, default: []].append(name)
        }
      }
    }
    return .list(
      reduction.sharedCompartments(of: cell).map { shared in
        .object([
          .init("cable", .integer(shared.place.segment.cable)),
          .init("cable_x", JSONValue(shared.place.relativePosition)),
          .init("sections", .list((members[shared.place.segment] ?? []).map { .text($0) })),
          .init("inward_share", JSONValue(shared.inwardShare)),
        ])
      })
  }
}

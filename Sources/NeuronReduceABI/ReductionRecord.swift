import CNeuronReduce
import CellModel
import NEURONBridge
import Reduction

/// What a reduction did in detail, in memory that lives as long as this object.
final class ReductionRecord {
  /// At which impedances are given, in Hz: from where the membrane's capacitance does not matter yet to
  /// where fast synaptic currents have little left.
  private static let frequencies = ImpedanceProfile.frequencies(from: 1, to: 1000, count: 25)
  private static let siteCount = 4

  let counts: nr_counts
  let sections: [nr_section]
  let kinds: [nr_synapse_kind]
  let kindParameters: [[nr_named_value]]
  let kindObstacles: [[nr_named_value]]
  let notes: CStrings
  let sharedCompartments: CArray<nr_shared_compartment>
  /// Those of the soma, then those of the sites; empty where the cell has none.
  let impedances: [CArray<nr_impedance>]
  let sites: [nr_named_value]
  let expectedLoss: nr_expected_loss
  /// By section.
  let expectedLosses: CArray<Double>
  let joints: [Joint]
  let sharedConductances: [nr_named_value]
  let gains: CStrings
  /// By gain.
  let gainParameters: [CStrings]
  let gainsOfConnections: CArray<Int64>
  private let texts: TextPool

  init(_ cell: CellModel, listedCount: Int, _ reduction: Reduction, notesOfBuilding: [String]) {
    let texts = TextPool()
    counts = nr_counts(
      segments_before: Int64(cell.sections.reduce(0) { $0 + $1.segments.count }),
      segments_after: Int64(reduction.reduced.sections.reduce(0) { $0 + $1.segments.count }),
      point_processes_before: Int64(listedCount),
      point_processes_after: Int64(reduction.survivors.count { $0 < listedCount }))
    sections = cell.sections.enumerated().map { index, section in
      nr_section(
        name: texts.address(of: section.name), role: section.role.inC,
        is_collapsed: reduction.replacement.contains(index) ? 1 : 0)
    }

    let kinds = reduction.synapseKinds(amongFirst: listedCount, of: cell)
    self.kinds = kinds.map { kind in
      nr_synapse_kind(
        mechanism: texts.address(of: kind.mechanism), treatment: texts.address(of: kind.treatment),
        before: Int64(kind.before), after: Int64(kind.after),
        connections: Int64(kind.connections))
    }
    kindParameters = kinds.map { kind in
      kind.parameters.map { nr_named_value(name: texts.address(of: $0.name), value: $0.value) }
    }
    kindObstacles = kinds.map { kind in
      kind.obstacles.map { obstacle, count in
        nr_named_value(name: texts.address(of: obstacle.description), value: Double(count))
      }
    }
    sharedCompartments = CArray(
      reduction.sharedCompartments(of: cell).map {
        nr_shared_compartment(
          cable: Int64($0.place.segment.cable), cable_position: $0.place.relativePosition,
          inward_share: $0.inwardShare)
      })
    notes = CStrings(reduction.notes(listed: listedCount, of: cell) + notesOfBuilding)

    // The impedances are an extra: where an axon's geometry gives none, the reduction is none the worse.
    let profile = try? ImpedanceProfile(
      of: cell, reduction, frequencies: Self.frequencies, siteCount: Self.siteCount)
    impedances =
      profile.map { profile in
        ([(profile.full, profile.reduced)] + profile.sites.map { ($0.full, $0.reduced) })
          .map { full, reduced in
            CArray(
              profile.frequencies.indices.map { index in
                nr_impedance(
                  frequency: profile.frequencies[index], full: full[index],
                  reduced: reduced[index])
              })
          }
      } ?? []
    sites =
      profile?.sites.map { site in
        let section = cell.sections[site.section]
        return nr_named_value(
          name: texts.address(of: section.name), value: section.center(ofSegment: site.segment))
      } ?? []
    let shared = SharedMembrane(of: cell, reduction)
    joints = shared.joints.map { Joint($0, of: reduction) }
    sharedConductances = shared.shares.map {
      nr_named_value(name: texts.address(of: $0.mechanism), value: $0.share)
    }
    let gained = GainedParts(of: cell, reduction)
    gains = CStrings(gained.parts.map(\.name))
    gainParameters = gained.parts.map { part in
      CStrings(
        gained.values.filter { $0.part == part }.map {
          cell.mechanisms[$0.mechanism].name(ofValue: $0.offset)
        })
    }
    gainsOfConnections = CArray(
      gained.connections.map { part in
        Int64(part.flatMap { gained.parts.firstIndex(of: $0) } ?? -1)
      })
    // An extra, as the impedances are.
    let loss = try? ExpectedLoss(of: cell, reduction)
    expectedLoss = nr_expected_loss(loss, of: cell)
    expectedLosses = CArray(cell.sections.indices.map { loss?.ofSections[$0] ?? .nan })
    self.texts = texts
  }

  /// A compartment of several branches, at addresses that C can keep.
  struct Joint {
    private let compartment: CableSegment
    private let position: Double
    private let sections: CArray<Int64>

    init(_ joint: SharedMembrane.Joint, of reduction: Reduction) {
      compartment = joint.compartment
      let count = Double(reduction.cables[joint.compartment.cable].segmentCount)
      position = (Double(joint.compartment.segment) + 0.5) / count
      sections = CArray(joint.sections.map(Int64.init))
    }

    var inC: nr_joint {
      nr_joint(
        cable: Int64(compartment.cable), cable_position: position,
        sections: UnsafePointer(sections.base), section_count: sections.count)
    }
  }
}

extension nr_expected_loss {
  fileprivate init(_ loss: ExpectedLoss?, of cell: CellModel) {
    self.init(
      rmsd: loss?.rmsd ?? .nan, deviation: loss?.deviation ?? .nan,
      counted: Int64(loss?.counted ?? 0), connections: Int64(cell.connections.count))
  }
}

extension Section.Role {
  fileprivate var inC: nr_role {
    switch self {
    case .soma: NR_ROLE_SOMA
    case .axon: NR_ROLE_AXON
    case .apical: NR_ROLE_APICAL
    case .basal: NR_ROLE_BASAL
    }
  }
}

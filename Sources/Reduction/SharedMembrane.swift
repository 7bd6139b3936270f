import CellModel

/// What of a cell's dendrites shares its potential with another branch, once reduced: the compartments whose
/// members are not all on one way to the soma.
package struct SharedMembrane: Sendable {
  /// A compartment of the reduced cell and the sections of the original that have segments in it.
  package struct Joint: Sendable {
    package let compartment: CableSegment
    package let sections: [Int]
  }

  /// In the order of the cables.
  package let joints: [Joint]
  /// Of each mechanism of the dendrites with a conductance or permeability per area, leaks not among them: its
  /// name, and which share of that, summed over the membrane, is in such compartments.
  package let shares: [(mechanism: String, share: Double)]

  package init(of cell: CellModel, _ reduction: Reduction) {
    var members: [CableSegment: [(section: Int, segment: Int)]] = [:]
    for (section, points) in reduction.segmentMap.points.enumerated() {
      for (segment, point) in points.enumerated() {
        let place = reduction.spines.host(section: section, segment: segment)
        members[point.segment, default: []].append((place.section, place.segment))
      }
    }
    let ways = SegmentWays(of: cell)
    let shared = members.filter { !ways.areOnOneWay($0.value) }
    joints = shared.sorted { ($0.key.cable, $0.key.segment) < ($1.key.cable, $1.key.segment) }.map {
      Joint(compartment: $0.key, sections: Set($0.value.map(\.section)).sorted())
    }

    var totals = [(all: Double, shared: Double)](repeating: (0, 0), count: cell.mechanisms.count)
    let densities = cell.mechanisms.map(\.conductances)
    for (index, points) in reduction.segmentMap.points.enumerated() {
      let section = cell.sections[index]
      for insertion in section.insertions {
        for (segment, point) in points.enumerated() {
          for (offset, factor) in densities[insertion.mechanism] {
            let conductance =
              max(0, insertion.values[segment][offset]) * factor * section.segments[segment].area
            totals[insertion.mechanism].all += conductance
            if shared[point.segment] != nil { totals[insertion.mechanism].shared += conductance }
          }
        }
      }
    }
    let leaks = Set(cell.leaks.map(\.mechanism))
    shares = cell.mechanisms.indices.compactMap { index in
      let (all, shared) = totals[index]
      guard !leaks.contains(index), all > 0, all.isFinite else { return nil }
      return (cell.mechanisms[index].name, shared / all)
    }
  }
}

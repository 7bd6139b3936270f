import CellModel

/// A compartment of the reduced cell that branches of the original have in common, each with channels that could
/// let it fire.
package struct SharedCompartment: Sendable, Equatable {
  package let place: CablePoint
  /// Sections of the original with such channels there, in their order.
  package let sections: [Int]
  /// Of the inward conductance of all that was replaced, what is in it; 0 to 1.
  package let inwardShare: Double
}

extension Reduction {
  /// The compartments whose members with inward conductance are not all on one way to the soma, those with most of
  /// it first: what these branches do one by one is lost there.
  ///
  /// - Parameter cell: the original.
  package func sharedCompartments(of cell: CellModel) -> [SharedCompartment] {
    let inward = InwardConductance(of: cell)
    var members: [CableSegment: [(section: Int, segment: Int, inward: Double)]] = [:]
    var places: [CableSegment: CablePoint] = [:]
    var total = 0.0
    for (section, points) in segmentMap.points.enumerated() {
      for (segment, point) in points.enumerated() {
        let value = inward.value(ofSection: section, segment: segment)
        guard value > 0 else { continue }
        total += value
        let place = spines.host(section: section, segment: segment)
        members[point.segment, default: []].append((place.section, place.segment, value))
        // Of places that differ by a little, as on cables, the first.
        if places[point.segment] == nil { places[point.segment] = point }
      }
    }
    let candidates = members.filter { $1.count > 1 }
    guard total > 0, total.isFinite, !candidates.isEmpty else { return [] }
    let ways = SegmentWays(of: cell)
    return candidates.compactMap { segment, those -> SharedCompartment? in
      guard let place = places[segment],
        !ways.areOnOneWay(those.map { ($0.section, $0.segment) })
      else { return nil }
      return SharedCompartment(
        place: place, sections: Set(those.map(\.section)).sorted(),
        inwardShare: those.reduce(0) { $0 + $1.inward } / total)
    }.sorted {
      // Equal ones in the order of the cables.
      ($1.inwardShare, $0.place.segment.cable, $0.place.segment.segment)
        < ($0.inwardShare, $1.place.segment.cable, $1.place.segment.segment)
    }
  }
}

import CellModel

/// A segment of one of the reduced cell's cables.
package struct CableSegment: Sendable, Hashable {
  /// Index into the reduction's cables.
  package let cable: Int
  /// Index of the segment, 0 at the soma.
  package let segment: Int
}

/// A point of one of the reduced cell's cables.
package struct CablePoint: Sendable, Equatable {
  package let segment: CableSegment
  /// From 0 at the soma to just below 1 at the tip.
  package let relativePosition: Double
}

/// Where every dendritic segment of the original went.
package struct SegmentMap: Sendable, Equatable {
  /// By section of the original, then by segment in the order of x: the point with the transfer
  /// impedance of the segment's centre. Empty for sections that stay.
  package let points: [[CablePoint]]
}

/// The mapping by transfer impedance: a point goes where the cable has the same modulus of transfer
/// impedance to its proximal end.
struct ImpedanceMapping {
  private let subtrees: [Subtree]
  /// For each subtree, where each of its compartments went.
  private let points: [[CablePoint]]
  /// For each section of the cell, the subtree it belongs to.
  private let subtreeOfSection: [Int?]

  /// - Parameters:
  ///   - transfers: for each subtree, the moduli of its compartments' transfer impedances, in MΩ.
  init(subtrees: [Subtree], transfers: [[Double]], cables: [ReducedCable], sectionCount: Int) {
    var subtreeOfSection = [Int?](repeating: nil, count: sectionCount)
    for (index, subtree) in subtrees.enumerated() {
      for section in subtree.sections { subtreeOfSection[section] = index }
    }
    self.subtrees = subtrees
    self.subtreeOfSection = subtreeOfSection
    self.points = zip(transfers, cables).enumerated().map { index, subtree in
      let (transfers, cable) = subtree
      return transfers.map { transfer in
        let position = cable.shape.relativePosition(transferImpedance: transfer)
        return CablePoint(
          segment: CableSegment(cable: index, segment: cable.segmentIndex(at: position)),
          relativePosition: position)
      }
    }
  }

  /// The cable segment for a position of a dendritic section; nil on soma and axon.
  func target(ofPosition position: Double, section: Int, in cell: CellModel) -> CableSegment? {
    guard let subtree = subtreeOfSection[section],
      let compartment = subtrees[subtree].compartment(
        at: position, ofSection: section, in: cell)
    else { return nil }
    return points[subtree][compartment].segment
  }

  /// Where every dendritic segment of the original went.
  func segmentMap() -> SegmentMap {
    SegmentMap(
      points: subtreeOfSection.enumerated().map { section, subtree in
        guard let subtree else { return [] }
        return subtrees[subtree].segmentCompartments(of: section).map { points[subtree][$0] }
      })
  }
}

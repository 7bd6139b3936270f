import CellModel

/// A segment of one of the reduced cell's cables.
package struct CableSegment: Sendable, Hashable {
  /// Index into the reduction's cables.
  package let cable: Int
  /// Index of the segment, 0 at the soma.
  package let segment: Int
}

/// Where every dendritic segment of the original went.
package struct SegmentMap: Sendable, Equatable {
  /// By section of the original, then by segment in the order of x; empty for sections that stay.
  package fileprivate(set) var segments: [[CableSegment]]
}

/// The mapping by transfer impedance: a point goes where the cable has the same modulus of transfer
/// impedance to its proximal end.
struct ImpedanceMapping {
  private let subtrees: [Subtree]
  /// For each subtree, the cable segment of each of its compartments.
  private let targets: [[Int]]
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
    self.targets = zip(transfers, cables).map { transfers, cable in
      transfers.map {
        cable.segmentIndex(at: cable.shape.relativePosition(transferImpedance: $0))
      }
    }
  }

  /// The cable segment for a position of a dendritic section; nil on soma and axon.
  func target(ofPosition position: Double, section: Int, in cell: CellModel) -> CableSegment? {
    guard let subtree = subtreeOfSection[section],
      let compartment = subtrees[subtree].compartment(
        at: position, ofSection: section, in: cell)
    else { return nil }
    return CableSegment(cable: subtree, segment: targets[subtree][compartment])
  }

  /// Where every dendritic segment of the original went.
  func segmentMap() -> SegmentMap {
    SegmentMap(
      segments: subtreeOfSection.enumerated().map { section, subtree in
        guard let subtree else { return [] }
        return subtrees[subtree].segmentCompartments(of: section).map {
          CableSegment(cable: subtree, segment: targets[subtree][$0])
        }
      })
  }
}

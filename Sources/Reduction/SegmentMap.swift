import CableTheory
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

/// Where the points of a cell's dendrites go.
protocol CableMapping {
  var segmentMap: SegmentMap { get }

  /// The cable segment for a position of a dendritic section; nil on soma and axon.
  func target(ofPosition position: Double, section: Int, in cell: CellModel) -> CableSegment?

  /// The cable segment for what stays and is attached to a dendrite.
  func target(ofAttachment attachment: Section.Attachment, in cell: CellModel) -> CableSegment?
}

extension CableMapping {
  func target(ofAttachment attachment: Section.Attachment, in cell: CellModel) -> CableSegment? {
    target(ofPosition: attachment.position, section: attachment.parent, in: cell)
  }

  /// Where each of a cell's point processes goes.
  func sites(ofPointProcessesOf cell: CellModel) -> [PointProcessFate.Site] {
    cell.pointProcesses.map { process in
      target(ofPosition: process.position, section: process.section, in: cell)
        .map(PointProcessFate.Site.cable)
        ?? .unmoved(cell.point(at: process.position, ofSection: process.section))
    }
  }
}

/// The mapping by transfer impedance: a point goes where the cable has the same modulus of transfer
/// impedance to its proximal end.
struct ImpedanceMapping: CableMapping {
  let segmentMap: SegmentMap
  private let subtrees: [Subtree]
  /// For each subtree, the moduli of its compartments' transfer impedances, in MΩ.
  private let transfers: [[Double]]
  private let cables: [ReducedCable]
  /// The impedances of each cable.
  private let equivalents: [EquivalentCable]
  /// For each section of the cell, the subtree it belongs to.
  private let subtreeOfSection: [Int?]

  /// - Parameters:
  ///   - transfers: for each subtree, the moduli of its compartments' transfer impedances, in MΩ.
  ///   - equivalents: the impedances of each cable.
  init(
    subtrees: [Subtree], transfers: [[Double]], cables: [ReducedCable],
    equivalents: [EquivalentCable], of cell: CellModel
  ) {
    var subtreeOfSection = [Int?](repeating: nil, count: cell.sections.count)
    for (index, subtree) in subtrees.enumerated() {
      for section in subtree.piece.sections { subtreeOfSection[section] = index }
    }
    segmentMap = SegmentMap(
      points: subtreeOfSection.enumerated().map { section, subtree in
        guard let subtree else { return [] }
        return subtrees[subtree].segmentCompartments(of: section).map {
          Self.point(
            on: cables[subtree], equivalents[subtree], subtree, transfer: transfers[subtree][$0])
        }
      })
    self.subtrees = subtrees
    self.transfers = transfers
    self.cables = cables
    self.equivalents = equivalents
    self.subtreeOfSection = subtreeOfSection
  }

  /// The cable segment for a position of a dendritic section; nil on soma and axon.
  func target(ofPosition position: Double, section: Int, in cell: CellModel) -> CableSegment? {
    guard let subtree = subtreeOfSection[section] else { return nil }
    if position > 0, position < 1 {
      return segmentMap.points[section][cell.sections[section].segmentIndex(at: position)].segment
    }
    let compartment = subtrees[subtree].compartment(at: position, ofSection: section)
    return Self.point(
      on: cables[subtree], equivalents[subtree], subtree,
      transfer: transfers[subtree][compartment]
    ).segment
  }

  private static func point(
    on cable: ReducedCable, _ equivalent: EquivalentCable, _ index: Int, transfer: Double
  ) -> CablePoint {
    let position = equivalent.relativePosition(transferImpedance: transfer)
    return CablePoint(
      segment: CableSegment(cable: index, segment: cable.segmentIndex(at: position)),
      relativePosition: position)
  }
}

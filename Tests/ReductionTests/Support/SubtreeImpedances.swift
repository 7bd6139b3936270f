import CableTheory
import CellModel

/// The passive impedances of one dendritic stem with all its descendants, cut off from the soma.
///
/// Assembled by following each section's attachment from the cell's value alone, so that it can be
/// held against what a reduction makes of the same cell.
struct SubtreeImpedances {
  /// |Z_in| at the stem's proximal end, in MΩ.
  let input: Double
  /// By section, then by segment in the order of x: the modulus of the transfer impedance between
  /// the segment's centre and the stem's proximal end, in MΩ.
  private(set) var segments: [Int: [Double]] = [:]
  /// By section: the same of its distal end.
  private(set) var ends: [Int: Double] = [:]

  /// The least transfer impedance of all distal ends.
  var farthestEnd: Double { ends.values.min() ?? .nan }

  init(stem: Int, of cell: CellModel, frequency: Double) {
    var tree = CompartmentTree()
    var nodes: [Int: (junction: Int, segments: [Int], end: Int)] = [:]
    for (index, section) in cell.sections.enumerated() where section.role.isDendritic {
      var junction = 0
      if index != stem {
        guard let attachment = section.attachment, let parent = nodes[attachment.parent] else {
          continue
        }
        let parentSection = cell.sections[attachment.parent]
        switch attachment.position {
        case parentSection.proximalEnd: junction = parent.junction
        case 0, 1: junction = parent.end
        default: junction = parent.segments[parentSection.segmentIndex(at: attachment.position)]
        }
      }
      let order = Array(section.segments.indices)
      var segments = order
      var last = junction
      for segment in section.proximalEnd == 0 ? order : order.reversed() {
        let leak = section.values(ofMechanism: 0, segment: segment)?[0] ?? 0
        last = tree.append(
          parent: last, axialResistance: section.segments[segment].axialResistance,
          leakConductance: leak * section.segments[segment].area * 1e-2,
          capacitance: section.segments[segment].capacitance * section.segments[segment].area
            * 1e-5)
        segments[segment] = last
      }
      nodes[index] = (
        junction, segments, tree.append(parent: last, axialResistance: section.endResistance)
      )
    }
    let impedance = TreeImpedance(of: tree, frequency: frequency)
    let transfers = impedance.transfersToRoot().map(\.length)
    input = impedance.input.length
    for (section, node) in nodes {
      segments[section] = node.segments.map { transfers[$0] }
      ends[section] = transfers[node.end]
    }
  }
}

import CellModel

/// What of a cell's dendrites shares its potential with another branch, once reduced.
///
/// A *branch* is what lies between two places where the cell branches: one section, or several in a row.
package struct SharedMembrane: Sendable, Equatable {
  /// The sections of the branches that a compartment of the reduced cell joins, as indices of the original's.
  package struct Joint: Sendable, Equatable {
    package let compartment: CableSegment
    package let sections: [Int]
  }

  /// Compartments that stand for segments of more than one branch, in the order of the cables.
  package let joints: [Joint]
  /// Of each mechanism of the dendrites with a conductance or permeability per area, leaks not among them: its
  /// name, and which share of that, summed over the membrane, is in such compartments.
  package let shares: [(mechanism: String, share: Double)]

  package static func == (first: SharedMembrane, second: SharedMembrane) -> Bool {
    first.joints == second.joints && first.shares.elementsEqual(second.shares, by: ==)
  }

  package init(of cell: CellModel, _ reduction: Reduction) {
    let branches = Self.branches(of: cell)
    var branchesOf: [CableSegment: Set<Int>] = [:]
    var sectionsOf: [CableSegment: Set<Int>] = [:]
    for (section, points) in reduction.segmentMap.points.enumerated() {
      for point in points {
        branchesOf[point.segment, default: []].insert(branches[section])
        sectionsOf[point.segment, default: []].insert(section)
      }
    }
    let shared = branchesOf.filter { $0.value.count > 1 }
    joints = shared.keys.sorted { ($0.cable, $0.segment) < ($1.cable, $1.segment) }.map {
      Joint(compartment: $0, sections: sectionsOf[$0]?.sorted() ?? [])
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

  /// By section: the first section of its branch.
  private static func branches(of cell: CellModel) -> [Int] {
    var children = [[Int]](repeating: [], count: cell.sections.count)
    for (index, section) in cell.sections.enumerated() {
      if let parent = section.attachment?.parent { children[parent].append(index) }
    }
    var branches = Array(cell.sections.indices)
    for (index, section) in cell.sections.enumerated() {
      guard let attachment = section.attachment else { continue }
      let parent = cell.sections[attachment.parent]
      let isContinuation =
        parent.role.isDendritic && children[attachment.parent].count == 1
        && attachment.position == 1 - parent.proximalEnd
      if isContinuation { branches[index] = branches[attachment.parent] }
    }
    return branches
  }
}

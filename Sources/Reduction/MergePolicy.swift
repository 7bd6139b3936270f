import CellModel

/// Which point processes that are equal, and meet in a segment, become one.
package enum MergePolicy: Sendable, CaseIterable {
  /// Those of which it was measured that events of different connections superpose, so that one with all
  /// their connections does what they did apart.
  case exact
  /// All, as the published method has it.
  case published
  /// None.
  case none
}

/// Which of a cell's point processes may be one with others.
struct MergeEligibility {
  let cell: CellModel
  let settings: ReductionSettings
  let replacement: Replacement

  /// Why a point process stands for itself alone, whatever it meets; nil where it does not.
  func obstacle(ofPointProcess index: Int) -> SynapseKind.Obstacle? {
    let process = cell.pointProcesses[index]
    guard process.mayMerge else { return .mayNotMerge }
    guard !cell.sections[process.section].role.isDendritic || replacement.contains(process.section)
    else { return .stays }
    switch settings.mergePolicy {
    case .exact: return inexactness(ofPointProcess: index)
    case .published: return nil
    case .none: return .notAsked
    }
  }

  /// What speaks against one point process in the place of this and an equal one; nil where it is known that
  /// nothing does.
  func inexactness(ofPointProcess index: Int) -> SynapseKind.Obstacle? {
    switch settings.drive.response(ofPointProcess: index)?.superposes {
    case true?: nil
    case false?: .notSuperposing
    case nil: .notMeasured
    }
  }
}

/// Point processes of a mechanism that were merged though that is not known to be exact.
package struct InexactMerge: Sendable, Equatable {
  package let mechanism: String
  /// `.notSuperposing` or `.notMeasured`.
  package let obstacle: SynapseKind.Obstacle
  /// How many were merged into others.
  package let count: Int
}

extension Reduction {
  /// The merges that are not known to be exact, in the order of the cell's kinds; for each kind first those
  /// that are known not to be.
  package func inexactMerges(of cell: CellModel) -> [InexactMerge] {
    let eligibility = MergeEligibility(cell: cell, settings: settings, replacement: replacement)
    var counts = [[SynapseKind.Obstacle: Int]](repeating: [:], count: cell.pointProcessKinds.count)
    for (index, fate) in pointProcessFates.enumerated() where fate.representative != index {
      guard let obstacle = eligibility.inexactness(ofPointProcess: index) else { continue }
      counts[cell.pointProcesses[index].kind][obstacle, default: 0] += 1
    }
    return zip(cell.pointProcessKinds, counts).flatMap { kind, counts in
      [SynapseKind.Obstacle.notSuperposing, .notMeasured].compactMap { obstacle in
        counts[obstacle].map {
          InexactMerge(mechanism: kind.name, obstacle: obstacle, count: $0)
        }
      }
    }
  }
}

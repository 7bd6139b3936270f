import CellModel

/// A cell's reduction: the reduced cell, and where everything of the original went.
package struct Reduction: Sendable, Equatable {
  package let settings: ReductionSettings
  /// What of the original the cables stand for.
  package let replacement: Replacement
  /// Piece by piece: those of apical stems first, then the others, in the order in which the cell has the
  /// stems; each after what it is attached to.
  package let cables: [ReducedCable]
  package private(set) var reduced: CellModel
  /// Where each of the reduced cell's sections comes from.
  package let origins: [SectionOrigin]
  /// Where every dendritic segment of the original went.
  package let segmentMap: SegmentMap
  /// What became of each of the original's point processes, in their order.
  package let pointProcessFates: [PointProcessFate]
  /// The point processes that remain, as indices of the original's: those on the cables, cable by
  /// cable, then those that did not move; in the given order within each.
  package let survivors: [Int]
  /// The spines on what is replaced: folded or kept, as the settings' scope says.
  package let spines: HostedSpines
  /// The connections whose events saturate their site (`SelfShunt.saturates`).
  package private(set) var saturatingConnections: [Int] = []

  /// For each cable, its index among the reduced cell's sections.
  var sectionsOfCables: [Int] {
    var sections = [Int](repeating: 0, count: cables.count)
    for (index, origin) in origins.enumerated() {
      if case .cable(let cable) = origin { sections[cable] = index }
    }
    return sections
  }

  /// For each of the original's point processes that remains, its index among the reduced cell's; 0 for others.
  package var survivorIndices: [Int] {
    var indices = [Int](repeating: 0, count: pointProcessFates.count)
    for (new, old) in survivors.enumerated() { indices[old] = new }
    return indices
  }

  /// The names of the cables in the reduced cell, in their order.
  package var cableNames: [String] { sectionsOfCables.map { reduced.sections[$0].name } }

  /// Where each of the original's point processes, or what stands for it, is on the reduced cell: by compartment.
  ///
  /// - Parameter compartments: of the reduced cell.
  func compartmentsOfPointProcesses(in compartments: CellCompartments) -> [Int] {
    let sections = sectionsOfCables
    var kept: [Int: Int] = [:]
    for (index, origin) in origins.enumerated() {
      if case .kept(let section) = origin { kept[section] = index }
    }
    return pointProcessFates.map { fate in
      switch fate.site {
      case .cable(let site): compartments.segments[sections[site.cable]][site.segment]
      case .unmoved(let point):
        compartments.compartment(
          at: point.position, ofSection: kept[point.section] ?? 0)
      }
    }
  }

  /// The same with the first weight of each connection multiplied by its scale.
  func scalingWeights(by weights: WeightScales) -> Reduction {
    var result = scaling(weights: weights.scales, values: [])
    result.saturatingConnections = weights.saturating
    return result
  }

  /// The same with the first weight of each connection multiplied by its scale, and with values of mechanisms
  /// multiplied wherever they are on the cables.
  func scaling(
    weights: [Double], values: [(mechanism: Int, offset: Int, scale: Double)]
  ) -> Reduction {
    var result = self
    for (index, scale) in weights.enumerated() where scale != 1 {
      guard !result.reduced.connections[index].weights.isEmpty else { continue }
      result.reduced.connections[index].weights[0] *= scale
    }
    for section in values.isEmpty ? [] : sectionsOfCables {
      for index in result.reduced.sections[section].insertions.indices {
        let mechanism = result.reduced.sections[section].insertions[index].mechanism
        for value in values where value.mechanism == mechanism {
          for segment in result.reduced.sections[section].insertions[index].values.indices {
            result.reduced.sections[section].insertions[index].values[segment][value.offset] *=
              value.scale
          }
        }
      }
    }
    return result
  }
}

/// Where a section of the reduced cell comes from.
package enum SectionOrigin: Sendable, Equatable {
  /// A section of the original, by its index there, that stays as it is.
  case kept(Int)
  /// One of the reduction's cables.
  case cable(Int)

  package var isCable: Bool {
    if case .cable = self { true } else { false }
  }
}

import CellModel

/// What became of a point process.
package struct PointProcessFate: Sendable, Equatable {
  /// Where a point process is in the reduced cell.
  package enum Site: Sendable, Hashable {
    /// On a cable, at the centre of a segment.
    case cable(CableSegment)
    /// Where it was, on a section that stays.
    case unmoved(CellModel.Point)
  }

  package let site: Site
  /// The point process that stands for this one: itself where it was kept, an earlier one of the
  /// same kind, parameters and site where it was merged.
  package let representative: Int
}

/// Merging of point processes that are equal: same kind, same values of the compared parameters,
/// same segment of the reduced cell; as far as the settings' policy has it. The first of them, in the order
/// given, stands for the rest.
enum Merging {
  private struct Key: Hashable {
    let site: PointProcessFate.Site
    let kind: Int
    let values: [Double]
  }

  /// - Parameters:
  ///   - sites: of each of the cell's point processes.
  ///   - replacement: on dendrites that stay nothing is merged.
  ///   - settings: the policy, and which parameters must be equal.
  /// - Throws: `ReductionError.unknownParameter`.
  static func fates(
    of cell: CellModel, sites: [PointProcessFate.Site], _ replacement: Replacement,
    _ settings: ReductionSettings
  ) throws(ReductionError) -> [PointProcessFate] {
    let compared = try comparedIndices(of: cell.pointProcessKinds, settings.comparedParameters)
    let eligibility = MergeEligibility(cell: cell, settings: settings, replacement: replacement)
    var representatives: [Key: Int] = [:]
    representatives.reserveCapacity(cell.pointProcesses.count / 4)
    var fates: [PointProcessFate] = []
    fates.reserveCapacity(cell.pointProcesses.count)
    for (index, process) in cell.pointProcesses.enumerated() {
      guard eligibility.obstacle(ofPointProcess: index) == nil else {
        fates.append(PointProcessFate(site: sites[index], representative: index))
        continue
      }
      let values = compared[process.kind].map { indices in indices.map { process.values[$0] } }
      let key = Key(site: sites[index], kind: process.kind, values: values ?? process.values)
      let representative = representatives[key] ?? index
      if representative == index { representatives[key] = index }
      fates.append(PointProcessFate(site: sites[index], representative: representative))
    }
    return fates
  }

  /// For each kind, the indices of the values to compare; nil for all.
  private static func comparedIndices(
    of kinds: [MechanismKind], _ comparedParameters: [String: [String]]
  ) throws(ReductionError) -> [[Int]?] {
    var result: [[Int]?] = []
    for kind in kinds {
      guard let names = comparedParameters[kind.name] else {
        result.append(nil)
        continue
      }
      var indices: [Int] = []
      for name in names {
        guard let offset = kind.offset(ofParameter: name),
          let parameter = kind.parameters.first(where: { $0.name == name })
        else {
          throw .unknownParameter(
            kind: kind.name, name: name, known: kind.parameters.map(\.name))
        }
        indices += offset..<(offset + parameter.defaults.count)
      }
      result.append(indices)
    }
    return result
  }
}

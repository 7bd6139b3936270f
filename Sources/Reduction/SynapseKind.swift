import CellModel
import SynapseResponse

/// Point processes of one mechanism that are equal in all that is compared before merging, and what a
/// reduction made of them.
package struct SynapseKind: Sendable, Equatable {
  package struct Parameter: Sendable, Equatable {
    package let name: String
    package let value: Double
  }

  /// Why a point process that remains was not merged with another.
  package enum Obstacle: Sendable, Hashable {
    /// Its equals are in other segments.
    case segment
    /// Those of its mechanism in its segment have other values of these parameters at least.
    case parameters([String])
    /// It stands for itself alone, whatever else is there.
    case mayNotMerge
    /// It is on a dendrite that stays, on which nothing is changed.
    case stays
    /// An event of one connection changes the response to another's: one cannot stand for two.
    case notSuperposing
    /// Whether one can stand for two is not known, since no response was measured that says so.
    case notMeasured
    /// None are merged.
    case notAsked
  }

  /// What became of the weights of its connections.
  package enum Weighting: Sendable, Equatable {
    /// The method changes none.
    case kept
    /// By what was found of how it responds.
    case byResponse(SynapticResponse.Nature)
    /// By what an event does in the mean, to a conductance that remembers earlier ones.
    case byMeanEvent
    /// None are changed, since its response is not known.
    case notMeasured
  }

  package let mechanism: String
  /// Those whose values tell the kinds of this mechanism apart.
  package let parameters: [Parameter]
  package let before: Int
  package let after: Int
  /// Connections onto them.
  package let connections: Int
  /// For those that remain; a kind with one left, and nothing else of its mechanism in the segment, has
  /// none.
  package let obstacles: [(obstacle: Obstacle, count: Int)]
  package let weighting: Weighting

  package static func == (first: SynapseKind, second: SynapseKind) -> Bool {
    first.mechanism == second.mechanism && first.parameters == second.parameters
      && first.weighting == second.weighting && first.before == second.before
      && first.after == second.after
      && first.connections == second.connections
      && first.obstacles.elementsEqual(second.obstacles) { $0 == $1 }
  }
}

extension Reduction {
  /// The kinds of point process among the first ones of the original, in the order in which they are
  /// first met.
  ///
  /// - Parameters:
  ///   - cell: the original.
  ///   - count: how many of its point processes count.
  package func synapseKinds(amongFirst count: Int, of cell: CellModel) -> [SynapseKind] {
    SynapseKinds(amongFirst: count, of: cell, self).kinds
  }
}

/// Sorts point processes into kinds.
private struct SynapseKinds {
  private struct Key: Hashable {
    let kind: Int
    let values: [Double]
    let mayMerge: Bool
  }

  private struct Place: Hashable {
    let kind: Int
    let site: PointProcessFate.Site
  }

  /// With how many others in its segment a point process is compared to say what keeps them apart.
  private static let neighborLimit = 64

  /// What keeps a point process apart from all others.
  private static let alone: [SynapseKind.Obstacle] = [
    .mayNotMerge, .stays, .notAsked, .notSuperposing, .notMeasured,
  ]

  private let cell: CellModel
  private let eligibility: MergeEligibility
  private let reduction: Reduction
  /// For each kind of point process, the indices of the values that are compared.
  private let compared: [[Int]]
  private var keys: [Key] = []
  /// By key, the point processes.
  private var members: [[Int]] = []
  private var connectionCounts: [Int] = []
  /// The point processes that remain, by place.
  private var occupants: [Place: [Int]] = [:]

  init(amongFirst count: Int, of cell: CellModel, _ reduction: Reduction) {
    self.cell = cell
    self.reduction = reduction
    eligibility = MergeEligibility(
      cell: cell, settings: reduction.settings, replacement: reduction.replacement)
    let compared = cell.pointProcessKinds.map { kind in
      kind.comparedIndices(reduction.settings.comparedParameters[kind.name])
    }
    self.compared = compared

    var indices: [Key: Int] = [:]
    var keyOfProcess: [Int] = []
    for (index, process) in cell.pointProcesses.prefix(count).enumerated() {
      let key = Key(
        kind: process.kind, values: compared[process.kind].map { process.values[$0] },
        mayMerge: process.mayMerge)
      let position = indices[key] ?? keys.count
      if position == keys.count {
        indices[key] = position
        keys.append(key)
        members.append([])
      }
      members[position].append(index)
      keyOfProcess.append(position)
      if remains(index) {
        occupants[place(of: index), default: []].append(index)
      }
    }
    connectionCounts = [Int](repeating: 0, count: keys.count)
    for connection in cell.connections where connection.target < keyOfProcess.count {
      connectionCounts[keyOfProcess[connection.target]] += 1
    }
  }

  var kinds: [SynapseKind] {
    let distinctive = distinctiveValues
    return keys.indices.map { index in
      let key = keys[index]
      let kind = cell.pointProcessKinds[key.kind]
      let names = kind.valueNames
      let left = members[index].filter(remains)
      return SynapseKind(
        mechanism: kind.name,
        parameters: distinctive[key.kind].map { position in
          SynapseKind.Parameter(
            name: names[compared[key.kind][position]], value: key.values[position])
        },
        before: members[index].count, after: left.count, connections: connectionCounts[index],
        obstacles: obstacles(
          of: left, key, isRepeated: members[index].count > 1, names: names),
        weighting: weighting(of: members[index]))
    }
  }

  private func weighting(of members: [Int]) -> SynapseKind.Weighting {
    guard reduction.settings.method.changesWeights, let first = members.first else { return .kept }
    guard let response = reduction.settings.drive.response(ofPointProcess: first),
      response.nature != .none
    else { return .notMeasured }
    return response.isOhmic && response.nature != .linearConductance
      ? .byMeanEvent : .byResponse(response.nature)
  }

  /// For each kind of point process, which of the compared values have more than one value.
  private var distinctiveValues: [[Int]] {
    var first: [Int: [Double]] = [:]
    var distinctive = [Set<Int>](repeating: [], count: compared.count)
    for key in keys {
      guard let known = first[key.kind] else {
        first[key.kind] = key.values
        continue
      }
      for (position, value) in key.values.enumerated() where value != known[position] {
        distinctive[key.kind].insert(position)
      }
    }
    return distinctive.map { $0.sorted() }
  }

  private func obstacles(
    of left: [Int], _ key: Key, isRepeated: Bool, names: [String]
  ) -> [(obstacle: SynapseKind.Obstacle, count: Int)] {
    let apart = left.compactMap(eligibility.obstacle)
    // One that has no equal at all is kept apart by its parameters, whatever else would.
    if !apart.isEmpty, !key.mayMerge || isRepeated || apart.contains(.stays) {
      let blocked = Self.alone.compactMap { obstacle in
        let count = apart.count { $0 == obstacle }
        return count > 0 ? (obstacle: obstacle, count: count) : nil
      }
      let others = left.count - apart.count
      return others > 1 ? blocked + [(.segment, others)] : blocked
    }
    guard left.count < 2 else { return [(.segment, left.count)] }
    guard let only = left.first else { return [] }
    let differences = (occupants[place(of: only)] ?? []).lazy
      .filter { $0 != only && cell.pointProcesses[$0].mayMerge }
      .prefix(Self.neighborLimit)
      .map { other in
        compared[key.kind].filter {
          cell.pointProcesses[other].values[$0] != cell.pointProcesses[only].values[$0]
        }
      }
    guard let fewest = differences.min(by: { $0.count < $1.count }), !fewest.isEmpty else {
      return []
    }
    return [(.parameters(fewest.map { names[$0] }), 1)]
  }

  private func remains(_ index: Int) -> Bool {
    reduction.pointProcessFates[index].representative == index
  }

  private func place(of index: Int) -> Place {
    Place(kind: cell.pointProcesses[index].kind, site: reduction.pointProcessFates[index].site)
  }
}

extension MechanismKind {
  /// A name for each of an instance's values: `tau`, or `tau[0]`, `tau[1]` for an array.
  fileprivate var valueNames: [String] {
    parameters.flatMap { parameter in
      parameter.defaults.count == 1
        ? [parameter.name] : parameter.defaults.indices.map { "\(parameter.name)[\($0)]" }
    }
  }

  /// The indices of the values of named parameters; of all where none are named.
  fileprivate func comparedIndices(_ names: [String]?) -> [Int] {
    guard let names else { return Array(0..<valueCount) }
    return names.flatMap { name -> [Int] in
      guard let offset = offset(ofParameter: name),
        let parameter = parameters.first(where: { $0.name == name })
      else { return [] }
      return Array(offset..<(offset + parameter.defaults.count))
    }
  }
}

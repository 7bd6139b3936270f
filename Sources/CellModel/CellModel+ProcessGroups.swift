extension CellModel {
  /// Point processes of one kind with equal parameters.
  package struct ProcessGroup: Sendable, Equatable {
    package let kind: Int
    /// The first of them, and a connection onto one of them: the first of positive weight, or else the
    /// first.
    package let process: Int
    package fileprivate(set) var connection: Int?
  }

  /// The groups among the first point processes, in the order in which they are met, and for each of these
  /// the index of its group.
  ///
  /// - Parameters:
  ///   - count: how many of the point processes are the first ones.
  ///   - connectionCount: how many of the connections, the first ones, count.
  package func processGroups(
    amongFirst count: Int, connectionCount: Int
  ) -> (groups: [ProcessGroup], indices: [Int]) {
    struct Key: Hashable {
      let kind: Int
      let values: [Double]
    }
    var known: [Key: Int] = [:]
    var groups: [ProcessGroup] = []
    var indices: [Int] = []
    for (index, process) in pointProcesses.prefix(count).enumerated() {
      let key = Key(kind: process.kind, values: process.values)
      let group = known[key] ?? groups.count
      if group == groups.count {
        known[key] = group
        groups.append(ProcessGroup(kind: process.kind, process: index, connection: nil))
      }
      indices.append(group)
    }
    for (index, connection) in connections.prefix(connectionCount).enumerated()
    where connection.target < indices.count {
      let group = indices[connection.target]
      let isDriving = { (connection: Int) in
        self.connections[connection].weights.first.map { $0 > 0 } ?? false
      }
      guard let known = groups[group].connection else {
        groups[group].connection = index
        continue
      }
      if !isDriving(known), isDriving(index) { groups[group].connection = index }
    }
    return (groups, indices)
  }
}

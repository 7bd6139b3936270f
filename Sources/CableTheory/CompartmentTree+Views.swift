extension CompartmentTree {
  /// The same compartments, joined as they are, with another one as the root.
  ///
  /// - Parameter root: index of the compartment that becomes the root.
  /// - Returns: the tree, and for each compartment its index there.
  package func rerooted(at root: Int) -> (tree: CompartmentTree, indices: [Int]) {
    precondition(parents.indices.contains(root), "the root is a compartment of the tree")
    var neighbors = [[Int]](repeating: [], count: count)
    for index in parents.indices.dropFirst() {
      neighbors[parents[index]].append(index)
      neighbors[index].append(parents[index])
    }
    var tree = CompartmentTree(
      rootLeakConductance: leakConductances[root], rootCapacitance: capacitances[root])
    var indices = [Int](repeating: -1, count: count)
    indices[root] = 0
    var open = [root]
    while let index = open.popLast() {
      for neighbor in neighbors[index] where indices[neighbor] < 0 {
        let isBeyond = parents[neighbor] == index
        indices[neighbor] = tree.append(
          parent: indices[index], axialConductance: axialConductances[isBeyond ? neighbor : index],
          leakConductance: leakConductances[neighbor], capacitance: capacitances[neighbor])
        open.append(neighbor)
      }
    }
    return (tree, indices)
  }

  /// Some of the compartments cut off from the others: a tree whose root is a place without membrane, to
  /// which those are joined that were joined to one that is left out.
  ///
  /// - Parameter members: indices of compartments, each after its parent where that is one of them.
  /// - Returns: the tree; the n-th member is its compartment n + 1.
  package func cut(_ members: [Int]) -> CompartmentTree {
    var tree = CompartmentTree()
    var indices: [Int: Int] = [:]
    indices.reserveCapacity(members.count)
    for member in members {
      indices[member] = tree.append(
        parent: indices[parents[member]] ?? 0, axialConductance: axialConductances[member],
        leakConductance: leakConductances[member], capacitance: capacitances[member])
    }
    return tree
  }
}

import CellModel

extension Subtree {
  /// The cell's dendritic stems with their descendants: apical ones first.
  static func all(of cell: CellModel) throws(ReductionError) -> [Subtree] {
    var children = [[Int]](repeating: [], count: cell.sections.count)
    var stems: [Int] = []
    for (index, section) in cell.sections.enumerated() {
      guard let parent = section.attachment?.parent, section.role.isDendritic else { continue }
      if cell.sections[parent].role == .axon {
        throw .dendriteOnAxon(section: section.name, axon: cell.sections[parent].name)
      }
      children[parent].append(index)
      if cell.sections[parent].role == .soma { stems.append(index) }
    }
    try checkRoot(of: cell)
    guard !stems.isEmpty else { throw .noDendrites(cell: cell.name) }

    let apicalFirst =
      stems.filter { cell.sections[$0].role == .apical }
      + stems.filter { cell.sections[$0].role != .apical }
    var subtrees: [Subtree] = []
    for stem in apicalFirst {
      var descendants: [Int] = []
      var open = Array(children[stem].reversed())
      while let section = open.popLast() {
        descendants.append(section)
        open += children[section].reversed()
      }
      subtrees.append(try Subtree(stem: stem, descendants: descendants, of: cell))
    }
    return subtrees
  }

  /// The soma is there and hangs on nothing but axon.
  private static func checkRoot(of cell: CellModel) throws(ReductionError) {
    let soma = cell.sections.filter { $0.role == .soma }
    guard !soma.isEmpty else { throw .noSoma(cell: cell.name) }
    for section in soma {
      guard let parent = section.attachment?.parent else { continue }
      if cell.sections[parent].role.isDendritic {
        throw .somaHasParent(soma: section.name, parent: cell.sections[parent].name)
      }
    }
  }
}

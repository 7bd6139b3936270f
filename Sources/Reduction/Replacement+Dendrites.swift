import CellModel

extension Replacement {
  /// What of a cell's dendrites is collapsed, in pieces that each begin on what stays; apical ones first.
  ///
  /// - Throws: `ReductionError` where the dendrites do not hang on the soma, the scope has no meaning for the
  ///   cell, or a piece begins with a section that has no membrane to make a cable of.
  init(dendritesOf cell: CellModel, scope: ReductionScope = .all) throws(ReductionError) {
    var children = [[Int]](repeating: [], count: cell.sections.count)
    for section in cell.sections {
      guard let parent = section.attachment?.parent, section.role.isDendritic else { continue }
      if cell.sections[parent].role == .axon {
        throw .dendriteOnAxon(section: section.name, axon: cell.sections[parent].name)
      }
    }
    try Self.checkRoot(of: cell)
    guard !cell.stems.isEmpty else { throw .noDendrites(cell: cell.name) }

    let isCollapsed = try scope.sections(of: cell)
    var stems: [Int] = []
    for (index, section) in cell.sections.enumerated() where isCollapsed[index] {
      guard let parent = section.attachment?.parent else { continue }
      if isCollapsed[parent] { children[parent].append(index) } else { stems.append(index) }
    }
    let apicalFirst =
      stems.filter { cell.sections[$0].role == .apical }
      + stems.filter { cell.sections[$0].role != .apical }
    var pieces: [Piece] = []
    for stem in apicalFirst {
      guard let attachment = cell.sections[stem].attachment else { continue }
      var sections: [Int] = []
      var open = [stem]
      while let section = open.popLast() {
        sections.append(section)
        open += children[section].reversed()
      }
      pieces.append(Piece(stem: stem, sections: sections, attachment: attachment))
    }
    self.init(pieces, of: cell)
    try checkStems(of: cell)
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

  /// Every stem has a leak and a capacitance; farther out either may be absent or zero.
  private func checkStems(of cell: CellModel) throws(ReductionError) {
    if let error = ReductionError.missingLeak(of: pieces, in: cell) { throw error }
    for piece in pieces {
      try ReductionError.wrapping { () throws(CellModelError) in
        try cell.checkMembrane(ofSection: piece.stem)
      }
    }
  }
}

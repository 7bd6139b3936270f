extension CellModel {
  /// The same cell with its first soma section at the root, where a dendrite is there: the same
  /// compartments with the same resistances between them, in other words.
  ///
  /// From the soma to the root every section comes to hang on the one that hung on it, by the end at which
  /// that one hung: its segments' resistances to the side of the soma become those to their new proximal
  /// neighbours. All else stays attached as it is.
  ///
  /// - Returns: the cell, and for each of its sections the index that the section had; nil where no dendrite
  ///   lies between the soma and the root.
  /// - Throws: `CellModelError.turning`, where a section on the way has something inside it that would have
  ///   to become its end.
  package func rootedAtSoma() throws(CellModelError) -> (cell: CellModel, order: [Int])? {
    guard let soma = sections.firstIndex(where: { $0.role == .soma }) else { return nil }
    let path = pathToRoot(from: soma)
    guard path.contains(where: { sections[$0.section].role.isDendritic }) else { return nil }

    var turned = sections
    turned[soma].attachment = nil
    turned[soma].turn(towards: 0, from: sections[soma].proximalEnd)
    var child = (section: soma, end: sections[soma].proximalEnd)
    for step in path {
      guard step.position == 0 || step.position == 1 else {
        throw .turning(
          section: sections[step.section].name, position: step.position,
          child: sections[child.section].name, soma: sections[soma].name)
      }
      turned[step.section].attachment = .init(
        parent: child.section, position: child.end, ownEnd: step.position)
      turned[step.section].turn(towards: step.position, from: sections[step.section].proximalEnd)
      child = (step.section, sections[step.section].proximalEnd)
    }
    return reordered(turned, from: soma)
  }

  /// The sections between one and the root, and where the way goes through them: positions on them that are
  /// not their own beginning. A section that hangs on another's beginning hangs on what that one hangs on.
  private func pathToRoot(from section: Int) -> [(section: Int, position: Double)] {
    var path: [(section: Int, position: Double)] = []
    var section = section
    while let attachment = sections[section].attachment {
      let next = place(
        at: attachment.position, ofSection: attachment.parent, crossing: { _, _ in true })
      path.append(next)
      section = next.section
    }
    return path
  }

  /// Sections in an order in which each follows what it is attached to, and what refers to them.
  private func reordered(_ turned: [Section], from root: Int) -> (cell: CellModel, order: [Int]) {
    var children = [[Int]](repeating: [], count: turned.count)
    for (index, section) in turned.enumerated() {
      if let parent = section.attachment?.parent { children[parent].append(index) }
    }
    var order: [Int] = []
    var open = [root]
    while let section = open.popLast() {
      order.append(section)
      open += children[section].reversed()
    }
    var newIndices = [Int](repeating: 0, count: turned.count)
    for (new, old) in order.enumerated() { newIndices[old] = new }

    var cell = self
    cell.sections = order.map { old in
      var section = turned[old]
      if let parent = section.attachment?.parent {
        section.attachment?.parent = newIndices[parent]
      }
      return section
    }
    for index in cell.pointProcesses.indices {
      cell.pointProcesses[index].section = newIndices[cell.pointProcesses[index].section]
    }
    for index in cell.connections.indices {
      guard case .crossing(let section?, let position) = cell.connections[index].source else {
        continue
      }
      cell.connections[index].source = .crossing(
        section: newIndices[section], position: position)
    }
    return (cell, order)
  }
}

extension Section {
  /// Gives each segment the resistance to its neighbour on the other side, where a section that began at one
  /// end begins at the other.
  fileprivate mutating func turn(towards end: Double, from before: Double) {
    guard end != before else { return }
    // From where it began: r₁ to the junction, r₂ … between segments, and the end's.
    let outward = before == 0 ? Array(segments.indices) : segments.indices.reversed()
    let resistances = outward.map { segments[$0].axialResistance } + [endResistance]
    for (place, segment) in outward.enumerated() {
      segments[segment].axialResistance = resistances[place + 1]
    }
    endResistance = resistances[0]
  }
}

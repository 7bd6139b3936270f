import CellModel

/// Which of a cell's dendrites are collapsed. What is not stays as it is, as soma and axon do.
package struct ReductionScope: Sendable, Equatable {
  /// Sections, by their indices, that are collapsed with all dendrites beyond them; nil for those on the soma,
  /// with which all are.
  package let roots: [Int]?
  /// Sections that stay, with all dendrites between them and the soma.
  package let kept: [Int]
  /// What becomes of the spines on what is collapsed; those on dendrites that stay, stay with these, unless they are
  /// collapsed as all branches are.
  package let spines: SpineTreatment

  /// All dendrites.
  package static let all = ReductionScope()

  package init(
    roots: [Int]? = nil, kept: [Int] = [], spines: SpineTreatment = .collapsed
  ) {
    self.roots = roots
    self.kept = kept
    self.spines = spines
  }

  /// The collapsed sections that are attached to what stays.
  ///
  /// - Throws: as `sections(of:)`.
  package func stems(of cell: CellModel) throws(ReductionError) -> [Int] {
    if roots == nil, kept.isEmpty, spines == .collapsed { return cell.stems }
    let isCollapsed = try sections(of: cell)
    return cell.sections.indices.filter { index in
      isCollapsed[index] && cell.sections[index].attachment.map { !isCollapsed[$0.parent] } ?? false
    }
  }

  /// By section: whether it is collapsed.
  ///
  /// - Throws: `ReductionError.part` for what is no section of the cell, `.rootStays` for soma and axon,
  ///   `.rootInside` for roots of which one is beyond another, `.rootKept` for one of which nothing is left,
  ///   `.allKept` where nothing is left at all; as `spines(of:)`.
  func sections(of cell: CellModel) throws(ReductionError) -> [Bool] {
    for (argument, sections) in [("roots", roots ?? []), ("keep", kept)] {
      for (index, section) in sections.enumerated() where !cell.sections.indices.contains(section) {
        throw .part(argument: argument, index: index, section: section)
      }
    }
    var rootOfSection = try rootsOfSections(in: cell)
    for section in kept {
      var next: Int? = section
      while let index = next {
        rootOfSection[index] = nil
        next = cell.sections[index].attachment?.parent
      }
    }
    for spine in try spines(of: cell)
    where !spines.isFolded || rootOfSection[spine.attachment.parent] == nil {
      for section in spine.sections { rootOfSection[section] = nil }
    }
    let left = Set(rootOfSection.compactMap(\.self))
    if let empty = roots?.first(where: { !left.contains($0) }) {
      throw .rootKept(section: cell.sections[empty].name)
    }
    if left.isEmpty, !kept.isEmpty { throw .allKept(cell: cell.name) }
    return rootOfSection.map { $0 != nil }
  }

  /// The cell's spines, as far as they are treated as such: those that were named, or are found and are neither
  /// roots nor kept by their own names.
  ///
  /// - Throws: as `Spine.named(_:in:)`; `ReductionError.spineIsRoot` for one that is to be collapsed by itself.
  package func spines(of cell: CellModel) throws(ReductionError) -> [Spine] {
    guard spines != .collapsed else { return [] }
    let (roots, kept) = (Set(roots ?? []), Set(kept))
    guard let named = spines.sections else {
      return Spine.all(in: cell).filter {
        roots.isDisjoint(with: $0.sections) && kept.isDisjoint(with: $0.sections)
      }
    }
    let found = try Spine.named(named, in: cell)
    if let root = found.lazy.flatMap(\.sections).first(where: { roots.contains($0) }) {
      throw .spineIsRoot(section: cell.sections[root].name)
    }
    return found.filter { kept.isDisjoint(with: $0.sections) }
  }

  /// By section: the one with which it is to be collapsed; nil for what stays. What is beyond a root and no
  /// dendrite, such as an axon that leaves from there, stays.
  private func rootsOfSections(in cell: CellModel) throws(ReductionError) -> [Int?] {
    var isRoot = [Bool](repeating: false, count: cell.sections.count)
    for root in roots ?? cell.stems {
      let section = cell.sections[root]
      guard section.role.isDendritic else {
        throw .rootStays(section: section.name, role: section.role.rawValue)
      }
      guard !isRoot[root] else { throw .rootInside(section: section.name, of: section.name) }
      isRoot[root] = true
    }
    var rootOfSection = [Int?](repeating: nil, count: cell.sections.count)
    for (index, section) in cell.sections.enumerated() where section.role.isDendritic {
      let outer = section.attachment.flatMap { rootOfSection[$0.parent] }
      if let outer, isRoot[index] {
        throw .rootInside(section: section.name, of: cell.sections[outer].name)
      }
      rootOfSection[index] = isRoot[index] ? index : outer
    }
    return rootOfSection
  }
}

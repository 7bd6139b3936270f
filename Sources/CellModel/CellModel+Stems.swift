extension CellModel {
  /// The sections that dendrites begin with: those that are attached to the soma.
  package var stems: [Int] {
    sections.indices.filter { index in
      guard sections[index].role.isDendritic, let parent = sections[index].attachment?.parent else {
        return false
      }
      return sections[parent].role == .soma
    }
  }
}

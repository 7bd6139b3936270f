/// What a reduction gives up for compartments of its own: some of a cell's sections, in pieces that each hang
/// on the rest by one place.
package struct Replacement: Sendable, Equatable {
  /// A section with all that is replaced beyond it.
  package struct Piece: Sendable, Equatable {
    /// Its first section.
    package let stem: Int
    /// The stem and the others, each after its parent.
    package let sections: [Int]
    /// Where on the rest of the cell the stem is attached.
    package let attachment: Section.Attachment

    package init(stem: Int, sections: [Int], attachment: Section.Attachment) {
      self.stem = stem
      self.sections = sections
      self.attachment = attachment
    }
  }

  package let pieces: [Piece]
  private let isReplaced: [Bool]

  /// - Parameters:
  ///   - pieces: that have no section in common.
  ///   - cell: whose sections they are of.
  package init(_ pieces: [Piece], of cell: CellModel) {
    var isReplaced = [Bool](repeating: false, count: cell.sections.count)
    for section in pieces.lazy.flatMap(\.sections) { isReplaced[section] = true }
    self.pieces = pieces
    self.isReplaced = isReplaced
  }

  /// Whether a section of the cell, by its index, is given up.
  package func contains(_ section: Int) -> Bool { isReplaced[section] }

  /// The segment that a place goes with: the one it is in, where that is replaced; for the distal end of a
  /// section its last segment, and for its proximal end the place before it, unless that stays. On what
  /// stays, the proximal end of a section that is attached to what is replaced goes along.
  ///
  /// - Returns: section and segment; nil for places that stay.
  package func segment(
    at position: Double, ofSection section: Int, in cell: CellModel
  ) -> (section: Int, segment: Int)? {
    let place = cell.place(at: position, ofSection: section) { child, parent in
      !contains(child) || contains(parent)
    }
    guard contains(place.section) else { return nil }
    return (place.section, cell.sections[place.section].segmentIndex(at: place.position))
  }
}

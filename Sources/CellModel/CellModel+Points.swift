extension CellModel {
  /// A place on the cell that NEURON keeps apart from others: the centre of a segment, or an end of a
  /// section.
  package struct Point: Sendable, Hashable, Codable {
    package let section: Int
    /// 0 to 1.
    package let position: Double
  }

  /// The point that a position of a section belongs to. A section's proximal end is the point of the
  /// parent that it is attached to, unless the parent has another role: soma and axon are kept apart.
  package func point(at position: Double, ofSection index: Int) -> Point {
    let section = sections[index]
    if let attachment = section.attachment, position == attachment.ownEnd,
      sections[attachment.parent].role == section.role
    {
      return point(at: attachment.position, ofSection: attachment.parent)
    }
    guard position > 0, position < 1 else { return Point(section: index, position: position) }
    return Point(
      section: index, position: section.center(ofSegment: section.segmentIndex(at: position)))
  }
}

extension CellModel {
  /// A place on the cell that NEURON keeps apart from others: the centre of a segment, or an end of a
  /// section.
  package struct Point: Sendable, Hashable, Codable {
    package let section: Int
    /// 0 to 1.
    package let position: Double
  }

  /// The place that a position of a section is: its proximal end is the place on its parent to which it is
  /// attached, which may be the parent's own proximal end, and so on.
  ///
  /// - Parameters:
  ///   - position: on the section, 0 to 1.
  ///   - section: its index.
  ///   - crossing: whether to go on from a section, the first index, to its parent, the second.
  package func place(
    at position: Double, ofSection section: Int, crossing: (Int, Int) -> Bool
  ) -> (section: Int, position: Double) {
    var (section, position) = (section, position)
    while let attachment = sections[section].attachment, position == attachment.ownEnd,
      crossing(section, attachment.parent)
    {
      (section, position) = (attachment.parent, attachment.position)
    }
    return (section, position)
  }

  /// The point that a position of a section belongs to. A section's proximal end is the point of the
  /// parent that it is attached to, unless the parent has another role: soma and axon are kept apart.
  package func point(at position: Double, ofSection index: Int) -> Point {
    let place = place(at: position, ofSection: index) { sections[$0].role == sections[$1].role }
    guard place.position > 0, place.position < 1 else {
      return Point(section: place.section, position: place.position)
    }
    let section = sections[place.section]
    return Point(
      section: place.section,
      position: section.center(ofSegment: section.segmentIndex(at: place.position)))
  }
}

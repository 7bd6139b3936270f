/// An unbranched piece of a cell and what is in it.
package struct Section: Sendable, Codable, Equatable {
  /// Which part of the cell a section belongs to.
  package enum Role: String, Sendable, Codable {
    case soma, axon, apical, basal

    /// Apical or basal: what a reduction replaces.
    package var isDendritic: Bool { self == .apical || self == .basal }
  }

  /// Where a section is attached to its parent.
  package struct Attachment: Sendable, Codable, Equatable {
    /// Index of the parent section.
    package var parent: Int
    /// Position on the parent, 0 to 1.
    package var position: Double
    /// The end of this section that is attached, 0 or 1.
    package var ownEnd: Double

    package init(parent: Int, position: Double, ownEnd: Double = 0) {
      self.parent = parent
      self.position = position
      self.ownEnd = ownEnd
    }
  }

  /// One compartment, with the discretisation that NEURON computed from the section's shape.
  package struct Segment: Sendable, Codable, Equatable {
    /// In µm.
    package var diameter: Double
    /// Membrane area, in µm².
    package var area: Double
    /// Between this segment's centre and the centre (or junction) on its proximal side, in MΩ.
    package var axialResistance: Double
    /// Specific membrane capacitance cm, in µF/cm².
    package var capacitance: Double

    package init(diameter: Double, area: Double, axialResistance: Double, capacitance: Double) {
      self.diameter = diameter
      self.area = area
      self.axialResistance = axialResistance
      self.capacitance = capacitance
    }
  }

  /// A mechanism in this section.
  package struct Insertion: Sendable, Codable, Equatable {
    /// Index into the cell's `mechanisms`.
    package var mechanism: Int
    /// The parameter values of each segment: [segment][value].
    package var values: [[Double]]

    package init(mechanism: Int, values: [[Double]]) {
      self.mechanism = mechanism
      self.values = values
    }
  }

  package var name: String
  package var role: Role
  /// nil for the section at the root of the cell.
  package var attachment: Attachment?
  /// In µm.
  package var length: Double
  /// Ra, in Ω·cm.
  package var axialResistivity: Double
  /// In the order of x, from 0 to 1.
  package var segments: [Segment]
  /// Between the centre of the distal-most segment and the section's distal end, in MΩ.
  package var endResistance: Double
  package var insertions: [Insertion]

  package init(
    name: String, role: Role, attachment: Attachment? = nil, length: Double,
    axialResistivity: Double, segments: [Segment], endResistance: Double,
    insertions: [Insertion] = []
  ) {
    self.name = name
    self.role = role
    self.attachment = attachment
    self.length = length
    self.axialResistivity = axialResistivity
    self.segments = segments
    self.endResistance = endResistance
    self.insertions = insertions
  }

  /// The end that is attached to the parent: 0 or 1. A root section begins at 0.
  package var proximalEnd: Double { attachment?.ownEnd ?? 0 }

  /// NEURON's limit for the segments of one section: with the node at its distal end they are counted
  /// in 16 bits.
  package static let segmentLimit = 32766

  /// The segment that a position (0 to 1) lies in.
  package func segmentIndex(at position: Double) -> Int {
    Self.segmentIndex(at: position, segmentCount: segments.count)
  }

  /// The segment of a section of `segmentCount` segments that a position (0 to 1) lies in; the nearest
  /// one for a number outside.
  package static func segmentIndex(at position: Double, segmentCount: Int) -> Int {
    guard position > 0 else { return 0 }
    guard position < 1 else { return segmentCount - 1 }
    return min(Int(position * Double(segmentCount)), segmentCount - 1)
  }

  /// The position of a segment's centre.
  package func center(ofSegment index: Int) -> Double {
    Self.center(ofSegment: index, segmentCount: segments.count)
  }

  /// The position of a segment's centre in a section of `segmentCount` segments.
  package static func center(ofSegment index: Int, segmentCount: Int) -> Double {
    (Double(index) + 0.5) / Double(segmentCount)
  }

  /// The parameter values of a mechanism in a segment; nil where it is not inserted.
  package func values(ofMechanism mechanism: Int, segment: Int) -> [Double]? {
    insertions.first { $0.mechanism == mechanism }?.values[segment]
  }
}

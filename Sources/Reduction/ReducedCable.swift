import CableTheory
import CellModel

/// The cable that stands for one subtree in the reduced cell.
package struct ReducedCable: Sendable, Equatable {
  /// NEURON's limit for the segments of one section.
  package static let segmentLimit = 32767

  /// Index of the stem in the original cell's sections.
  package let stem: Int
  package let role: Section.Role
  /// The section it is attached to (an index of the original cell's sections) and where.
  package let attachment: Section.Attachment
  /// Shape and electrotonic properties.
  package let shape: EquivalentCable
  /// From the middle of the stem: cm in µF/cm².
  package let capacitance: Double
  /// From the middle of the stem: Ra in Ω·cm.
  package let axialResistivity: Double
  package let segmentCount: Int

  /// The relative position of a segment's centre.
  package func center(ofSegment index: Int) -> Double {
    Section.center(ofSegment: index, segmentCount: segmentCount)
  }

  /// The segment of this cable that a relative position (0 to 1) lies in.
  func segmentIndex(at relativePosition: Double) -> Int {
    Section.segmentIndex(at: relativePosition, segmentCount: segmentCount)
  }
}

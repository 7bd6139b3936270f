import CellModel

/// The shape of a cable.
package struct CableShape: Sendable, Equatable {
  /// In µm.
  package let length: Double
  /// In µm.
  package let diameter: Double
  /// In space constants.
  package let electrotonicLength: Double

  package init(length: Double, diameter: Double, electrotonicLength: Double) {
    self.length = length
    self.diameter = diameter
    self.electrotonicLength = electrotonicLength
  }
}

/// A section of the reduced cell that stands for a subtree or a part of one.
package struct ReducedCable: Sendable, Equatable {
  /// What a cable's proximal end is attached to.
  package enum Base: Sendable, Equatable {
    /// A section of the original that stays (an index there), at a position.
    case original(section: Int, position: Double)
    /// The middle of an earlier cable, by its index.
    case cable(Int)
  }

  /// Index of the stem of its subtree in the original cell's sections; of several stems', the one with most membrane
  /// in it.
  package let stem: Int
  package let role: Section.Role
  package let base: Base
  package let shape: CableShape
  /// cm in µF/cm².
  package let capacitance: Double
  /// Ra in Ω·cm.
  package let axialResistivity: Double
  package let segmentCount: Int

  /// Whether it is attached to what stays, and not to another cable.
  package var isOnOriginal: Bool {
    switch base {
    case .original: true
    case .cable: false
    }
  }

  /// The relative position of a segment's centre.
  package func center(ofSegment index: Int) -> Double {
    Section.center(ofSegment: index, segmentCount: segmentCount)
  }

  /// The segment of this cable that a relative position (0 to 1) lies in.
  func segmentIndex(at relativePosition: Double) -> Int {
    Section.segmentIndex(at: relativePosition, segmentCount: segmentCount)
  }

  /// The axial resistance of half a segment, in MΩ.
  var halfSegmentResistance: Double {
    let segmentLength = shape.length / Double(segmentCount)
    // Ω·cm · µm / µm² = 1e-2 MΩ
    return axialResistivity * (segmentLength / 2) / (.pi * shape.diameter * shape.diameter / 4)
      * 1e-2
  }

  /// The membrane area of a segment, in µm².
  var segmentArea: Double { .pi * shape.diameter * shape.length / Double(segmentCount) }
}

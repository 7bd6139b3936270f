import CableTheory
import CellModel

/// A dendritic stem with everything distal to it: what one cable replaces.
struct Subtree {
  /// Where a section's points lie in the tree of compartments.
  private struct Location {
    /// What the section's proximal end is attached to.
    let junction: Int
    /// By segment, in the order of x.
    let segments: [Int]
    let end: Int
  }

  /// Index of the stem, the section attached to the soma.
  let stem: Int
  /// Indices of the stem and all its descendants, each after its parent.
  let sections: [Int]
  /// The tree cut off from the soma, leak only; compartment 0 is the stem's proximal end.
  let compartments: CompartmentTree
  private let locations: [Int: Location]

  /// Builds the compartments that NEURON makes of the subtree: one per segment, and one without
  /// membrane at each section's distal end.
  ///
  /// - Throws: `ReductionError` where a section's passive properties cannot carry a reduction.
  init(stem: Int, descendants: [Int], of cell: CellModel) throws(ReductionError) {
    var compartments = CompartmentTree()
    var locations: [Int: Location] = [:]
    for index in [stem] + descendants {
      let section = cell.sections[index]
      try SubtreeValidation.checkGeometry(of: section)
      let leakDensities = try SubtreeValidation.leakDensities(
        of: section, isStem: index == stem, in: cell)

      var junction = 0
      if index != stem, let attachment = section.attachment,
        let parent = locations[attachment.parent]
      {
        junction = Self.compartment(
          at: attachment.position, of: cell.sections[attachment.parent], location: parent)
      }
      var previous = junction
      var segments = [Int](repeating: 0, count: section.segments.count)
      let lastSegment = section.segments.count - 1
      for step in 0...lastSegment {
        let position = section.proximalEnd == 0 ? step : lastSegment - step
        let segment = section.segments[position]
        previous = compartments.append(
          parent: previous, axialResistance: segment.axialResistance,
          // S/cm² · µm² = 1e-2 µS, and µF/cm² · µm² = 1e-5 nF
          leakConductance: leakDensities[position] * segment.area * 1e-2,
          capacitance: segment.capacitance * segment.area * 1e-5)
        segments[position] = previous
      }
      let end = compartments.append(parent: previous, axialResistance: section.endResistance)
      locations[index] = Location(junction: junction, segments: segments, end: end)
    }
    self.stem = stem
    self.sections = [stem] + descendants
    self.compartments = compartments
    self.locations = locations
  }

  /// The compartments of a section's segments, in the order of x; empty for a section of another
  /// subtree.
  func segmentCompartments(of section: Int) -> [Int] { locations[section]?.segments ?? [] }

  /// The compartments at the distal ends of all sections, where the electrically farthest tip is.
  var endCompartments: [Int] { sections.compactMap { locations[$0]?.end } }

  /// The compartment that a point process at a position of a section belongs to; nil for a section
  /// of another subtree.
  func compartment(at position: Double, ofSection index: Int, in cell: CellModel) -> Int? {
    locations[index].map {
      Self.compartment(at: position, of: cell.sections[index], location: $0)
    }
  }

  private static func compartment(
    at position: Double, of section: Section, location: Location
  ) -> Int {
    if position == section.proximalEnd { return location.junction }
    if position == 1 - section.proximalEnd { return location.end }
    return location.segments[section.segmentIndex(at: position)]
  }
}

/// What a section must have to be part of a reduction.
enum SubtreeValidation {
  static func checkGeometry(of section: Section) throws(ReductionError) {
    try require(section.axialResistivity, "Ra", of: section, unit: "Ω·cm")
    try require(section.endResistance, "the axial resistance", of: section, unit: "MΩ")
    for segment in section.segments {
      try require(segment.diameter, "diam", of: section, unit: "µm")
      try require(segment.area, "the membrane area", of: section, unit: "µm²")
      try require(segment.axialResistance, "the axial resistance", of: section, unit: "MΩ")
    }
  }

  /// g_pas of each segment, in S/cm². A stem must have a leak and a capacitance; farther out either
  /// may be absent or zero.
  static func leakDensities(
    of section: Section, isStem: Bool, in cell: CellModel
  ) throws(ReductionError) -> [Double] {
    for segment in section.segments {
      try require(segment.capacitance, "cm", of: section, unit: "µF/cm²", orZero: !isStem)
    }
    let leak = cell.passiveLeak
    guard let insertion = section.insertions.first(where: { $0.mechanism == leak }) else {
      if isStem { throw .missingLeak(section: section.name) }
      return [Double](repeating: 0, count: section.segments.count)
    }
    let densities = insertion.values.map { $0.first ?? 0 }
    for density in densities {
      try require(density, "g_pas", of: section, unit: "S/cm²", orZero: !isStem)
    }
    return densities
  }

  private static func require(
    _ value: Double, _ name: String, of section: Section, unit: String, orZero: Bool = false
  ) throws(ReductionError) {
    guard value.isFinite, value > 0 || (orZero && value == 0) else {
      throw .property(
        section: section.name, name: name, value: value,
        expected: "a finite value\(orZero ? ", 0 or" : "") greater than 0 \(unit)")
    }
  }
}

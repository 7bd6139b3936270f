import CableTheory

/// The compartments that NEURON makes of a cell, as one passive tree: one for each segment, and one without
/// membrane for each end of a section that is no segment's centre.
///
/// Whose a place is, is said here and by `CellModel.place(at:ofSection:crossing:)`: a section's proximal end
/// is the place on its parent to which it is attached, its other end a place of its own, and what lies
/// between belongs to the segment that it is in.
package struct CellCompartments: Sendable {
  /// Leaks and capacitances; the root is the middle of the first soma section, and of the cell's first
  /// section where there is no soma.
  package let tree: CompartmentTree
  /// By section, then by segment in the order of x.
  package let segments: [[Int]]
  /// By section: its distal end.
  package let distalEnds: [Int]
  /// By section: the compartments of its ends, x = 0 and x = 1.
  private let ends: [(zero: Int, one: Int)]

  /// The compartments of sections that have not what it takes (`checkProperties`) are there all the same, with
  /// numbers that mean nothing.
  ///
  /// - Parameter cell: holds together (`validate()`).
  package init(of cell: CellModel) {
    // By section, its junction at first and then all it has, from there outwards.
    var tree = CompartmentTree()
    var segments: [[Int]] = []
    var ends: [(zero: Int, one: Int)] = []
    for (index, section) in cell.sections.enumerated() {
      let leaks = cell.leakDensities(ofSection: index)
      let isForwards = section.proximalEnd == 0
      let junction =
        section.attachment.map {
          Self.compartment(at: $0.position, segments[$0.parent], ends[$0.parent])
        } ?? 0
      var previous = junction
      var own = [Int](repeating: 0, count: section.segments.count)
      for step in own.indices {
        let place = isForwards ? step : own.count - 1 - step
        let segment = section.segments[place]
        previous = tree.append(
          parent: previous, axialConductance: 1 / segment.axialResistance,
          // S/cm² · µm² = 1e-2 µS, and µF/cm² · µm² = 1e-5 nF
          leakConductance: (leaks?[place] ?? 0) * segment.area * 1e-2,
          capacitance: segment.capacitance * segment.area * 1e-5)
        own[place] = previous
      }
      let distal = tree.append(
        parent: previous, axialConductance: 1 / section.endResistance)
      segments.append(own)
      ends.append(isForwards ? (junction, distal) : (distal, junction))
    }

    let soma = cell.sections.firstIndex { $0.role == .soma } ?? 0
    let middle =
      segments.isEmpty ? 0 : segments[soma][cell.sections[soma].segmentIndex(at: 0.5)]
    let (rooted, indices) = tree.rerooted(at: middle)
    self.tree = rooted
    self.segments = segments.map { $0.map { indices[$0] } }
    self.ends = ends.map { (indices[$0.zero], indices[$0.one]) }
    distalEnds = zip(cell.sections, self.ends).map { $0.proximalEnd == 0 ? $1.one : $1.zero }
  }

  /// The compartment that a position (0 to 1) of a section belongs to.
  package func compartment(at position: Double, ofSection section: Int) -> Int {
    Self.compartment(at: position, segments[section], ends[section])
  }

  /// The compartment that each of a cell's point processes sits on.
  package func compartments(ofPointProcessesOf cell: CellModel) -> [Int] {
    cell.pointProcesses.map { compartment(at: $0.position, ofSection: $0.section) }
  }

  private static func compartment(
    at position: Double, _ segments: [Int], _ ends: (zero: Int, one: Int)
  ) -> Int {
    if position <= 0 { return ends.zero }
    if position >= 1 { return ends.one }
    return segments[Section.segmentIndex(at: position, segmentCount: segments.count)]
  }
}

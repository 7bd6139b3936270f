import CableTheory
import CellModel

/// A stem with all that is replaced beyond it, cut off from the rest: a view of the cell's compartments.
struct Subtree {
  let piece: Replacement.Piece
  /// Leaks and capacitances; the root is the stem's proximal end, without membrane.
  let compartments: CompartmentTree
  /// The compartments at the distal ends of all sections, where the electrically farthest tip is.
  let distalEnds: [Int]
  /// By compartment of the cell.
  private let indices: [Int: Int]
  private let cell: CellCompartments

  init(_ piece: Replacement.Piece, of cell: CellModel, in compartments: CellCompartments) {
    let members = piece.sections.flatMap { section in
      let segments = compartments.segments[section]
      return (cell.sections[section].proximalEnd == 0 ? segments : segments.reversed())
        + [compartments.distalEnds[section]]
    }
    let indices = Dictionary(
      uniqueKeysWithValues: members.enumerated().map { ($0.element, $0.offset + 1) })
    self.piece = piece
    self.compartments = compartments.tree.cut(members)
    self.indices = indices
    distalEnds = piece.sections.map { indices[compartments.distalEnds[$0]] ?? 0 }
    self.cell = compartments
  }

  /// The compartments of a section's segments, in the order of x.
  func segmentCompartments(of section: Int) -> [Int] {
    cell.segments[section].map { indices[$0] ?? 0 }
  }

  /// The compartment that a position of one of its sections belongs to; the root for places on what the
  /// stem is attached to.
  func compartment(at position: Double, ofSection section: Int) -> Int {
    indices[cell.compartment(at: position, ofSection: section)] ?? 0
  }
}

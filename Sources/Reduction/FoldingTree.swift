import CableTheory
import CellModel

/// The segments of what is replaced, as the tree that they are.
struct FoldingTree {
  struct Segment {
    let section, segment: Int
    /// The segments of spines that go with it.
    let spines: [HostedSpines.Place]
    /// Indices of the cell's compartments that these are.
    let compartmentsOfSpines: [Int]
    /// Index of the cell's compartment that it is.
    let compartment: Int
    /// The segment that it hangs on, an earlier one; nil on what stays.
    let parent: Int?
    /// Of `Replacement.pieces`.
    let piece: Int
    /// What its piece hangs on: pieces of one number may become one, as those that hang on the soma may.
    let place: Int
    /// The role of the stem.
    let kind: Section.Role
    /// In µm², with that of its spines.
    let area: Double
    /// Of its membrane, and of spines as they load it, with the mean synaptic conductance, in µS.
    var conductance: Double
    var level: TransferLevel
    /// Where what flows into it leaves its parent: the parent's centre or an end of its section.
    let leaving: TransferLevel
    /// The steady current into it and all beyond it for a current of 1 at the soma.
    var flow: Double
  }

  /// A section that stays and hangs on a segment: an axon that leaves from a dendrite.
  struct Hanger {
    let segment: Int
    /// Where it is attached.
    let compartment: Int
    let leaving: TransferLevel
    let flow: Double
  }

  /// Each after its parent.
  let segments: [Segment]
  let hangers: [Hanger]

  init(of driven: DrivenCell) {
    let (cell, compartments) = (driven.input.cell, driven.input.compartments)
    let (tree, loaded) = (compartments.tree, driven.loaded)
    let levels = TransferLevel.levels(in: loaded)
    // On dendrites that stay it matters where.
    let placesOfPieces = driven.input.replacement.pieces.map { piece in
      cell.sections[piece.attachment.parent].role.isDendritic
        ? compartments.compartment(
          at: piece.attachment.position, ofSection: piece.attachment.parent) : -1
    }
    var places: [(section: Int, segment: Int, piece: Int, compartment: Int)] = []
    var isInside = [Bool](repeating: false, count: tree.count)
    for (piece, sections) in driven.input.replacement.pieces.map(\.sections).enumerated() {
      for section in sections where !driven.input.foldedSpines.contains(section) {
        isInside[compartments.distalEnds[section]] = true
        for (segment, compartment) in compartments.segments[section].enumerated() {
          isInside[compartment] = true
          places.append((section, segment, piece, compartment))
        }
      }
    }
    // In the order of the tree's compartments, which has parents first.
    places.sort { $0.compartment < $1.compartment }
    let spines = driven.input.foldedSpines.segments(of: cell)
    var indices = [Int?](repeating: nil, count: tree.count)
    var segments: [Segment] = []
    for place in places {
      let leaving = tree.parents[place.compartment]
      // Past the ends of sections, which are inside but no segments.
      var above = leaving
      while above >= 0, isInside[above], indices[above] == nil { above = tree.parents[above] }
      indices[place.compartment] = segments.count
      let own = spines[.init(section: place.section, segment: place.segment)] ?? []
      segments.append(
        Segment(
          section: place.section, segment: place.segment, spines: own,
          compartmentsOfSpines: own.map { compartments.segments[$0.section][$0.segment] },
          compartment: place.compartment, parent: above >= 0 ? indices[above] : nil,
          piece: place.piece,
          place: placesOfPieces[place.piece],
          kind: cell.sections[driven.input.replacement.pieces[place.piece].stem].role,
          area: own.reduce(cell.sections[place.section].segments[place.segment].area) {
            $0 + cell.sections[$1.section].segments[$1.segment].area
          },
          conductance: loaded.compartments.leakConductances[place.compartment],
          level: levels[place.compartment], leaving: levels[leaving], flow: 0))
    }
    for companion in driven.synapsesAtEnds() + driven.spines() {
      guard let index = indices[compartments.segments[companion.section][companion.segment]]
      else { continue }
      let conductance = companion.current / levels[companion.compartment].transfer
      segments[index].level = .mean(
        segments[index].level, weight: segments[index].conductance, levels[companion.compartment],
        weight: conductance)
      segments[index].conductance += conductance
    }
    hangers = driven.attached().compactMap { companion in
      indices[compartments.segments[companion.section][companion.segment]].map {
        Hanger(
          segment: $0, compartment: companion.compartment, leaving: levels[companion.compartment],
          flow: companion.current)
      }
    }
    for hanger in hangers { segments[hanger.segment].flow += hanger.flow }
    for index in segments.indices.reversed() {
      segments[index].flow += segments[index].conductance * segments[index].level.transfer
      if let parent = segments[index].parent { segments[parent].flow += segments[index].flow }
    }
    self.segments = segments
  }

  /// By segment: whether it is one of some segments of the cell or on the way from one to what stays.
  func isOnTheWay(to places: [(section: Int, segment: Int)]) -> [Bool] {
    var isOnTheWay = [Bool](repeating: false, count: segments.count)
    for place in places {
      var next = segments.firstIndex { $0.section == place.section && $0.segment == place.segment }
      while let index = next, !isOnTheWay[index] {
        isOnTheWay[index] = true
        next = segments[index].parent
      }
    }
    return isOnTheWay
  }
}

import CNEURON
import CellModel
import Reduction

/// POINTERs of density mechanisms, for a cell that is built beside the original: where they lead to a variable of the
/// cell's own sections, those of the new cell lead to the same variable of what stands for the place.
///
/// On a copy that is the copy of the place, or the compartment that it went to. On all segments of a cable it is their
/// own variable where those of all that became the cable led to that of their own segment, and else the one place that
/// all of them led to. What leads elsewhere, out of the cell or to a point process, is refused: nobody else
/// could say what a copy's should mean.
struct CopiedPointers {
  private enum Goal: Equatable {
    /// Of the segment itself.
    case own(RangeVariable)
    case place(RangeVariable, section: Int, position: Double)
  }

  private struct Copied {
    let kind: PointerKinds.Kind
    /// Of the reduced cell.
    let section: Int
    /// Where on it; nil for all segments of a cable.
    let position: Double?
    let goal: Goal
    /// What NEURON notes of its type.
    let datum: neuron_datum
  }

  private let internals: Internals
  private var copied: [Copied] = []

  /// Reads those of the original; nothing is changed.
  ///
  /// - Returns: nil where this NEURON's cannot be read.
  /// - Throws: `BridgeError.pointerOfCopy` for one that leads elsewhere.
  init?(_ original: LiveCell, _ reduction: Reduction) throws(BridgeError) {
    guard let internals = Internals(original.neuron), LayoutTest.result(internals).pointers
    else { return nil }
    self.internals = internals
    let places = Places(original, reduction)
    let variables = try original.variables(internals)
    var goals: [Owner: Goal] = [:]
    for kind in try PointerKinds(internals).densities {
      goals.removeAll(keepingCapacity: true)
      for (section, reference) in original.sections.enumerated() {
        let model = original.model.sections[section]
        for segment in model.segments.indices {
          let center = model.center(ofSegment: segment)
          guard let pointer = internals.pointer(kind, in: reference, at: center) else { break }
          guard pointer.address != nil else { continue }
          guard let handle = pointer.target,
            case .range(let variable, let mechanism, let target) = try variables.variable(
              of: handle),
            let place = places.place(at: center, of: section),
            let there = places.place(at: target.position, of: target.section),
            places.section(there.section, has: mechanism)
          else { throw .pointerOfCopy(owner: "\(kind.name) of \(model.name)") }
          let isOwn = target.section == section && target.position == center
          let goal =
            isOwn
            ? Goal.own(variable)
            : .place(variable, section: there.section, position: there.position)
          let owner = Owner(
            section: place.section,
            position: reduction.origins[place.section].isCable ? nil : place.position)
          let known = goals[owner]
          guard known == nil || known == goal else {
            throw .pointerOfCopy(owner: "\(kind.name) of \(model.name)")
          }
          if known == nil {
            goals[owner] = goal
            copied.append(
              Copied(
                kind: kind, section: owner.section, position: owner.position, goal: goal,
                datum: pointer.datum.pointee))
          }
        }
      }
    }
  }

  /// - Parameter sections: the reduced cell's, in its order.
  func apply(to sections: [SectionReference]) {
    for each in copied {
      let section = sections[each.section]
      let count = Int(internals.neuron.api.segment_count(section))
      let positions =
        each.position.map { [$0] }
        ?? (0..<count).map { Section.center(ofSegment: $0, segmentCount: count) }
      for own in positions {
        guard let pointer = internals.pointer(each.kind, in: section, at: own) else { continue }
        let handle =
          switch each.goal {
          case .own(let variable): internals.handle(of: variable, in: section, at: own)
          case .place(let variable, let other, let position):
            internals.handle(of: variable, in: sections[other], at: position)
          }
        pointer.datum.pointee = neuron_datum(
          row: handle.row, control: handle.control, storage: handle.storage, type: each.datum.type,
          dimension: handle.dimension, index: handle.index)
      }
    }
  }

  /// A place of the reduced cell, or for nil all segments of one of its cables.
  private struct Owner: Hashable {
    let section: Int
    let position: Double?
  }

  /// A place of the reduced cell that NEURON has a node for.
  private struct Segment: Hashable {
    let section: Int
    let position: Double
  }

  /// Where the original's places are in the reduced cell.
  private struct Places {
    private let original: LiveCell
    private let reduction: Reduction
    private var copies: [Int: Int] = [:]
    private var cables: [Int]

    init(_ original: LiveCell, _ reduction: Reduction) {
      self.original = original
      self.reduction = reduction
      cables = [Int](repeating: 0, count: reduction.cables.count)
      for (index, origin) in reduction.origins.enumerated() {
        switch origin {
        case .kept(let section): copies[section] = index
        case .cable(let cable): cables[cable] = index
        }
      }
    }

    /// nil for what is not there.
    func place(at position: Double, of section: Int) -> Segment? {
      if let copy = copies[section] { return Segment(section: copy, position: position) }
      let points = reduction.segmentMap.points[section]
      let segment = original.model.sections[section].segmentIndex(at: position)
      guard points.indices.contains(segment) else { return nil }
      let target = points[segment].segment
      return Segment(
        section: cables[target.cable],
        position: Section.center(
          ofSegment: target.segment, segmentCount: reduction.cables[target.cable].segmentCount))
    }

    /// Whether a section of the reduced cell has a mechanism, or for nil what each section has.
    func section(_ section: Int, has mechanism: String?) -> Bool {
      guard let mechanism else { return true }
      return MechanismCatalog.structural.contains(mechanism)
        || reduction.reduced.sections[section].insertions.contains {
          reduction.reduced.mechanisms[$0.mechanism].name == mechanism
        }
    }
  }
}

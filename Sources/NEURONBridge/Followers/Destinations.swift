import CellModel
import Reduction

/// A variable of the reduced cell that stands for one of the original.
enum Target: Hashable {
  case range(RangeVariable, Destinations.Destination)
  case property(ObjectReference, name: String, element: Int)
}

/// Where the places and point processes of an original go, by a reduction.
struct Destinations {
  /// A segment of a cable.
  struct Destination: Hashable {
    let cable: Int
    /// The segment's centre, 0 to 1.
    let position: Double
  }

  let original: LiveCell
  let reduction: Reduction
  /// For each cable, the names of its mechanisms.
  private let mechanisms: [Set<String>]

  init(original: LiveCell, reduction: Reduction) {
    self.original = original
    self.reduction = reduction
    var mechanisms = [Set<String>](repeating: [], count: reduction.cables.count)
    for (origin, section) in zip(reduction.origins, reduction.reduced.sections) {
      guard case .cable(let cable) = origin else { continue }
      mechanisms[cable] = Set(
        section.insertions.map { reduction.reduced.mechanisms[$0.mechanism].name })
    }
    self.mechanisms = mechanisms
  }

  /// Where a place of a dendrite goes: its distal end with the last segment.
  func destination(of place: DendriticVariables.Place) -> Destination {
    let segment = original.model.sections[place.section].segmentIndex(at: place.position)
    let target = reduction.segmentMap.points[place.section][segment].segment
    return Destination(
      cable: target.cable,
      position: Section.center(
        ofSegment: target.segment, segmentCount: reduction.cables[target.cable].segmentCount))
  }

  /// For each section of the original, the cables that its segments went to; none for what stays.
  var cablesOfSections: [Set<Int>] {
    reduction.segmentMap.points.map { Set($0.map(\.segment.cable)) }
  }

  /// What stands for a variable; nil where the cable does not have it.
  func target(of variable: DendriticVariables.Variable) -> Target? {
    switch variable {
    case .range(let variable, let mechanism, let place):
      let destination = destination(of: place)
      return cable(destination.cable, has: mechanism) ? .range(variable, destination) : nil
    case .property(let process, let name, let element):
      return .property(representative(of: process), name: name, element: element)
    }
  }

  /// Whether a cable has a mechanism, or for nil what each section has.
  func cable(_ cable: Int, has mechanism: String?) -> Bool {
    mechanism.map { mechanisms[cable].contains($0) } ?? true
  }

  /// Whether a cable has a density mechanism, by NEURON's number for its type, or what each section has.
  func cable(_ cable: Int, has type: Int32, _ internals: Internals) -> Bool {
    mechanisms[cable].union(MechanismCatalog.structural).contains {
      internals.functions.mechanism_type($0) == type
    }
  }

  /// The first section of the soma, which stays.
  var soma: SectionReference? {
    zip(original.sections, original.model.sections).first { $0.1.role == .soma }?.0
  }

  /// Whether a point process remains, on a cable.
  func isMoved(_ process: Int) -> Bool {
    let fate = reduction.pointProcessFates[process]
    guard case .cable = fate.site else { return false }
    return fate.representative == process
  }

  /// Whether another one stands for a point process.
  func isMerged(_ process: Int) -> Bool {
    reduction.pointProcessFates[process].representative != process
  }

  /// Whether a point process goes with the dendrites.
  func isGivenUp(_ process: Int) -> Bool {
    let section = original.model.pointProcesses[process].section
    return isMerged(process) && reduction.replacement.contains(section)
  }

  func representative(of process: Int) -> ObjectReference {
    original.synapses[reduction.pointProcessFates[process].representative]
  }

  // MARK: for messages

  func text(of place: DendriticVariables.Place) -> String {
    "\(original.model.sections[place.section].name)(\(positionText(place.position)))"
  }

  func text(of variable: DendriticVariables.Variable) -> String {
    switch variable {
    case .range(let variable, _, let place): "\(variable.text) of \(text(of: place))"
    case .property(let process, let name, let element):
      "\(name)\(element > 0 ? "[\(element)]" : "") of \(text(ofProcess: process))"
    }
  }

  func text(ofProcess index: Int) -> String {
    let process = original.model.pointProcesses[index]
    let place = DendriticVariables.Place(section: process.section, position: process.position)
    return "the \(original.model.pointProcessKinds[process.kind].name) on \(text(of: place))"
  }
}

import CNEURON
import CellFile
import NEURONBridge

/// The Vectors that are played into a cell's variables.
struct DescribedPlays {
  private(set) var plays: [KeptCell.Play] = []
  /// What is not kept, one sentence each.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - session: that of the cell.
  ///   - cell: read whole, with all of its point processes.
  ///   - sections: the cell's, with their indices in the file.
  ///   - places: by point process of the cell its index in the file.
  init(
    _ session: Session, of cell: LiveCell, sections: [SectionReference: Int], places: [Int]
  ) throws {
    let recordings = try Self.ofNoOtherCell(session, cell, Set(sections.keys))
    guard !recordings.isEmpty else { return }
    let vectors = Dictionary(
      try cell.neuron.allVectors().map { ($0.object, $0.values) }, uniquingKeysWith: { $1 })
    for each in recordings {
      let (text, process, place): (String, Int?, (section: Int, position: Double)?)
      switch each.variable {
      case .range(let name, let section, let position):
        guard let index = sections[cell.sections[section]] else { continue }
        (text, process, place) = (name, nil, (index, position))
      case .property(let name, let index): (text, process, place) = (name, places[index], nil)
      case .time, .other:
        notes.append(
          "A Vector is played into a variable that is none of the cell's, such as a NetCon's weight or that of another "
            + "cell, or into a statement of hoc: it is not kept.")
        continue
      }
      let values = { (vector: ObjectReference?) throws -> [Double] in
        guard let found = vector.flatMap({ vectors[$0] }) else {
          throw KeepingError(
            description:
              "what is played into \(text) is no Vector of the session; expected one")
        }
        return found
      }
      let name = text.split(separator: "[", maxSplits: 1)
      var play = KeptCell.Play(
        process: process, section: place?.section, position: place?.position,
        variable: String(name.first ?? ""),
        element: name.count > 1 ? Int(name[1].dropLast()) : nil,
        values: try values(each.vector), isContinuous: each.isContinuous)
      switch each.sampling {
      case .times(let times): play.times = try values(times)
      case .interval(let interval): play.interval = interval
      case .everyStep: break
      }
      if each.hasBreaks {
        play.jumps = try values(each.breaks).map { number in
          // As NEURON takes them.
          guard let index = Int(exactly: number.rounded(.towardZero)) else {
            throw KeepingError(
              description:
                "what is played into \(text) jumps at \(number); expected indices of its times")
          }
          return index
        }
      }
      plays.append(play)
    }
  }

  /// What is played, without what drives other cells.
  private static func ofNoOtherCell(
    _ session: Session, _ cell: LiveCell, _ own: Set<SectionReference>
  ) throws -> [LiveCell.Recording] {
    let found = try (cell.recordings() ?? []).filter(\.isPlay)
    guard found.contains(where: { $0.variable == .other }) else { return found }
    let neuron = session.neuron
    var elsewhere: [Key: Int] = [:]
    for root in neuron.allSections() where !own.contains(root) {
      let parent = try neuron.with(section: root) { () throws(BridgeError) in
        try neuron.call(neuron.symbol("parent_section"), .number(0)).number
      }
      // Of a cell that cannot be read it is not known what is played into it.
      guard parent == 0, let plays = try? Self.cell(rootedAt: root, in: session).recordings()
      else {
        continue
      }
      for each in plays where each.isPlay && each.variable != .other {
        elsewhere[Key(each), default: 0] += 1
      }
    }
    return found.filter { each in
      guard each.variable == .other, let count = elsewhere[Key(each)], count > 0 else {
        return true
      }
      elsewhere[Key(each)] = count - 1
      return false
    }
  }

  private static func cell(
    rootedAt root: SectionReference, in session: Session
  ) throws -> LiveCell {
    let sections = try session.neuron.sectionList("subtree", of: root)
    let processes = try CellDescriber.processes(
      on: Dictionary(sections.map { ($0, 0) }, uniquingKeysWith: { $1 }), beginningWith: [],
      in: session.neuron)
    return try LiveCell(
      LiveCellReferences(
        name: session.neuron.name(of: root), soma: session.list([root]), apical: session.list([]),
        axonal: session.list([]), synapses: processes, connections: [], isWhole: true))
  }

  /// What is the same of a play whoever reads it.
  private struct Key: Hashable {
    let vector, times, breaks: ObjectReference?
    let interval: Double?
    let isContinuous: Bool

    init(_ recording: LiveCell.Recording) {
      (vector, breaks, isContinuous) = (recording.vector, recording.breaks, recording.isContinuous)
      switch recording.sampling {
      case .times(let vector): (times, interval) = (vector, nil)
      case .interval(let value): (times, interval) = (nil, value)
      case .everyStep: (times, interval) = (nil, nil)
      }
    }
  }
}

extension [KeptCell.PointProcess] {
  /// Gives parameters into which values are played those that each run begins with, in the place of what the last one
  /// has left.
  mutating func setPlayed(_ plays: [KeptCell.Play]) {
    for play in plays {
      guard let process = play.process, let first = play.values.first,
        play.isContinuous || play.times.map({ $0.first == 0 }) ?? true,
        let place = self[process].parameters.firstIndex(where: { $0.name == play.variable })
      else { continue }
      switch (self[process].parameters[place].value, play.element) {
      case (.scalar, nil): self[process].parameters[place].value = .scalar(first)
      case (.array(var values), let element?) where values.indices.contains(element):
        values[element] = first
        self[process].parameters[place].value = .array(values)
      default: break
      }
    }
  }
}

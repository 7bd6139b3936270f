import Mechanisms

/// Which point processes' events matter to others': one NET_RECEIVE sets what another one reads through a POINTER.
struct JoinedEvents {
  /// By kind of those whose NET_RECEIVE sets what is read: where in the memory each has the time of its last event,
  /// and behind it that of the last event of one that reads.
  var setting: [Int: Int] = [:]
  /// By kind of those that read: for each POINTER where in the indices the places of these times are.
  var reading: [Int: [Int]] = [:]
  /// The instances that read, with those that they point to.
  var pairs: [(reader: CellProgram.Instance, writer: CellProgram.Instance)] = []
}

extension ProgramEmitter {
  /// Plans them, once the POINTERs are known.
  mutating func planJoinedEvents() {
    for pointer in pointers {
      guard case .process(let kind) = pointer.reader, let receiver = kinds[kind].receiver,
        receiver.block.effects(kinds[kind].tables).liveIn.contains(.instance(pointer.variable))
      else { continue }
      let writers = pointer.owners.map(writer(for:))
      guard writers.contains(where: { $0 != nil }) else { continue }
      // Of others nothing sets it.
      let none = plan.place(-1, count: 2)
      var places: [Int] = []
      for (index, writer) in writers.enumerated() {
        guard let writer else {
          places.append(none)
          continue
        }
        let room = processes[writer.kind].instances.room
        let first = joined.setting[writer.kind] ?? plan.place(-1, count: 2 * room)
        joined.setting[writer.kind] = first
        places.append(first + 2 * writer.index)
        joined.pairs.append((CellProgram.Instance(kind: kind, index: index), writer))
      }
      joined.reading[kind, default: []].append(plan.place(indices: places))
    }
  }

  /// The point process whose NET_RECEIVE sets what a POINTER points to; nil where none does.
  private func writer(for owner: PointerOwner) -> CellProgram.Instance? {
    guard case .member(_, let process)? = settings.pointers[owner] else { return nil }
    let found = instances[process]
    let mechanism = kinds[found.kind]
    let name = settings.pointers[owner]?.variable
    guard let receiver = mechanism.receiver,
      let variable = mechanism.variables.firstIndex(where: { $0.name == name }),
      receiver.block.effects(mechanism.tables).mayAssign.contains(.instance(variable))
    else { return nil }
    return found
  }

  var eventOrders: [CellProgram.EventOrders] {
    processes.map { process in
      if process.ties == nil { return .ofNone }
      return process.instances.mechanism.ignoresDeliveries ? .ofItsOwn : .ofAll
    }
  }

  /// What is noted of an event at the same time as another one whose order may matter.
  func notes(_ kind: Int, _ process: ProcessPlan) -> [String] {
    var lines: [String] = []
    if let ties = process.ties {
      let place = "NR_AT(\(ties.offset) + \(ties.isOfAll ? "0" : "i"))"
      lines += [
        "nr_note(run, \(kind), i, weights, flag, t, M + \(place), NR_AT(\(process.instances.room)),",
        "        \(ties.comparedWeights ?? -1), \(ties.isWithinConnections ? 1 : 0));",
      ]
    }
    // All are looked at before any is set: a process may point to itself.
    let own = joined.setting[kind].map { "NR_AT(\($0) + 2 * i)" }
    let others = (joined.reading[kind] ?? []).map { "run->indices[\($0) + i]" }
    if let own {
      lines.append("if (M[\(own) + NR_AT(1)] == t) nr_note_joined(run, \(kind), i, t);")
    }
    for other in others {
      lines.append("if (M[NR_AT(\(other))] == t) nr_note_joined(run, \(kind), i, t);")
    }
    if let own { lines.append("M[\(own)] = t;") }
    for other in others { lines.append("M[NR_AT(\(other) + 1)] = t;") }
    if lines.isEmpty { return [] }
    if process.instances.mechanism.ignoresDeliveries {
      lines = ["if (flag != 0) {"] + lines.map { "  " + $0 } + ["}"]
    }
    return lines.map { "      " + $0 }
  }
}

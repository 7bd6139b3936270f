import CNEURON
import CellModel

/// Vectors that record or play a variable which goes with the dendrites or with a merged synapse, and
/// time vectors that were begun while a dendrite was the accessed section.
///
/// NEURON's own object for a recording stays, with its sampling, and gets another variable; the Vector
/// keeps what it holds until the next run begins. A recording that names a point process
/// (`record(synapse, …)`) ends when the point process moves, and is begun anew.
struct Recordings: Follower {
  /// What becomes of one recording or play.
  private enum Step {
    case redirect(UnsafeMutablePointer<neuron_record>, to: Target)
    case accessed(UnsafeMutablePointer<neuron_record>)
    case anew(OfProcess)
    /// There is nothing to record any more.
    case end(vector: ObjectReference)
  }

  /// A recording or play that names a point process, by its index in the model.
  private struct OfProcess {
    let vector: ObjectReference
    let method: String
    let process: Int
    let variable: Variable
    let sampling: [HocArgument]

    enum Variable {
      /// The point process's.
      case own(HocString, element: Int)
      case other(DendriticVariables.Variable)
      case time(UnsafeMutablePointer<Double>)
    }
  }

  private let internals: Internals
  private let destinations: Destinations
  private var steps: [Step] = []
  /// What cannot be followed, one sentence each.
  private(set) var losses: [String] = []
  var notes: [String] {
    let count = steps.count { if case .end = $0 { false } else { true } }
    guard count > 0 else { return [] }
    return [
      counted(
        count, "recording went to where its place or synapse went.",
        "recordings went to where their places or synapses went.")
    ]
  }

  /// Reads what is recorded and played; nothing is changed.
  init(
    _ internals: Internals, _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    self.internals = internals
    self.destinations = destinations
    let original = destinations.original
    let time = internals.neuron.api.symbol("t").flatMap { internals.neuron.api.symbol_data($0) }
    var processes: [ObjectReference: Int]?
    for (record, kind) in internals.records() {
      if let object = record.pointee.point_process {
        let known = processes ?? original.synapses.firstIndices()
        processes = known
        if let process = known[object],
          destinations.isMoved(process) || destinations.isMerged(process)
        {
          try follow(record, kind, ofProcess: process, variables, time: time)
          continue
        }
      }
      if kind.isOfAccessedSection {
        if try variables.variable(of: record.pointee.variable) != nil {
          steps.append(.accessed(record))
        }
        continue
      }
      var handle = record.pointee.variable
      guard neuron_handle_address(&handle) != time else { continue }
      if let variable = try variables.variable(of: handle) { follow(record, kind, variable) }
    }
    noteSharedTargets()
  }

  /// Where several Vectors are played into what became one variable, all but one are without effect.
  private mutating func noteSharedTargets() {
    var counts: [Target: Int] = [:]
    for case .redirect(let record, let target) in steps where internals.isPlay(record) {
      counts[target, default: 0] += 1
    }
    for (target, count) in counts where count > 1 {
      guard case .range(let variable, _) = target else { continue }
      losses.append(
        "\(count) Vectors that were played into \(variable.text) at different places are played into "
          + "that of one segment now: the last one counts.")
    }
  }

  private mutating func follow(
    _ record: UnsafeMutablePointer<neuron_record>, _ kind: neuron_record_kind,
    _ variable: DendriticVariables.Variable
  ) {
    guard let target = destinations.target(of: variable) else {
      end(record, kind, destinations.text(of: variable))
      return
    }
    steps.append(.redirect(record, to: target))
  }

  private mutating func follow(
    _ record: UnsafeMutablePointer<neuron_record>, _ kind: neuron_record_kind,
    ofProcess process: Int, _ variables: DendriticVariables, time: UnsafeMutablePointer<Double>?
  ) throws(BridgeError) {
    guard let vector = internals.object(ofVector: record.pointee.vector) else { return }
    let handle = record.pointee.variable
    let variable: OfProcess.Variable
    if kind == NEURON_RECORD_TIME, let time {
      variable = .time(time)
    } else if kind == NEURON_PLAY_STATEMENT {
      let named = internals.name(of: destinations.original.synapses[process])
      end(record, kind, "a statement, beside \(named)")
      return
    } else if let (name, element) = try variables.property(of: handle, process: process) {
      variable = .own(HocString(name), element: element)
    } else if let other = try variables.variable(of: handle), destinations.target(of: other) != nil
    {
      variable = .other(other)
    } else {
      let named = internals.name(of: destinations.original.synapses[process])
      end(record, kind, "with \(named) what is neither its variable nor a dendrite's")
      return
    }
    steps.append(
      .anew(
        OfProcess(
          vector: vector, method: kind.isPlay ? "play" : "record", process: process,
          variable: variable, sampling: sampling(of: record, kind))))
  }

  private mutating func end(
    _ record: UnsafeMutablePointer<neuron_record>, _ kind: neuron_record_kind, _ what: String
  ) {
    guard let vector = internals.object(ofVector: record.pointee.vector) else { return }
    let name = internals.name(of: vector)
    if kind.isPlay {
      losses.append("\(name) was played into \(what), which cannot go on.")
    } else {
      losses.append(
        "\(name) recorded \(what), which cannot go on: it was emptied, and records nothing.")
      steps.append(.end(vector: vector))
    }
  }

  /// What a recording's method was called with after the variable.
  private func sampling(
    of record: UnsafeMutablePointer<neuron_record>, _ kind: neuron_record_kind
  ) -> [HocArgument] {
    let value = record.pointee
    let times = {
      internals.object(ofVector: value.of.times).map { [HocArgument.object($0)] } ?? []
    }
    switch kind {
    case NEURON_RECORD_INTERVAL: return [.number(value.of.interval)]
    case NEURON_RECORD_TIMES: return times()
    case NEURON_PLAY_STEPS:
      return value.of.times == nil ? [.number(value.also.interval)] : times()
    case NEURON_PLAY_CONTINUOUS:
      let discontinuities = internals.object(ofVector: value.also.discontinuities)
      return times() + [discontinuities.map(HocArgument.object) ?? .number(1)]
    default: return []
    }
  }

  // MARK: changes

  /// Sees to it that recordings which end when their point process moves are there again when the moves
  /// are undone.
  func protect(_ undo: inout Undo) {
    undo.record {
      for case .anew(let recording) in steps where !exists(recording) {
        let process = destinations.original.synapses[recording.process]
        try? begin(recording, of: process, originally(recording.variable, of: process))
      }
    }
  }

  func apply(_ cables: [SectionReference], _ undo: inout Undo) throws(BridgeError) {
    for step in steps {
      switch step {
      case .redirect(let record, let target):
        guard let handle = internals.handle(of: target, in: cables) else { continue }
        set(record, handle, &undo)
      case .accessed(let record):
        guard let soma = destinations.soma else { continue }
        set(record, try internals.firstPotential(of: soma), &undo)
      case .anew(let recording):
        let process = destinations.representative(of: recording.process)
        guard let variable = afterwards(recording.variable, of: process, cables) else { continue }
        try begin(recording, of: process, variable)
      case .end(let vector):
        try empty(vector, &undo)
      }
    }
  }

  private func set(
    _ record: UnsafeMutablePointer<neuron_record>, _ handle: neuron_handle, _ undo: inout Undo
  ) {
    let before = record.pointee
    undo.record { [internals] in
      neuron_handle_release(&record.pointee.variable)
      record.pointee.variable = before.variable
      internals.observe(before.variable, by: record)
    }
    undo.releases(before.variable) { record.pointee.variable.row }
    record.pointee.variable = handle
    internals.observe(handle, by: record)
  }

  private func begin(
    _ recording: OfProcess, of process: ObjectReference, _ variable: HocArgument
  ) throws(BridgeError) {
    let arguments = [.object(process), variable] + recording.sampling
    guard let soma = destinations.soma else { return }
    // For the time, the accessed section says whose.
    try internals.neuron.with(section: soma) { () throws(BridgeError) in
      try internals.neuron.perform(recording.method, of: recording.vector, arguments)
    }
  }

  private func originally(
    _ variable: OfProcess.Variable, of process: ObjectReference
  ) -> HocArgument {
    let original = destinations.original
    return switch variable {
    case .own(let name, let element): .property(process, name, element: element)
    case .other(.range(let variable, _, let place)):
      .range(variable, original.sections[place.section], position: place.position)
    case .other(.property(let other, let name, let element)):
      .property(original.synapses[other], HocString(name), element: element)
    case .time(let time): .address(time)
    }
  }

  private func afterwards(
    _ variable: OfProcess.Variable, of process: ObjectReference, _ cables: [SectionReference]
  ) -> HocArgument? {
    switch variable {
    case .own, .time: return originally(variable, of: process)
    case .other(let other):
      return destinations.target(of: other).map { target in
        switch target {
        case .range(let variable, let destination):
          .range(variable, cables[destination.cable], position: destination.position)
        case .property(let process, let name, let element):
          .property(process, HocString(name), element: element)
        }
      }
    }
  }

  private func exists(_ recording: OfProcess) -> Bool {
    let process = destinations.original.synapses[recording.process]
    return internals.records().contains { record, kind in
      record.pointee.point_process == process && kind.isPlay == (recording.method == "play")
        && internals.object(ofVector: record.pointee.vector) == recording.vector
    }
  }

  private func empty(_ vector: ObjectReference, _ undo: inout Undo) throws(BridgeError) {
    let api = internals.neuron.api
    let before = Array(
      UnsafeBufferPointer(start: api.vector_data(vector), count: Int(api.vector_size(vector))))
    undo.record { [neuron = internals.neuron] in
      try? neuron.perform("resize", of: vector, [.number(Double(before.count))])
      guard Int(api.vector_size(vector)) == before.count else { return }
      api.vector_data(vector)?.update(from: before, count: before.count)
    }
    try internals.neuron.perform("resize", of: vector, [.number(0)])
  }
}

extension Undo {
  /// Gives a handle back at the end, if another one is in its place then.
  mutating func releases(
    _ handle: neuron_handle, _ row: @escaping () -> UnsafePointer<UInt>?
  ) {
    finally {
      var handle = handle
      if row() != handle.row { neuron_handle_release(&handle) }
    }
  }
}

extension Internals {
  fileprivate func isPlay(_ record: UnsafeMutablePointer<neuron_record>) -> Bool {
    kind(of: record)?.isPlay ?? false
  }
}

extension neuron_record_kind {
  var isPlay: Bool {
    [NEURON_PLAY_STEPS, NEURON_PLAY_CONTINUOUS, NEURON_PLAY_STATEMENT].contains(self)
  }

  /// Whether the variable is the potential of the section that was accessed, and says nothing else.
  fileprivate var isOfAccessedSection: Bool {
    self == NEURON_RECORD_TIME || self == NEURON_PLAY_STATEMENT
  }
}

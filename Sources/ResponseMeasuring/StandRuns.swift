import NEURONBridge
import SynapseResponse

/// What a copy of the process does to point processes to see how they respond: a protocol's stands are as many
/// compartments, each with an instance of its own: the one that is measured, and others that are made like it.
/// Where it has a POINTER, or another instance does not respond as it does, it is measured alone, in one run
/// after another.
struct StandRuns {
  /// Stands in one run: what they record stays under 50 MB, or four times that where they are measured in turn.
  private static let atOnce = 1024

  /// In ms: when it is asked whether a run is over.
  private static let pauses = [100.0, 150, 200, 300, 400, 600, 800, 1100]

  /// What is done with some subjects of a group.
  struct Task: Hashable {
    let used: Int32
    /// For how long they are looked at, at least, in ms.
    var until = MeasuringClock.end
    /// What is to be found; anything is where this is nil.
    var nature: SynapticResponse.Nature?
    var superposition: MeasuredResponse.Superposition?
    /// Whether those that they are most like were, which brief protocols tell in part.
    var isOhmic = true

    var stands: [Stand] { MeasuringProtocol(rawValue: used)?.stands ?? [] }
  }

  let session: CopiedSession
  private var neuron: NEURON { session.neuron }

  /// For each group what was found of each of its subjects. nil for those beyond the sample of a class of which
  /// no instances can be made that respond as the user's do: these would have to be simulated all the while.
  /// They are for another call, which knows what was found of the sample; and those that are not like it for a
  /// third, whose sample they are.
  func measure(_ groups: [SubjectGroup]) throws(BridgeError) -> [[Finding?]] {
    let thorough = Task(used: MeasuringProtocol.thorough.rawValue)
    var found = groups.map { [Finding?](repeating: nil, count: $0.subjects.count) }
    try fill(groups, &found, groups.map { group in group.sample.map { ($0, thorough) } })
    for group in groups
    where group.sample.contains(where: { group.subjects[$0].values.isEmpty }) {
      // Instances that are made are not like the user's.
      for subject in group.subjects { subject.values = [] }
    }
    try fill(groups, &found, zip(groups, found).map { tasks($0, $1) })
    try fill(
      groups, &found,
      zip(groups, found).map { group, known in
        rest(group, known).filter { !group.subjects[$0].values.isEmpty }.map { ($0, thorough) }
      })
    for (number, group) in groups.enumerated() {
      for (index, subject) in group.subjects.enumerated() {
        found[number][index]?.isAlone = subject.values.isEmpty
      }
    }
    return found
  }

  /// The subjects of which nothing is known, and of which something can be found.
  private func rest(_ group: SubjectGroup, _ known: [Finding?]) -> [Int] {
    group.subjects.indices.filter { index in
      known[index] == nil
        && (!group.subjects[index].values.isEmpty || group.subjects[index].synapse != nil)
    }
  }

  /// What is enough for those that are no sample.
  private func tasks(_ group: SubjectGroup, _ known: [Finding?]) -> [(Int, Task)] {
    let lasting =
      (known.compactMap(\.self) + group.like).map(\.response.conductances.count).max() ?? 0
    let times = MeasuringClock.times
    let until = times[min(lasting, times.count - 1)]
    return rest(group, known).compactMap { index in
      guard
        let like = group.like.isEmpty ? known[group.nearest[index]] : group.like[index],
        let brief = like.response.brief
      else { return nil }
      return (
        index,
        Task(
          used: brief.rawValue, until: until, nature: like.response.nature,
          superposition: like.response.superposition, isOhmic: like.response.isOhmic)
      )
    }
  }

  private func fill(
    _ groups: [SubjectGroup], _ found: inout [[Finding?]], _ tasks: [[(Int, Task)]]
  ) throws(BridgeError) {
    var order: [Task] = []
    var work: [Task: [(group: Int, index: Int)]] = [:]
    for (number, each) in tasks.enumerated() {
      for (index, task) in each {
        if work[task] == nil { order.append(task) }
        work[task, default: []].append((number, index))
      }
    }
    for task in order {
      let places = work[task] ?? []
      let results = try measured(places.map { groups[$0.group].subjects[$0.index] }, task)
      for (place, result) in zip(places, results) {
        guard let result else { continue }
        let isExpected =
          task.nature == nil
          || task.nature == result.nature && task.superposition == result.superposition
        guard isExpected else { continue }
        let group = groups[place.group]
        let like =
          group.like.isEmpty
          ? found[place.group][group.nearest[place.index]] : group.like[place.index]
        found[place.group][place.index] = Finding(
          result.completed(isOhmic: task.isOhmic, by: like?.response))
      }
    }
  }

  private func measured(
    _ subjects: [Subject], _ task: Task
  ) throws(BridgeError) -> [MeasuredResponse?] {
    var result = [MeasuredResponse?](repeating: nil, count: subjects.count)
    let together = subjects.indices.filter { !subjects[$0].values.isEmpty }
    var alone = subjects.indices.filter { subjects[$0].values.isEmpty }
    let size = max(1, Self.atOnce / max(task.stands.count, 1))
    for start in stride(from: 0, to: together.count, by: size) {
      let batch = Array(together[start..<min(start + size, together.count)])
      for (index, found) in zip(batch, try atOnce(batch.map { subjects[$0] }, task)) {
        result[index] = found
        // It varies, or an instance that is made does not respond as this one does.
        if found?.nature == .stochastic, subjects[index].synapse != nil { alone.append(index) }
      }
    }
    // All of these are simulated in each run, whichever is measured: few runs of many.
    for start in stride(from: 0, to: alone.count, by: 4 * size) {
      let batch = Array(alone[start..<min(start + 4 * size, alone.count)])
      for (index, found) in zip(batch, try inTurn(batch.map { subjects[$0] }, task)) {
        if result[index] != nil, let found, found.nature != .stochastic {
          subjects[index].values = []
        }
        result[index] = found
      }
    }
    return result
  }

  /// Measures with as many instances as there are stands, in one run.
  private func atOnce(
    _ subjects: [Subject], _ task: Task
  ) throws(BridgeError) -> [MeasuredResponse?] {
    let plans = task.stands
    // Where two stands show whether it differs, one of them is the user's own.
    let own = plans.indices.last { !plans[$0].isRepetition }
    var work: [(StandPlace, Stand)] = []
    for subject in subjects {
      for (index, plan) in plans.enumerated() {
        let place = try StandPlace(neuron, subject, own: index == own ? subject.synapse : nil)
        work.append((place, plan))
      }
    }
    try run(work, until: task.until)
    let results = subjects.indices.map { index in
      let places = work[(index * plans.count)..<((index + 1) * plans.count)]
      return analysed(places.map(\.0.recorded), task, weight: subjects[index].weight)
    }
    try session.putBack(subjects)
    for (place, _) in work { place.close() }
    return results
  }

  /// Measures with the users' own instances, in a run for each stand of the protocol.
  private func inTurn(
    _ subjects: [Subject], _ task: Task
  ) throws(BridgeError) -> [MeasuredResponse?] {
    let first = try subjects.map { subject throws(BridgeError) in
      try subject.synapse.map { own throws(BridgeError) in try StandPlace(neuron, subject, own: own)
      }
    }
    let others = try subjects.map { subject throws(BridgeError) in
      try subject.another.map { own throws(BridgeError) in try StandPlace(neuron, subject, own: own)
      }
    }
    var byPlan: [[[Double]]] = []
    for plan in task.stands {
      let work = zip(first, others).compactMap { own, other in
        (plan.isRepetition ? other ?? own : own).map { ($0, plan) }
      }
      try run(work, until: task.until)
      byPlan.append(work.map { Array($0.0.recorded) })
    }
    try session.putBack(subjects)
    for place in (first + others).compactMap(\.self) { place.close() }
    let longest = byPlan.map { $0.first?.count ?? 0 }.max() ?? 0
    // Runs that were over sooner say nothing of later.
    let records = byPlan.map { plan in
      plan.map { record in
        record
          + [Double](
            repeating: record.count > 1 ? record[1] : 0, count: max(longest - record.count, 0))
      }
    }
    var place = 0
    return subjects.indices.map { index in
      guard first[index] != nil else { return nil }
      defer { place += 1 }
      let copies = records.map { plan in
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: plan[place].count)
        _ = buffer.initialize(from: plan[place])
        return buffer
      }
      defer { for copy in copies { copy.deallocate() } }
      return analysed(
        copies.map { UnsafeBufferPointer($0) }, task, weight: subjects[index].weight)
    }
  }

  private func analysed(
    _ records: [UnsafeBufferPointer<Double>], _ task: Task, weight: Double
  ) -> MeasuredResponse? {
    MeasuringProtocol(rawValue: task.used).flatMap {
      MeasuredResponse(records, of: $0, area: StandPlace.area, weight: weight)
    }
  }

  /// Runs stands.
  ///
  /// - Parameter end: to when a run goes on in any case; and then until all responses are over.
  private func run(_ work: [(StandPlace, Stand)], until end: Double) throws(BridgeError) {
    let stepped = work.filter(\.1.isStepped).map(\.0)
    var steps: [Double: Double] = [:]
    if !stepped.isEmpty {
      for step in MeasuringProtocol.voltageSteps { steps[step.time] = step.voltage }
    }
    try neuron.set(step: MeasuringClock.fineStep)
    for (place, plan) in work {
      try place.prepare(voltage: plan.holding, scales: [plan.first.scale, plan.second.scale])
    }
    try neuron.initialize()
    for (place, plan) in work { try place.queue([plan.first.times, plan.second.times]) }
    var last = 0.0
    for pause in Set(
      Array(steps.keys) + Self.pauses + [MeasuringClock.fineEnd, MeasuringClock.end]
    ).sorted() {
      try neuron.run(until: MeasuringClock.before + pause)
      last = pause
      if let voltage = steps[pause] {
        for place in stepped { try place.set(voltage: voltage) }
      }
      if pause == MeasuringClock.fineEnd { try neuron.set(step: MeasuringClock.coarseStep) }
      if pause >= max(end, MeasuringClock.fineEnd),
        work.allSatisfy({ StandCurrent.isOver($0.0.recorded) })
      {
        break
      }
    }
    let fine = (min(last, MeasuringClock.fineEnd) + MeasuringClock.before) / MeasuringClock.fineStep
    let coarse = max(0, last - MeasuringClock.fineEnd) / MeasuringClock.coarseStep
    let expected = 1 + Int(fine.rounded()) + Int(coarse.rounded())
    for (place, _) in work where place.recorded.count != expected {
      throw .neuron(
        doing: "measuring responses",
        message:
          "it took \(place.recorded.count - 1) steps; expected \(expected - 1) of the same length")
    }
  }
}

import CellModel
import NEURONBridge
import SynapseResponse

/// The responses of a cell's point processes, one for each kind.
package struct MeasuredKinds {
  /// What was found of a kind; nil where it could not be measured.
  package struct Kind {
    package var response: MeasuredResponse
    /// 0 where it was measured; where it is that of a kind with other parameters, their largest relative
    /// difference.
    package var distance = 0.0
    /// Whether instances that are made like it do not respond as it does.
    package var isAlone = false

    /// ∫g dt of a first event, in µS·ms per unit of weight.
    var charge: Double { response.charge }
  }

  package let kinds: [Kind?]
  /// For each synapse the index of its kind; nil where that could not be measured.
  package let indices: [Int?]
  /// Why some could not be measured; empty where all could.
  package let problem: String
  /// What else a user should know, one sentence each.
  package let notes: [String]
  let subjects: [Subject]
  /// By kind, of the parameters.
  let values: [[Double]]
}

/// Measures how a cell's point processes respond to events, whatever their mechanism is called: one of each kind is
/// put to the test in a copy of the process. The session stays as it is.
package struct ResponseMeasurement {
  /// Kinds of one class that are measured thoroughly: those with the least and the most of each parameter, and
  /// others that differ much.
  private static let sample = 12
  /// Kinds of one class that are measured at all; the others count as the nearest of these.
  private static let most = 1024
  /// Of an event where the NetCons have none that is positive.
  private static let anyWeight = 1e-3
  /// Seconds after which measuring is given up.
  static let timeout = 120.0

  let cell: LiveCell

  package init(of cell: LiveCell) { self.cell = cell }

  /// - Parameter isWanted: by kind, as `CellModel.processGroups` has them; nil for all.
  package func measure(only isWanted: [Bool]? = nil) throws(BridgeError) -> MeasuredKinds {
    let model = cell.model
    let (groups, groupIndices) = model.processGroups(
      amongFirst: cell.listedCount, connectionCount: cell.listedConnections.count)
    let chosen = groups.indices.filter { isWanted?[$0] ?? true }
    var places = [Int?](repeating: nil, count: groups.count)
    for (place, group) in chosen.enumerated() { places[group] = place }
    let others = Dictionary(
      groupIndices.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
    let subjects = chosen.map { subject(groups[$0], another: others[$0]) }
    let values = chosen.map { model.pointProcesses[groups[$0].process].values }
    var known = [MeasuredKinds.Kind?](repeating: nil, count: subjects.count)
    var problems: [(name: String, problem: String)] = []
    let requests = self.requests(subjects, values)
    let results = measured(requests.map { $0.group(of: subjects) }, &problems)
    for (request, findings) in zip(requests, results) {
      guard let findings else { continue }
      for (index, finding) in zip(request.chosen, findings) {
        known[index] = MeasuredKinds.Kind(response: finding.response, isAlone: finding.isAlone)
      }
      let allSuperpose = findings.allSatisfy { $0.response.superposition == .holds }
      for (index, nearest, distance) in request.nearest {
        guard var kind = known[nearest] else { continue }
        kind.distance = distance
        if !allSuperpose { kind.response = kind.response.superposing(.nothingSeen) }
        known[index] = kind
      }
    }
    let indices = groupIndices.map { group in
      places[group].flatMap { known[$0] == nil ? nil : $0 }
    }
    return MeasuredKinds(
      kinds: known, indices: indices,
      problem: problems.map { "\($0.name): \($0.problem)" }.joined(separator: "; "),
      notes: Self.notesOfDistances(subjects, known)
        + Self.notesOfSuperposition(subjects, known, indices), subjects: subjects, values: values)
  }

  private func subject(_ group: CellModel.ProcessGroup, another: Int?) -> Subject {
    let model = cell.model
    var weights = group.connection.map { model.connections[$0].weights } ?? []
    if weights.isEmpty { weights = [Self.anyWeight] }
    if !(weights[0] > 0) { weights[0] = Self.anyWeight }
    let synapse = cell.synapses[group.process]
    let other = another.map { cell.synapses[$0] }
    return Subject(
      className: model.pointProcessKinds[group.kind].name, synapse: synapse,
      another: other == synapse ? nil : other, weights: weights)
  }

  // MARK: What is measured

  /// Kinds of one class, by index.
  private struct Request {
    /// Those that are measured.
    let chosen: [Int]
    /// For each of these the one of a sample of them that it is most like, as positions in `chosen`.
    let like: [Int]
    /// For each of the others the one that it counts as, and the distance to that.
    let nearest: [(index: Int, other: Int, distance: Double)]

    func group(of subjects: [Subject]) -> SubjectGroup {
      SubjectGroup(subjects: chosen.map { subjects[$0] }, nearest: like)
    }
  }

  private func requests(_ subjects: [Subject], _ values: [[Double]]) -> [Request] {
    var names: [String] = []
    var classes: [String: [Int]] = [:]
    for (index, subject) in subjects.enumerated() {
      if classes[subject.className] == nil { names.append(subject.className) }
      classes[subject.className, default: []].append(index)
    }
    return names.map { request(classes[$0] ?? [], values) }
  }

  private func request(_ indices: [Int], _ values: [[Double]]) -> Request {
    let standIns = Self.standIns(indices.map { values[$0] }, limit: Self.most)
    var (chosen, nearest): ([Int], [(Int, Int, Double)]) = ([], [])
    for (position, index) in indices.enumerated() {
      if standIns[position].other == position {
        chosen.append(index)
      } else {
        nearest.append((index, indices[standIns[position].other], standIns[position].distance))
      }
    }
    let like = Self.standIns(chosen.map { values[$0] }, limit: Self.sample).map(\.other)
    return Request(chosen: chosen, like: like, nearest: nearest)
  }

  /// For each kind which one stands for it, and how far that is.
  static func standIns(_ values: [[Double]], limit: Int) -> [(other: Int, distance: Double)] {
    guard values.count > limit else { return values.indices.map { ($0, 0) } }
    let selection = KindSelection(of: values, limit: limit)
    return values.indices.map {
      (selection.chosen[selection.nearest[$0]], selection.distances[$0])
    }
  }

  /// What was found for each group; nil where it failed, and why in `problems`.
  private func measured(
    _ groups: [SubjectGroup], _ problems: inout [(name: String, problem: String)]
  ) -> [[Finding]?] {
    if groups.count > 1, let all = try? inCopies(groups) { return all }
    // A class that cannot be measured takes the others with it.
    return groups.map { group in
      do throws(CopyError) {
        return try inCopies([group]).first
      } catch {
        problems.append((group.subjects.first?.className ?? "", "\(error)"))
        return nil
      }
    }
  }

  /// What was found of each subject of each group.
  private func inCopies(_ groups: [SubjectGroup]) throws(CopyError) -> [[Finding]] {
    guard !groups.isEmpty else { return [] }
    var results = try inCopy(groups)
    var rest: [SubjectGroup] = []
    for (group, found) in zip(groups, results) {
      let left = found.indices.filter { found[$0] == nil }
      guard !left.isEmpty else { continue }
      // Those that are not like what they were taken for are a sample of themselves.
      let like = group.like.isEmpty ? left.compactMap { found[group.nearest[$0]] } : []
      rest.append(
        SubjectGroup(
          subjects: left.map { group.subjects[$0] }, nearest: Array(left.indices), like: like))
    }
    guard !rest.isEmpty else { return results.map { $0.compactMap(\.self) } }
    var more = try inCopies(rest).joined().makeIterator()
    for number in results.indices {
      for index in results[number].indices where results[number][index] == nil {
        results[number][index] = more.next()
      }
    }
    return results.map { $0.compactMap(\.self) }
  }

  private func inCopy(_ groups: [SubjectGroup]) throws(CopyError) -> [[Finding?]] {
    let neuron = cell.neuron
    let numbers = try ProcessCopy.call(timeout: Self.timeout) {
      let session = try CopiedSession(neuron, clearingAllBut: groups)
      let found = try StandRuns(session: session).measure(groups)
      return found.flatMap { $0.flatMap { $0.map { [1] + $0.numbers } ?? [0] } }
    }
    var rest = numbers[...]
    return groups.map { group in
      group.subjects.map { _ in rest.popFirst() == 1 ? Finding(takingFrom: &rest) : nil }
    }
  }

  // MARK: Notes

  private static func notesOfDistances(
    _ subjects: [Subject], _ known: [MeasuredKinds.Kind?]
  ) -> [String] {
    var names: [String] = []
    var distances: [String: [Double]] = [:]
    for (subject, kind) in zip(subjects, known) {
      guard let kind else { continue }
      if distances[subject.className] == nil { names.append(subject.className) }
      distances[subject.className, default: []].append(kind.distance)
    }
    return names.compactMap { name in
      let each = distances[name] ?? []
      guard let largest = each.max(), largest > 0 else { return nil }
      return
        "Of \(each.count) kinds of \(name), \(each.count { $0 > 0 }) were not measured: they count as the "
        + "nearest of the others, whose parameters differ by up to \(percent(largest)) %."
    }
  }

  static func percent(_ share: Double) -> String {
    // Two digits.
    let value = 100 * share
    guard value > 0, value.isFinite else { return "\(value)" }
    var scale = 1.0
    while value * scale < 10 { scale *= 10 }
    while value * scale >= 100 { scale /= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && rounded < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }

  /// Why one synapse cannot stand for others of its kind, where there are others.
  private static func notesOfSuperposition(
    _ subjects: [Subject], _ known: [MeasuredKinds.Kind?], _ indices: [Int?]
  ) -> [String] {
    var counts = [Int](repeating: 0, count: known.count)
    for case let index? in indices { counts[index] += 1 }
    var order: [[String]] = []
    var totals: [[String]: Int] = [:]
    for (index, kind) in known.enumerated() {
      guard counts[index] > 1, let reason = kind?.response.superposition.reason else { continue }
      let key = [subjects[index].className, reason]
      if totals[key] == nil { order.append(key) }
      totals[key, default: 0] += counts[index]
    }
    return order.map { "None of \(totals[$0] ?? 0) \($0[0]) can stand for another: \($0[1])." }
  }
}

extension MeasuredResponse.Superposition {
  /// Why one point process cannot stand for two; nil where it can, or that is not known.
  fileprivate var reason: String? {
    switch self {
    case .interaction: "an event of one NetCon changes the response to another's"
    case .tonicCurrent: "each lets a current flow without any event"
    case .randomness: "their responses vary, and no run tells what they depend on"
    case .holds, .nothingSeen: nil
    }
  }
}

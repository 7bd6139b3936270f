import NEURONBridge
import Reduction
import SynapseResponse

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What events do in the mean where they come at their rates, to synapses that remember earlier events or fail at
/// random: the first event to one at rest says too much or too little, or nothing.
struct SteadyEvents {
  /// Kinds of one class that get trains, where their responses to one event are known and where these vary; the
  /// others do as the nearest of these.
  private static let most = (known: 64, varying: 12)
  /// Rates of one class that trains are measured at as they are; more are taken from powers of 2.
  private static let fewRates = 4
  /// In Hz: what trains are measured at.
  private static let (lowest, highest) = (1e-3, 1e3)
  /// In ms: how long a response that varies is followed closely.
  private static let lasting = 300.0

  /// For each synapse ∫g dt of an event of its NetCon in µS·ms per unit of weight; nil where it is that of a first
  /// event, or not known.
  private(set) var events: [SteadyEvent?]
  /// Of kinds whose response to one event says nothing, in mV, by their indices.
  private(set) var reversals: [Int: Double] = [:]
  /// What a user should know, one sentence each.
  private(set) var notes: [String] = []

  /// - Parameter rates: of the NetCon onto each synapse, in Hz; nil where not known.
  /// - Returns: nil where all synapses do what they do with a first event.
  init?(of cell: LiveCell, _ measured: MeasuredKinds, rates: [Double?]) {
    let wanted = measured.kinds.map { $0?.response.remembers ?? false }
    let concerned = measured.indices.indices.filter { index in
      measured.indices[index].map { wanted[$0] } ?? false
    }
    guard !concerned.isEmpty else { return nil }
    events = [SteadyEvent?](repeating: nil, count: measured.indices.count)
    let arriving = Self.arriving(cell, measured, rates, concerned)
    struct Class: Hashable {
      let name: String
      let isKnown: Bool
    }
    var order: [Class] = []
    var classes: [Class: [Int]] = [:]
    for index in concerned where arriving[index] > 0 {
      guard let number = measured.indices[index], let kind = measured.kinds[number] else {
        continue
      }
      let key = Class(name: measured.subjects[number].className, isKnown: kind.charge > 0)
      if classes[key] == nil { order.append(key) }
      classes[key, default: []].append(index)
    }
    for key in order {
      add(cell, key.name, isKnown: key.isKnown, classes[key] ?? [], measured, arriving)
    }
  }

  /// The rate of the events that a synapse remembers, in Hz, for each NetCon: its own, where each has a history of
  /// its own, or else those of all NetCons onto the synapse.
  private static func arriving(
    _ cell: LiveCell, _ measured: MeasuredKinds, _ rates: [Double?], _ concerned: [Int]
  ) -> [Double] {
    var result = rates.map { $0 ?? 0 }
    var totals: [ObjectReference: Double] = [:]
    for index in concerned { totals[cell.synapses[index], default: 0] += result[index] }
    for index in concerned {
      let superposition = measured.indices[index].flatMap { measured.kinds[$0] }?.response
        .superposition
      if superposition == .interaction || superposition == .randomness {
        result[index] = totals[cell.synapses[index]] ?? 0
      }
    }
    return result
  }

  /// Adds what the synapses of a class do.
  private mutating func add(
    _ cell: LiveCell, _ name: String, isKnown: Bool, _ members: [Int], _ measured: MeasuredKinds,
    _ arriving: [Double]
  ) {
    let found = Set(members.compactMap { measured.indices[$0] }).sorted()
    let nearest = ResponseMeasurement.standIns(
      found.map { measured.values[$0] }, limit: isKnown ? Self.most.known : Self.most.varying)
    var like: [Int: Int] = [:]
    for (kind, other) in zip(found, nearest) { like[kind] = found[other.other] }
    let grid = Self.grid(members.map { arriving[$0] })
    let known: [Int: [TrainRuns.Found]]
    do throws(CopyError) {
      known = try Self.measured(cell, Set(like.values).sorted(), grid, isKnown: isKnown, measured)
    } catch {
      notes.append(
        "What trains of events do to \(members.count) \(name) could not be measured (\(error)): in the operating "
          + "point they count with what a first event does.")
      return
    }
    if let farthest = nearest.map(\.distance).max(), farthest > 0 {
      notes.append(
        "Of \(found.count) kinds of \(name) that remember events or fail at random, "
          + "\(nearest.count { $0.distance > 0 }) got no trains of events: they do as the nearest of the others, whose "
          + "parameters differ by up to \(ResponseMeasurement.percent(farthest)) %.")
    }
    for index in members {
      guard let kind = measured.indices[index], let atRates = like[kind].flatMap({ known[$0] })
      else { continue }
      var charge = Self.between(grid, atRates.map(\.charge), rate: arriving[index])
      if isKnown {
        charge *= measured.kinds[kind]?.charge ?? .nan
      } else {
        let seen = atRates.map(\.reversal).filter { !$0.isNaN }
        if !seen.isEmpty { reversals[kind] = seen.reduce(0, +) / Double(seen.count) }
      }
      events[index] = SteadyEvent(
        charge: charge,
        exponent: Self.interpolated(
          log(arriving[index]), grid.map { log($0) }, atRates.map(\.exponent)))
    }
  }

  /// The rates at which trains are measured, rising.
  private static func grid(_ rates: [Double]) -> [Double] {
    let few = Set(rates.map { rounded(min(max($0, lowest), highest)) }).sorted()
    guard few.count > fewRates, let first = few.first, let last = few.last else { return few }
    let powers = Int(log2(first).rounded(.down))...Int(log2(last).rounded(.up))
    return powers.map { exp2(Double($0)) }
  }

  /// To six digits.
  private static func rounded(_ value: Double) -> Double {
    let scale = pow(10, 5 - log10(value).rounded(.down))
    return (value * scale).rounded() / scale
  }

  /// The charge at a rate. Its inverse is linear in between, as where one time constant is that of depression; the
  /// charge itself is where one of them is 0.
  private static func between(_ grid: [Double], _ charges: [Double], rate: Double) -> Double {
    charges.allSatisfy { $0 > 0 }
      ? 1 / interpolated(rate, grid, charges.map { 1 / $0 }) : interpolated(rate, grid, charges)
  }

  /// On straight lines, and constant beyond the ends.
  private static func interpolated(_ x: Double, _ places: [Double], _ values: [Double]) -> Double {
    guard let after = places.firstIndex(where: { $0 >= x }) else { return values.last ?? .nan }
    guard after > 0 else { return values.first ?? .nan }
    let share = (x - places[after - 1]) / (places[after] - places[after - 1])
    return values[after - 1] + share * (values[after] - values[after - 1])
  }

  /// For each of some kinds what was found at each rate.
  private static func measured(
    _ cell: LiveCell, _ chosen: [Int], _ grid: [Double], isKnown: Bool, _ measured: MeasuredKinds
  ) throws(CopyError) -> [Int: [TrainRuns.Found]] {
    let times = MeasuringClock.times
    let requests = chosen.compactMap { number -> TrainRuns.Request? in
      guard let kind = measured.kinds[number] else { return nil }
      let count = kind.response.conductances.count
      return TrainRuns.Request(
        subject: measured.subjects[number], rates: grid, isKnown: isKnown, isAlone: kind.isAlone,
        reversal: kind.response.reversal ?? .nan,
        lasting: isKnown ? times[max(min(count, times.count) - 1, 0)] : lasting)
    }
    let neuron = cell.neuron
    let numbers = try ProcessCopy.call(timeout: ResponseMeasurement.timeout) {
      let groups = requests.map { SubjectGroup(subjects: [$0.subject], nearest: [0]) }
      let session = try CopiedSession(neuron, clearingAllBut: groups)
      return try TrainRuns(session: session).measure(requests).flatMap {
        $0.flatMap { [$0.charge, $0.exponent, $0.reversal] }
      }
    }
    var result: [Int: [TrainRuns.Found]] = [:]
    for (position, number) in chosen.enumerated() {
      result[number] = grid.indices.map { index in
        let place = 3 * (position * grid.count + index)
        guard place + 2 < numbers.count else { return TrainRuns.Found(charge: .nan) }
        return TrainRuns.Found(
          charge: numbers[place], exponent: numbers[place + 1], reversal: numbers[place + 2])
      }
    }
    return result
  }
}

extension MeasuredResponse {
  /// Whether an event's effect depends on earlier ones, or on chance.
  fileprivate var remembers: Bool {
    switch nature {
    case .stochastic: true
    case .linearConductance, .nonlinearConductance: !addsUp || superposition == .interaction
    case .current, .none: false
    }
  }
}

import NEURONBridge
import SynapseResponse

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What trains of events do to point processes that remember earlier ones, or that fail at random, in the mean:
/// measured in a copy of the process, on compartments whose voltage stays.
struct TrainRuns {
  /// A point process, and what is asked of it.
  struct Request {
    let subject: Subject
    /// Of the trains, in Hz.
    let rates: [Double]
    /// Whether the response to one event is the same every time: charges are relative to that, and weights are
    /// tried.
    let isKnown: Bool
    /// Whether instances that are made do not respond as it does.
    let isAlone: Bool
    /// Of its current, in mV; not a number where that is not known.
    let reversal: Double
    /// For how long it responds to one event, in ms.
    let lasting: Double
  }

  /// What an event does in the mean.
  struct Found: Equatable {
    /// Relative to that of a first event; or where that is not known ∫g dt, in µS·ms per unit of weight; not a
    /// number where there is none.
    var charge: Double
    /// d ln(charge) / d ln(weight).
    var exponent = 1.0
    /// In mV; not a number where it was not looked for.
    var reversal = Double.nan
  }

  /// What is done on one stand.
  private struct Plan {
    let holding: Double
    var scale = 1.0
    /// Whether there is but the first event of the train.
    var isSingle = false
  }

  /// Factors on the weight that show how the charge goes with it.
  private static let scales = (less: 0.8, more: 1.25)
  /// In mV: so far from where the current reverses it is measured.
  private static let away = 10.0
  private static let (low, middle, high) = (-110.0, -65.0, -20.0)
  /// In mV, rising: where currents that are not known are looked for.
  private static let potentials = [low, middle, high, 0, 40]
  /// How often what varies is measured once more, with instances of its own or one after another.
  private static let repeats = 5
  /// Of each stand: their sums are taken so often.
  private static let keptSamples = 20_000

  let session: CopiedSession
  private var neuron: NEURON { session.neuron }

  /// For each request what was found at each of its rates.
  func measure(_ requests: [Request]) throws(BridgeError) -> [[Found]] {
    for request in requests where request.isAlone { request.subject.values = [] }
    var found = [[Double: Found]](repeating: [:], count: requests.count)
    for rate in Set(requests.flatMap(\.rates)).sorted() {
      for isKnown in [true, false] {
        let places = requests.indices.filter {
          requests[$0].rates.contains(rate) && requests[$0].isKnown == isKnown
        }
        for (index, each) in zip(
          places, try charges(places.map { requests[$0] }, rate: rate, isKnown: isKnown))
        {
          found[index][rate] = each
        }
      }
    }
    return zip(requests, found).map { request, known in
      request.rates.map { known[$0] ?? Found(charge: .nan) }
    }
  }

  private static func plans(_ request: Request) -> [Plan] {
    guard request.isKnown else {
      return potentials.map { Plan(holding: $0) }
        + [Plan](repeating: Plan(holding: middle), count: repeats)
    }
    let isNear = abs(request.reversal - middle) < away
    let holding = isNear ? high : middle
    return [
      Plan(holding: holding), Plan(holding: holding, scale: scales.less),
      Plan(holding: holding, scale: scales.more), Plan(holding: holding, isSingle: true),
    ]
  }

  /// What trains of a rate do, all at once.
  private func charges(
    _ requests: [Request], rate: Double, isKnown: Bool
  ) throws(BridgeError) -> [Found] {
    guard let longest = requests.map(\.lasting).max() else { return [] }
    let train = EventTrain(rate: rate)
    let phases = train.phases(lasting: longest)
    var results = [[Double]](repeating: [], count: requests.count)
    var work: [(StandPlace, Plan)] = []
    let together = requests.indices.filter { !requests[$0].subject.values.isEmpty }
    for index in together {
      for plan in Self.plans(requests[index]) {
        work.append((try StandPlace(neuron, requests[index].subject, own: nil), plan))
      }
    }
    if !work.isEmpty {
      var charges = try run(work, train, phases)[...]
      for (place, _) in work { place.close() }
      for index in together {
        let count = Self.plans(requests[index]).count
        results[index] = Array(charges.prefix(count))
        charges = charges.dropFirst(count)
      }
    }
    let alone = requests.indices.filter { requests[$0].subject.values.isEmpty }
    let own = try alone.map { index throws(BridgeError) in
      try StandPlace(neuron, requests[index].subject, own: requests[index].subject.synapse)
    }
    if let first = alone.first {
      for number in Self.plans(requests[first]).indices {
        let plans = alone.map { Self.plans(requests[$0])[number] }
        for (index, charge) in zip(alone, try run(Array(zip(own, plans)), train, phases)) {
          results[index].append(charge)
        }
      }
      try session.putBack(alone.map { requests[$0].subject })
      for place in own { place.close() }
    }
    return zip(results, requests).map { charges, request in
      isKnown ? Self.relative(charges) : Self.absolute(charges, weight: request.subject.weight)
    }
  }

  private static func relative(_ charges: [Double]) -> Found {
    guard charges.count == 4 else { return Found(charge: .nan) }
    let (train, less, more, single) = (charges[0], charges[1], charges[2], charges[3])
    guard single != 0, (train / single).isFinite, train / single >= 0 else {
      return Found(charge: .nan)
    }
    var exponent = 1.0
    if less != 0, more / less > 0 {
      exponent = log(more / less) / log(scales.more / scales.less)
      if abs(exponent - 1) < 1e-3 { exponent = 1 }
    }
    return Found(charge: train / single, exponent: exponent)
  }

  /// From the current at the middle and where it reverses.
  private static func absolute(_ charges: [Double], weight: Double) -> Found {
    let count = potentials.count
    let byPotential = Array(charges.prefix(count))
    guard byPotential.count == count else { return Found(charge: .nan) }
    let all = [byPotential[1]] + charges.dropFirst(count)
    let mean = all.reduce(0, +) / Double(all.count)
    for index in 0..<(count - 1) {
      let (one, other) = (byPotential[index], byPotential[index + 1])
      guard one > 0, other <= 0 else { continue }
      let reversal =
        potentials[index] + (potentials[index + 1] - potentials[index]) * one / (one - other)
      let charge =
        abs(reversal - middle) < away
        ? (byPotential[0] - byPotential[2]) / (high - low) : mean / (reversal - middle)
      return Found(charge: max(charge, 0) / weight, reversal: reversal)
    }
    return Found(charge: charges.contains { $0 != 0 } ? .nan : 0)
  }

  /// The charge per event that came in on each stand, in nA·ms: of the events that count, or of the first one
  /// alone.
  private func run(
    _ work: [(StandPlace, Plan)], _ train: EventTrain, _ phases: [EventTrain.Phase]
  ) throws(BridgeError) -> [Double] {
    for (place, plan) in work {
      try place.prepare(voltage: plan.holding, scales: [plan.scale, plan.scale])
    }
    try neuron.set(step: EventTrain.step)
    try neuron.initialize()
    for (place, plan) in work {
      try place.queue([Array(plan.isSingle ? train.times.prefix(1) : train.times.dropLast())])
    }
    try neuron.run(until: MeasuringClock.before)
    let baseline = try work.map { place, _ throws(BridgeError) in try place.take().last ?? 0 }
    // Of all events, and of those that count.
    var whole = [Double](repeating: 0, count: work.count)
    var counted = whole
    var waiting: [EventTrain.Phase] = []
    let start = train.times[train.first]
    for (number, phase) in phases.enumerated() {
      try neuron.set(step: phase.step)
      try neuron.run(until: MeasuringClock.before + phase.end)
      waiting.append(phase)
      guard
        phase.end == start || number == phases.count - 1
          || phase.meetsEvent && waiting.reduce(0, { $0 + $1.count }) > Self.keptSamples
      else { continue }
      let weights = EventTrain.weights(waiting)
      for (index, (place, _)) in work.enumerated() {
        let values = try place.take()
        guard values.count == weights.count else {
          throw .neuron(
            doing: "measuring trains",
            message: "it took \(values.count) steps; expected \(weights.count)")
        }
        var charge = 0.0
        for (value, weight) in zip(values, weights) { charge += (value - baseline[index]) * weight }
        whole[index] += charge
        if phase.end > start { counted[index] += charge }
      }
      waiting.removeAll()
    }
    // mA/cm² · µm² = 0.01 nA
    let scale = 0.01 * StandPlace.area
    return work.indices.map { index in
      (work[index].1.isSingle ? whole[index] : counted[index] / Double(EventTrain.count)) * scale
    }
  }
}

// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import SynapseResponse

@c(nr_measuring_times) @implementation
public func nr_measuring_times() -> nr_measuring_clock {
  let times = LastingArrays.times
  return nr_measuring_clock(
    before: MeasuringClock.before, fine_step: MeasuringClock.fineStep,
    fine_end: MeasuringClock.fineEnd, coarse_step: MeasuringClock.coarseStep,
    end: MeasuringClock.end, sample_count: MeasuringClock.sampleCount,
    times: times.base, time_count: times.count)
}

@c(nr_stand_count) @implementation
public func nr_stand_count(_ measuring: Int32) -> Int {
  MeasuringProtocol(rawValue: measuring)?.stands.count ?? 0
}

@c(nr_stand_at) @implementation
public func nr_stand_at(_ measuring: Int32, _ index: Int) -> nr_stand {
  guard let stands = MeasuringProtocol(rawValue: measuring)?.stands,
    stands.indices.contains(index)
  else { return nr_stand() }
  let stand = stands[index]
  let first = LastingArrays.events[stand.first.times]
  let second = LastingArrays.events[stand.second.times]
  return nr_stand(
    holding: stand.holding, is_stepped: stand.isStepped ? 1 : 0,
    is_repetition: stand.isRepetition ? 1 : 0, scales: (stand.first.scale, stand.second.scale),
    events: (first?.base, second?.base), event_counts: (first?.count ?? 0, second?.count ?? 0))
}

@c(nr_potential_count) @implementation
public func nr_potential_count() -> Int { MeasuringProtocol.potentials.count }

@c(nr_voltage_step_count) @implementation
public func nr_voltage_step_count() -> Int { MeasuringProtocol.voltageSteps.count }

@c(nr_voltage_step_at) @implementation
public func nr_voltage_step_at(_ index: Int) -> nr_voltage_step {
  let steps = MeasuringProtocol.voltageSteps
  guard steps.indices.contains(index) else { return nr_voltage_step() }
  return nr_voltage_step(time: steps[index].time, voltage: steps[index].voltage)
}

@c(nr_analyse_currents) @implementation
public func nr_analyse_currents(
  _ measuring: Int32, _ densities: UnsafePointer<UnsafePointer<Double>>?, _ sampleCount: Int,
  _ areas: UnsafePointer<Double>, _ weights: UnsafePointer<Double>, _ kindCount: Int,
  _ results: UnsafeMutablePointer<nr_measured>, _ conductances: UnsafeMutablePointer<Double>,
  _ charges: UnsafeMutablePointer<Double>
) {
  let used = MeasuringProtocol(rawValue: measuring)
  let standCount = used?.stands.count ?? 0
  let timeCount = MeasuringClock.times.count
  for kind in 0..<max(kindCount, 0) {
    guard let used, let densities else {
      results[kind] = nr_measured(nil)
      continue
    }
    let recorded = (0..<standCount).map {
      UnsafeBufferPointer(start: densities[kind * standCount + $0], count: max(sampleCount, 0))
    }
    let found = MeasuredResponse(recorded, of: used, area: areas[kind], weight: weights[kind])
    results[kind] = nr_measured(found)
    let count = MeasuringProtocol.potentials.count
    for index in 0..<count {
      charges[kind * count + index] = (found?.charges).flatMap { $0.element(index) } ?? .nan
    }
    for (index, conductance) in (found?.conductances ?? []).prefix(timeCount).enumerated() {
      conductances[kind * timeCount + index] = conductance
    }
  }
}

@c(nr_are_over) @implementation
public func nr_are_over(
  _ densities: UnsafePointer<UnsafePointer<Double>>?, _ sampleCount: Int, _ count: Int
) -> Int32 {
  let recorded = UnsafeBufferPointer(start: densities, count: densities == nil ? 0 : max(count, 0))
  return recorded.allSatisfy {
    StandCurrent.isOver(UnsafeBufferPointer(start: $0, count: max(sampleCount, 0)))
  } ? 1 : 0
}

@c(nr_choose_kinds) @implementation
public func nr_choose_kinds(
  _ values: UnsafePointer<Double>?, _ kindCount: Int, _ valueCount: Int, _ limit: Int,
  _ nearest: UnsafeMutablePointer<Int64>, _ distances: UnsafeMutablePointer<Double>
) {
  let selection = KindSelection(
    of: (0..<max(kindCount, 0)).map { kind in
      (0..<max(valueCount, 0)).map { values?[kind * valueCount + $0] ?? 0 }
    }, limit: limit)
  for kind in selection.nearest.indices {
    nearest[kind] = Int64(selection.chosen[selection.nearest[kind]])
    distances[kind] = selection.distances[kind]
  }
}

extension nr_measured {
  fileprivate init(_ response: MeasuredResponse?) {
    self.init()
    guard let response else {
      brief_protocol = -1
      return
    }
    is_known = 1
    nature = nr_nature(rawValue: UInt32(bitPattern: response.nature.rawValue))
    superposition = nr_superposition(
      rawValue: UInt32(bitPattern: response.superposition.rawValue))
    brief_protocol = response.brief?.rawValue ?? -1
    count = response.conductances.count
    reversal = response.reversal ?? .nan
    adds_up = response.addsUp ? 1 : 0
    is_ohmic = response.isOhmic ? 1 : 0
  }
}

/// Arrays that the interface hands out, as long as the library is there.
private enum LastingArrays {
  struct Doubles: @unchecked Sendable {
    let base: UnsafePointer<Double>
    let count: Int

    init(_ values: [Double]) {
      let copy = UnsafeMutablePointer<Double>.allocate(capacity: max(values.count, 1))
      copy.initialize(from: values, count: values.count)
      base = UnsafePointer(copy)
      count = values.count
    }
  }

  static let times = Doubles(MeasuringClock.times)

  /// Those of every protocol.
  static let events: [[Double]: Doubles] = {
    var found: [[Double]: Doubles] = [:]
    var number: Int32 = 0
    while let measuring = MeasuringProtocol(rawValue: number) {
      for stand in measuring.stands {
        for times in [stand.first.times, stand.second.times] where found[times] == nil {
          found[times] = Doubles(times)
        }
      }
      number += 1
    }
    return found
  }()
}

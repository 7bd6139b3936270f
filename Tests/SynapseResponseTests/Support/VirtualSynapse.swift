import Foundation
import TestSupport

@testable import SynapseResponse

/// A point process whose states are solved exactly from one step to the next.
protocol VirtualSynapse {
  mutating func receive(weight: Double, netCon: Int, at time: Double)
  /// - Parameter step: in ms.
  mutating func advance(by step: Double, voltage: Double)
  /// Outward, in nA.
  func current(voltage: Double) -> Double
}

extension VirtualSynapse {
  /// What is recorded of the stands of a protocol, as in the simulator: mA/cm² on 100 µm², which are nA.
  func densities(of measuring: MeasuringProtocol, weight: Double = 1e-3) -> [[Double]] {
    measuring.stands.map { densities(on: $0, weight: weight) }
  }

  func densities(on stand: Stand, weight: Double) -> [Double] {
    var synapse = self
    var recorded = [0.0]
    var voltage = stand.holding
    let inputs = [stand.first, stand.second]
    let before = (0..<MeasuringClock.quietCount).map {
      Double($0 - MeasuringClock.quietCount) * MeasuringClock.fineStep
    }
    var next = [0, 0]
    for time in before + MeasuringClock.times {
      let step = time < MeasuringClock.fineEnd ? MeasuringClock.fineStep : MeasuringClock.coarseStep
      if stand.isStepped,
        let change = MeasuringProtocol.voltageSteps.last(where: { $0.time <= time + 1e-9 })
      {
        voltage = change.voltage
      }
      for (index, input) in inputs.enumerated() {
        while next[index] < input.times.count, input.times[next[index]] <= time + step / 2 {
          synapse.receive(weight: weight * input.scale, netCon: index, at: input.times[next[index]])
          next[index] += 1
        }
      }
      recorded.append(-synapse.current(voltage: voltage))
      synapse.advance(by: step, voltage: voltage)
    }
    return recorded
  }

  /// What is found out.
  func response(
    _ measuring: MeasuringProtocol = .thorough, weight: Double = 1e-3, samples: Int? = nil
  ) -> MeasuredResponse? {
    let recorded = densities(of: measuring, weight: weight).map { $0.prefix(samples ?? $0.count) }
    return analysed(recorded.map(Array.init), measuring, weight: weight)
  }
}

func analysed(
  _ recorded: [[Double]], _ measuring: MeasuringProtocol = .thorough, weight: Double = 1e-3
) -> MeasuredResponse? {
  let pointers = recorded.map { values in
    let copy = UnsafeMutableBufferPointer<Double>.allocate(capacity: values.count)
    _ = copy.initialize(from: values)
    return UnsafeBufferPointer(copy)
  }
  defer { for each in pointers { each.deallocate() } }
  return MeasuredResponse(pointers, of: measuring, area: 100, weight: weight)
}

/// A conductance of two exponentials, and what can be odd about it.
struct Conductance: VirtualSynapse {
  var course = DoubleExponential()
  var reversal = 0.0
  /// Of how much of it the voltage lets through.
  var unblocked: @Sendable (Double) -> Double = { _ in 1 }
  /// The current is that of this voltage, whatever there is.
  var voltage: Double?
  /// The share of the resources that an event takes, and the time constant in ms that they come back
  /// with; whether all NetCons take from the same ones.
  var use = 0.0
  var recovery = 800.0
  var isShared = false
  /// In µS.
  var limit = Double.infinity
  var tonic = 0.0
  /// The share of events that are lost, and by which numbers.
  var failures = 0.0
  var generator = SplitMix64(seed: 1)

  private var rise = 0.0
  private var decay = 0.0
  private var taken: [Int: (share: Double, time: Double)] = [:]

  init(_ course: DoubleExponential = DoubleExponential(), reversal: Double = 0) {
    self.course = course
    self.reversal = reversal
  }

  mutating func receive(weight: Double, netCon: Int, at time: Double) {
    if failures > 0, Double.random(in: 0..<1, using: &generator) < failures { return }
    var amount = weight
    if use > 0 {
      let key = isShared ? 0 : netCon
      let before = taken[key].map { $0.share * exp(-(time - $0.time) / recovery) } ?? 0
      amount *= use * (1 - before)
      taken[key] = (before + use * (1 - before), time)
    }
    rise += amount * course.factor
    decay = min(decay + amount * course.factor, limit)
  }

  mutating func advance(by step: Double, voltage: Double) {
    rise *= exp(-step / course.rise)
    decay *= exp(-step / course.decay)
  }

  func current(voltage clamp: Double) -> Double {
    let voltage = voltage ?? clamp
    return (tonic + (decay - rise) * unblocked(voltage)) * (voltage - reversal)
  }
}

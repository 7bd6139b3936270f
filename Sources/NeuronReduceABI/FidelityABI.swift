// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import Fidelity

@c(nr_check_trace) @implementation
public func nr_check_trace(
  _ trace: UnsafePointer<nr_trace>
) -> OpaquePointer? {
  reportingArgument { () throws(FidelityError) in
    _ = try VoltageTrace(trace.pointee)
  }
}

@c(nr_spike_times) @implementation
public func nr_spike_times(
  _ trace: UnsafePointer<nr_trace>, _ span: nr_span, _ threshold: Double,
  _ times: UnsafeMutablePointer<Double>?, _ capacity: Int, _ count: UnsafeMutablePointer<Int>
) -> OpaquePointer? {
  reportingArgument { () throws(FidelityError) in
    let spikes = try VoltageTrace(trace.pointee).spikes(
      in: TimeSpan(span), threshold: threshold)
    for (index, time) in spikes.times.prefix(max(capacity, 0)).enumerated() { times?[index] = time }
    count.pointee = spikes.count
  }
}

@c(nr_compare_spikes) @implementation
public func nr_compare_spikes(
  _ first: UnsafePointer<Double>?, _ firstCount: Int,
  _ second: UnsafePointer<Double>?, _ secondCount: Int, _ span: nr_span, _ window: Double,
  _ result: UnsafeMutablePointer<nr_spike_comparison>
) -> OpaquePointer? {
  reportingArgument { () throws(FidelityError) in
    let span = try TimeSpan(span)
    let one = try SpikeTrain(
      times: array(first, firstCount), span: span, name: "first train's spikes")
    let other = try SpikeTrain(
      times: array(second, secondCount), span: span, name: "second train's spikes")
    let coincidence = try Coincidence(of: one, and: other, window: window)
    result.pointee = nr_spike_comparison(
      first_rate: one.rate, second_rate: other.rate, rate_error: other.rateError(against: one),
      coincidence_factor: coincidence.factor, matched_share: coincidence.matchedShare,
      spike_synchronization: SpikeSynchronization.between(one, other),
      spike_distance: SpikeDistance.between(one, other))
  }
}

@c(nr_compare_voltages) @implementation
public func nr_compare_voltages(
  _ first: UnsafePointer<nr_trace>, _ second: UnsafePointer<nr_trace>, _ span: nr_span,
  _ spikes: UnsafePointer<Double>?, _ spikeCount: Int, _ cutBefore: Double, _ cutAfter: Double,
  _ result: UnsafeMutablePointer<nr_voltage_comparison>
) -> OpaquePointer? {
  reportingArgument { () throws(FidelityError) in
    let difference = try VoltageDifference(
      of: VoltageTrace(first.pointee), and: VoltageTrace(second.pointee), in: TimeSpan(span),
      cut: SpikeCut(times: array(spikes, spikeCount), before: cutBefore, after: cutAfter))
    result.pointee = nr_voltage_comparison(
      root_mean_square: difference.rootMeanSquare, mean: difference.mean,
      deviation: difference.deviation, compared_share: difference.comparedShare)
  }
}

@c(nr_measure_spikes) @implementation
public func nr_measure_spikes(
  _ trace: UnsafePointer<nr_trace>, _ span: nr_span, _ threshold: Double,
  _ result: UnsafeMutablePointer<nr_spike_shape>
) -> OpaquePointer? {
  reportingArgument { () throws(FidelityError) in
    let shape = try SpikeShape(
      of: VoltageTrace(trace.pointee), in: TimeSpan(span), threshold: threshold)
    result.pointee = nr_spike_shape(
      height: shape.height, half_width: shape.halfWidth, latency: shape.latency)
  }
}

extension VoltageTrace {
  fileprivate init(_ trace: nr_trace) throws(FidelityError) {
    try self.init(
      times: array(trace.times, trace.count), voltages: array(trace.voltages, trace.count))
  }
}

extension TimeSpan {
  fileprivate init(_ span: nr_span) throws(FidelityError) {
    try self.init(start: span.start, end: span.end)
  }
}

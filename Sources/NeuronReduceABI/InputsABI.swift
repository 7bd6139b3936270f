// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import NEURONBridge

@c(nr_inputs_read) @implementation
public func nr_inputs_read(
  _ netcons: UnsafePointer<UnsafeMutableRawPointer>?, _ count: Int,
  _ inputs: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    let read = InputsResult(try EventInputs(elements(netcons, count).map { OpaquePointer($0) }))
    inputs.pointee = OpaquePointer(Unmanaged.passRetained(read).toOpaque())
  }
}

@c(nr_inputs_free) @implementation
public func nr_inputs_free(_ inputs: OpaquePointer) {
  Unmanaged<InputsResult>.fromOpaque(UnsafeRawPointer(inputs)).release()
}

@c(nr_inputs_netcons) @implementation
public func nr_inputs_netcons(
  _ inputs: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_netcon> {
  result(inputs).netCons.lent(&count.pointee)
}

@c(nr_inputs_weights) @implementation
public func nr_inputs_weights(
  _ inputs: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Double> {
  result(inputs).weights.lent(&count.pointee)
}

@c(nr_inputs_netstims) @implementation
public func nr_inputs_netstims(
  _ inputs: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_netstim> {
  result(inputs).stimulators.lent(&count.pointee)
}

private func result(_ inputs: OpaquePointer) -> InputsResult {
  Unmanaged<InputsResult>.fromOpaque(UnsafeRawPointer(inputs)).takeUnretainedValue()
}

/// What NetCons do, in memory that lives as long as this object.
private final class InputsResult {
  let netCons: CArray<nr_netcon>
  let weights: CArray<Double>
  let stimulators: CArray<nr_netstim>

  init(_ inputs: EventInputs) {
    netCons = CArray(
      inputs.netCons.map { netCon in
        nr_netcon(
          target: netCon.target.map(UnsafeMutableRawPointer.init),
          source: netCon.source.map(UnsafeMutableRawPointer.init),
          netstim: Int64(netCon.stimulator ?? -1), delay: netCon.delay,
          is_active: netCon.isActive ? 1 : 0, is_valid: netCon.isValid ? 1 : 0,
          first_weight: Int64(netCon.weights.lowerBound),
          weight_count: Int64(netCon.weights.count))
      })
    weights = CArray(inputs.weights)
    stimulators = CArray(
      inputs.stimulators.map { stimulator in
        nr_netstim(
          interval: stimulator.interval, number: stimulator.number, start: stimulator.start,
          noise: stimulator.noise, ids: stimulator.ids ?? (0, 0, 0),
          has_ids: stimulator.ids == nil ? 0 : 1)
      })
  }
}

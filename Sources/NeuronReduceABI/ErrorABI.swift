// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import NEURONBridge
import Reduction

@c(nr_error_status) @implementation
public func nr_error_status(_ error: OpaquePointer) -> nr_status { report(error).status }

@c(nr_error_code) @implementation
public func nr_error_code(_ error: OpaquePointer) -> UnsafePointer<CChar> {
  report(error).code.first
}

@c(nr_error_payload) @implementation
public func nr_error_payload(_ error: OpaquePointer, _ index: Int) -> nr_error_value {
  report(error).payload.element(index) ?? nr_error_value()
}

@c(nr_error_message) @implementation
public func nr_error_message(
  _ error: OpaquePointer, _ names: UnsafePointer<nr_argument_names>
) -> UnsafePointer<CChar> {
  report(error).message(naming: ArgumentNames(names.pointee))
}

@c(nr_error_free) @implementation
public func nr_error_free(_ error: OpaquePointer) {
  Unmanaged<ErrorReport>.fromOpaque(UnsafeRawPointer(error)).release()
}

/// Runs a body; what it throws becomes an error for C, which the caller gives back.
func reporting(_ body: () throws(BridgeError) -> Void) -> OpaquePointer? {
  do {
    try body()
    return nil
  } catch {
    return ErrorReport(error).retained
  }
}

/// The same for errors that say all of what is wrong with an argument, whatever it is called.
func reportingArgument<Failure: Error & CustomStringConvertible>(
  _ body: () throws(Failure) -> Void
) -> OpaquePointer? {
  do {
    try body()
    return nil
  } catch {
    return ErrorReport(error, NR_ARGUMENT) { _ in error.description }.retained
  }
}

private func report(_ error: OpaquePointer) -> ErrorReport {
  Unmanaged<ErrorReport>.fromOpaque(UnsafeRawPointer(error)).takeUnretainedValue()
}

extension ArgumentNames {
  fileprivate init(_ names: nr_argument_names) {
    self.init(
      frequency: String(cString: names.frequency), segments: String(cString: names.segments),
      synapses: String(cString: names.synapses), connections: String(cString: names.connections),
      comparedParameters: String(cString: names.compared_parameters))
  }
}

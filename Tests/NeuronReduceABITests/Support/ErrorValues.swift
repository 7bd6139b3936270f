import CNeuronReduce
import NEURONBridge

@testable import NeuronReduceABI

/// One thing that an error is about, as C reads it.
struct ErrorValue: Equatable {
  let name: String
  let text: String?
  /// nil for none.
  let number: Double?

  static func text(_ name: String, _ text: String) -> ErrorValue {
    ErrorValue(name: name, text: text, number: nil)
  }

  static func number(_ name: String, _ number: Double) -> ErrorValue {
    ErrorValue(name: name, text: nil, number: number)
  }
}

/// An error read by C's functions, and given back.
struct ReadError: Equatable {
  let status: UInt32
  let code: String
  let values: [ErrorValue]

  init(_ error: OpaquePointer) {
    defer { nr_error_free(error) }
    status = nr_error_status(error).rawValue
    code = String(cString: nr_error_code(error))
    var values: [ErrorValue] = []
    while let name = nr_error_payload(error, values.count).name {
      let value = nr_error_payload(error, values.count)
      values.append(
        ErrorValue(
          name: String(cString: name), text: value.text.map { String(cString: $0) },
          number: value.number.isNaN ? nil : value.number))
    }
    self.values = values
  }

  init(_ error: BridgeError) { self.init(ErrorReport(error).retained) }
}

/// What `nr_error_message` says with names that a front gives.
func message(
  of error: BridgeError, segments: String = "segments", synapses: String = "synapses",
  connections: String = "netcons"
) -> String {
  let pointer = ErrorReport(error).retained
  defer { nr_error_free(pointer) }
  let texts = CStrings(["frequency", segments, synapses, connections, "compared_parameters"])
  guard let frequency = texts[0], let segments = texts[1], let synapses = texts[2],
    let connections = texts[3], let compared = texts[4]
  else { return "" }
  var names = nr_argument_names(
    frequency: frequency, segments: segments, synapses: synapses, connections: connections,
    compared_parameters: compared)
  return withExtendedLifetime(texts) { String(cString: nr_error_message(pointer, &names)) }
}

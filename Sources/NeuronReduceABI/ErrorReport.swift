import CNeuronReduce
import NEURONBridge
import Reduction

/// An error as C callers read it, in memory that lives as long as this object.
final class ErrorReport {
  let status: nr_status
  let code: CStrings
  let payload: [nr_error_value]
  private let words: (ArgumentNames) -> String
  private let texts: CStrings
  private var message: CStrings?

  convenience init(_ error: BridgeError) {
    self.init(error, error.status, words: error.message(naming:))
  }

  /// - Parameter words: the error's sentence, by what the front calls its arguments.
  init(_ error: any Error, _ status: nr_status, words: @escaping (ArgumentNames) -> String) {
    self.words = words
    self.status = status
    let details = ErrorDetails(error)
    code = CStrings([details.code])
    // Names at even indices, texts at odd ones.
    let texts = CStrings(details.values.flatMap { [$0.name, $0.text ?? ""] })
    self.texts = texts
    payload = details.values.enumerated().map { index, value in
      nr_error_value(
        name: texts[2 * index], text: value.text == nil ? nil : texts[2 * index + 1],
        number: value.number)
    }
  }

  func message(naming names: ArgumentNames) -> UnsafePointer<CChar> {
    let text = CStrings([words(names)])
    message = text
    return text.first
  }

  /// A pointer for C, which the caller gives back with `nr_error_free`.
  var retained: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }
}

/// Which error it is, and what it is about: the names of a case of an error's enumeration and of the values
/// that it carries.
struct ErrorDetails {
  let code: String
  let values: [(name: String, text: String?, number: Double)]

  init(_ error: any Error) {
    var error: Any = error
    var payload = Mirror(reflecting: error).children.first
    while let inner = payload?.value as? any Error {
      error = inner
      payload = Mirror(reflecting: inner).children.first
    }
    guard let payload, let label = payload.label else {
      code = String(describing: error)
      values = []
      return
    }
    code = label
    let fields = Mirror(reflecting: payload.value)
    values =
      fields.displayStyle == .tuple
      ? fields.children.map { Self.value($0.value, named: $0.label) }
      : [Self.value(payload.value, named: nil)]
  }

  private static func value(
    _ value: Any, named label: String?
  ) -> (name: String, text: String?, number: Double) {
    // Swift calls the only value of a case, where it has no name of its own, ".0".
    let name = label.flatMap { $0.hasPrefix(".") ? nil : $0 } ?? "value"
    switch value {
    case let number as Double: return (name, nil, number)
    case let number as Int: return (name, nil, Double(number))
    case let texts as [String]: return (name, texts.joined(separator: ", "), .nan)
    default: return (name, String(describing: value), .nan)
    }
  }
}

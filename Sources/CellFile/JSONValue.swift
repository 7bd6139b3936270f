/// A value of JSON; objects keep the order of their names.
package indirect enum JSONValue: Sendable, Equatable {
  case null
  case truth(Bool)
  /// A number without a fraction or an exponent.
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([Member])

  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// A number as kept cells have it: one that JSON does not have is a text.
  package init(_ number: Double) {
    self =
      number.isFinite
      ? .number(number) : .text(number.isNaN ? "nan" : number > 0 ? "inf" : "-inf")
  }

  /// The value of a name; nil where this is no object, or has no such name.
  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// What an error says that this is.
  package var kind: String {
    switch self {
    case .null: "null"
    case .truth(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): JSONWriter.text(of: value)
    case .text(let value): "\"\(value.prefix(40))\""
    case .list(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}

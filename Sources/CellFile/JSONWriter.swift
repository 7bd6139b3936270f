/// Writes JSON in ASCII, always the same for the same value.
package enum JSONWriter {
  /// What is between elements, and between a name and its value.
  private struct Separators {
    let comma, colon: String

    static let spaced = Separators(comma: ", ", colon: ": ")
    static let compact = Separators(comma: ",", colon: ":")
  }

  /// On one line, with a space after each comma and colon.
  package static func line(_ value: JSONValue) -> String { text(of: value, .spaced) }

  /// Without any space.
  package static func compact(_ value: JSONValue) -> String { text(of: value, .compact) }

  private static func text(of value: JSONValue, _ separators: Separators) -> String {
    var text = ""
    append(value, to: &text, separators)
    return text
  }

  /// On many lines: one for each member of the object, and one for each element of its lists that are named.
  ///
  /// - Parameters:
  ///   - members: of the object, in their order.
  ///   - lists: names of members whose elements have lines of their own.
  package static func lines(_ members: [JSONValue.Member], lists: Set<String>) -> String {
    var text = "{\n"
    for (index, member) in members.enumerated() {
      if index > 0 { text += ",\n" }
      text += " "
      append(.text(member.name), to: &text)
      text += ": "
      if lists.contains(member.name), case .list(let values) = member.value, !values.isEmpty {
        text += "[\n  "
        for (place, value) in values.enumerated() {
          if place > 0 { text += ",\n  " }
          append(value, to: &text)
        }
        text += "\n ]"
      } else {
        append(member.value, to: &text)
      }
    }
    return text + "\n}\n"
  }

  /// For people: each member and each element that is no plain value on a line of its own.
  package static func indented(_ value: JSONValue) -> String {
    text(of: value, indentedBy: "  ") { $0.contains(where: \.isNested) }
  }

  /// With each member and each element on a line of its own, indented by a space for each level.
  package static func spread(_ value: JSONValue) -> String {
    text(of: value, indentedBy: " ") { !$0.isEmpty }
  }

  /// - Parameters:
  ///   - step: the space for each level.
  ///   - end: how the line before it is indented.
  ///   - isSpread: whether the elements of a list have lines of their own.
  private static func text(
    of value: JSONValue, indentedBy step: String, after end: String = "",
    where isSpread: ([JSONValue]) -> Bool
  ) -> String {
    let margin = end + step
    func own(_ value: JSONValue) -> String {
      text(of: value, indentedBy: step, after: margin, where: isSpread)
    }
    switch value {
    case .object(let members) where !members.isEmpty:
      let lines = members.map { "\(margin)\(line(.text($0.name))): \(own($0.value))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(end)}"
    case .list(let values) where isSpread(values):
      return "[\n" + values.map { margin + own($0) }.joined(separator: ",\n") + "\n\(end)]"
    default: return line(value)
    }
  }

  /// The shortest digits that are the same number again, as Python writes them: with an exponent below 1e-4 and
  /// from 1e16 on.
  package static func text(of number: Double) -> String {
    let text = number.description
    guard abs(number) >= 1e16, !text.contains("e"), text.hasSuffix(".0") else { return text }
    // Swift has no exponent up to 2⁵⁴.
    let digits = text.dropLast(2)
    let sign = digits.hasPrefix("-") ? "-" : ""
    let all = digits.drop { $0 == "-" }
    var mantissa = all
    while mantissa.count > 1, mantissa.hasSuffix("0") { mantissa.removeLast() }
    let rest = mantissa.dropFirst()
    return "\(sign)\(mantissa.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")e+\(all.count - 1)"
  }

  private static func append(
    _ value: JSONValue, to text: inout String, _ separators: Separators = .spaced
  ) {
    switch value {
    case .null: text += "null"
    case .truth(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value): text += value.isFinite ? self.text(of: value) : "null"
    case .text(let value): append(value, to: &text)
    case .list(let values):
      text += "["
      for (index, each) in values.enumerated() {
        if index > 0 { text += separators.comma }
        append(each, to: &text, separators)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, each) in members.enumerated() {
        if index > 0 { text += separators.comma }
        append(each.name, to: &text)
        text += separators.colon
        append(each.value, to: &text, separators)
      }
      text += "}"
    }
  }

  private static func append(_ string: String, to text: inout String) {
    text += "\""
    for unit in string.utf16 {
      switch unit {
      case 0x22: text += "\\\""
      case 0x5c: text += "\\\\"
      case 0x0a: text += "\\n"
      case 0x0d: text += "\\r"
      case 0x09: text += "\\t"
      case 0x08: text += "\\b"
      case 0x0c: text += "\\f"
      case 0x20..<0x7f: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    text += "\""
  }
}

extension JSONValue {
  fileprivate var isNested: Bool {
    switch self {
    case .list, .object: true
    default: false
    }
  }
}

/// Why a text is no JSON.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  package let line: Int
  package let expected: String

  package var description: String { "it is no JSON: line \(line): expected \(expected)" }
}

/// Reads JSON (RFC 8259), and refuses an object that has a name twice.
package struct JSONParser {
  /// Deeper than any cell, and far from the end of the stack.
  private static let deepest = 64

  private let bytes: [UInt8]
  private var place = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Throws: `JSONError`.
  package static func value(of bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.next == nil else { throw parser.error("the end of the text") }
    return value
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func error(_ expected: String) -> JSONError {
    JSONError(line: 1 + bytes.prefix(place).count { $0 == 0x0a }, expected: expected)
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      place += 1
    }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < Self.deepest else { throw error("at most \(Self.deepest) levels of nesting") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .truth(true))
    case UInt8(ascii: "f"): return try word("false", .truth(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[place...].starts(with: text.utf8) else { throw error("a value") }
    place += text.utf8.count
    return value
  }

  private mutating func take(_ character: Unicode.Scalar, _ expected: String) throws(JSONError) {
    skipSpace()
    guard next == UInt8(ascii: character) else { throw error(expected) }
    place += 1
  }

  private mutating func isNext(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    place += 1
    var members: [JSONValue.Member] = []
    if isNext("}") { return .object([]) }
    var known: Set<String> = []
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a name in quotes") }
      let name = try string()
      guard known.insert(name).inserted else { throw error("the name \"\(name)\" once") }
      try take(":", "a colon after \"\(name)\"")
      members.append(JSONValue.Member(name, try value(depth: depth + 1)))
    } while isNext(",")
    try take("}", "a comma or }")
    return .object(members)
  }

  private mutating func list(depth: Int) throws(JSONError) -> JSONValue {
    place += 1
    var values: [JSONValue] = []
    if isNext("]") { return .list([]) }
    repeat { values.append(try value(depth: depth + 1)) } while isNext(",")
    try take("]", "a comma or ]")
    return .list(values)
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = place
    if next == UInt8(ascii: "-") { place += 1 }
    let first = next
    let count = skipDigits()
    var isNumber = count == 1 || (count > 1 && first != UInt8(ascii: "0"))
    let whole = place
    if next == UInt8(ascii: ".") {
      place += 1
      isNumber = skipDigits() > 0 && isNumber
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      place += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      isNumber = skipDigits() > 0 && isNumber
    }
    guard isNumber else {
      place = start
      throw error("a value")
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if place == whole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      place = start
      throw error("a number")
    }
    return .number(number)
  }

  /// How many there were.
  private mutating func skipDigits() -> Int {
    let start = place
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    return place - start
  }

  private mutating func string() throws(JSONError) -> String {
    place += 1
    var units: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else { throw error("UTF-8") }
        return text
      case UInt8(ascii: "\\"): units += try escape()
      case 0..<0x20: throw error("no control character in a text")
      default: units.append(byte)
      }
    }
    throw error("the end of a text")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard let byte = next else { throw error("an escape") }
    place += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"):
      var units = [try unit()]
      if 0xd800..<0xdc00 ~= units[0], bytes[place...].starts(with: "\\u".utf8) {
        place += 2
        units.append(try unit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw error("a character that UTF-8 has")
      }
      return Array(text.utf8)
    default: throw error("an escape")
    }
  }

  private mutating func unit() throws(JSONError) -> UInt16 {
    let digits = String(decoding: bytes[place...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, !digits.hasPrefix("+"), !digits.hasPrefix("-"),
      let value = UInt16(digits, radix: 16)
    else { throw error("four hexadecimal digits") }
    place += 4
    return value
  }
}

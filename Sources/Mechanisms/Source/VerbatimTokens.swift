/// The C of VERBATIM as tokens, with the NMODL statements between such blocks.
enum VerbatimToken: Equatable {
  case name(String)
  case number(Double, isInteger: Bool)
  case text
  case mark(String)
  /// The index of a statement of NMODL.
  case statement(Int)

  /// C as tokens are written.
  static func text(of tokens: [VerbatimToken]) -> String {
    var text = ""
    var isWord = false
    for token in tokens {
      let (own, isOwnWord) =
        switch token {
        case .name(let name): (name, true)
        case .number(let value, true) where value < 1e9: ("\(Int(value))", true)
        case .number(let value, _): ("\(value)", true)
        case .text: ("\"…\"", false)
        case .mark(let mark): (mark, false)
        case .statement: ("…", false)
        }
      text += isWord && isOwnWord ? " \(own)" : own
      isWord = isOwnWord
    }
    return text
  }
}

struct VerbatimLexer {
  private let bytes: [UInt8]
  private var position = 0
  private(set) var tokens: [VerbatimToken] = []

  private static let longMarks = [
    "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "++", "--", "->",
  ]

  /// nil for what is no C that is understood.
  static func tokens(of text: String) -> [VerbatimToken]? {
    guard let code = preprocessed(withoutComments(text)) else { return nil }
    var lexer = VerbatimLexer(bytes: Array(code.utf8))
    return lexer.read() ? lexer.tokens : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  static func withoutComments(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var code: [UInt8] = []
    var position = 0
    func isAt(_ mark: String) -> Bool { bytes[position...].starts(with: mark.utf8) }
    while position < bytes.count {
      if isAt("/*") {
        position += 2
        while position < bytes.count, !isAt("*/") { position += 1 }
        position += 2
        code.append(UInt8(ascii: " "))
      } else if isAt("//") {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else {
        code.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: code, as: UTF8.self)
  }

  /// Whether the conditions of NEURON 9 hold; nil for others.
  private static func holds(_ line: String) -> Bool? {
    switch line.filter({ $0 != " " && $0 != "\t" }) {
    case "#ifndefNRN_VERSION_GTEQ_8_2_0", "#ifNRNBBCORE", "#ifdefCORENEURON_BUILD": false
    case "#ifdefNRN_VERSION_GTEQ_8_2_0", "#if!NRNBBCORE", "#ifndefCORENEURON_BUILD", "#if1": true
    case "#if0": false
    default: nil
    }
  }

  /// Without `#include`, and what conditions leave out.
  private static func preprocessed(_ text: String) -> String? {
    var lines: [Substring] = []
    var open: [Bool] = []
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let first = line.drop { $0 == " " || $0 == "\t" }
      guard first.hasPrefix("#") else {
        if !open.contains(false) { lines.append(line) }
        continue
      }
      let word = first.dropFirst().drop { $0 == " " }
      if word.hasPrefix("include") { continue }
      if word.hasPrefix("if") {
        guard let value = holds(String(first)) else { return nil }
        open.append(value)
      } else if word.hasPrefix("else"), let last = open.popLast() {
        open.append(!last)
      } else if word.hasPrefix("endif"), !open.isEmpty {
        open.removeLast()
      } else if !open.contains(false) {
        return nil
      }
    }
    return open.isEmpty ? lines.joined(separator: "\n") : nil
  }

  private mutating func read() -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0...32: position += 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "_"):
        tokens.append(.name(word { Self.isOfName($0) }))
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
        guard readNumber() else { return false }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        position += 1
        while position < bytes.count, bytes[position] != byte {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position += 1
        tokens.append(.text)
      case 128...: return false
      default:
        let rest = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
        let mark = Self.longMarks.contains(rest) ? rest : String(rest.prefix(1))
        tokens.append(.mark(mark))
        position += mark.utf8.count
      }
    }
    return true
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || byte == UInt8(ascii: "_")
  }

  private mutating func word(_ isPart: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, isPart(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func readNumber() -> Bool {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      let isSign =
        [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(byte) && position > start
        && [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position - 1])
      guard Self.isOfName(byte) || byte == UInt8(ascii: ".") || isSign else { break }
      position += 1
    }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Literal.value(word) else { return false }
    let isInteger = word.utf8.allSatisfy { (48...57).contains($0) }
    // Octal.
    if isInteger, word.utf8.count > 1, word.hasPrefix("0") { return false }
    tokens.append(.number(value, isInteger: isInteger))
    return true
  }
}

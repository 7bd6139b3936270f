/// Reads the JSON that `nmodl passes --json-ast` writes. Of JSON it takes what occurs there: objects of one
/// member, arrays of objects, strings. It keeps its own stack: no input can exhaust the program's.
struct SyntaxTreeReader {
  /// Far above what a source has (about 4 levels for each level of its expressions), low enough for what
  /// follows the tree by recursion.
  static let deepestLevel = 400

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func read(_ bytes: [UInt8]) throws(MechanismError) -> SyntaxNode {
    var reader = SyntaxTreeReader(bytes)
    return try reader.readTree()
  }

  private mutating func readTree() throws(MechanismError) -> SyntaxNode {
    var open: [SyntaxNode] = []
    try take("{")
    while true {
      // Here a member of an object begins.
      let kind = try takeString()
      try take(":")
      var complete: SyntaxNode
      if try peek() == UInt8(ascii: "[") {
        position += 1
        if try peek() == UInt8(ascii: "]") {
          position += 1
          complete = SyntaxNode(kind: kind)
        } else {
          try take("{")
          open.append(SyntaxNode(kind: kind))
          guard open.count <= Self.deepestLevel else {
            throw fail(expected: "at most \(Self.deepestLevel) levels")
          }
          continue
        }
      } else {
        complete = SyntaxNode(kind: kind, text: try takeString())
      }
      try take("}")
      while true {
        guard var parent = open.popLast() else {
          skipSpace()
          guard position == bytes.count else { throw fail(expected: "the end") }
          return complete
        }
        parent.children.append(complete)
        if try peek() == UInt8(ascii: ",") {
          position += 1
          try take("{")
          open.append(parent)
          break
        }
        try take("]")
        try take("}")
        complete = parent
      }
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func peek() throws(MechanismError) -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw fail(expected: "more") }
    return bytes[position]
  }

  private mutating func take(_ mark: Unicode.Scalar) throws(MechanismError) {
    guard try peek() == UInt8(ascii: mark) else { throw fail(expected: String(Character(mark))) }
    position += 1
  }

  private mutating func takeString() throws(MechanismError) -> String {
    try take("\"")
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content.append(contentsOf: try takeEscape())
      default: content.append(byte)
      }
    }
    throw fail(expected: "\"")
  }

  private mutating func takeEscape() throws(MechanismError) -> [UInt8] {
    guard position < bytes.count else { throw fail(expected: "an escape") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"):
      guard position + 4 <= bytes.count,
        let code = UInt32(
          String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
      else { throw fail(expected: "an escape") }
      position += 4
      // Halves of surrogate pairs occur in comments at most.
      return Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
    default: throw fail(expected: "an escape")
    }
  }

  private func fail(expected: String) -> MechanismError {
    let end = min(position + 20, bytes.count)
    let found = position < end ? String(decoding: bytes[position..<end], as: UTF8.self) : "the end"
    return .tree(mechanism: "", found: found, expected: expected)
  }
}

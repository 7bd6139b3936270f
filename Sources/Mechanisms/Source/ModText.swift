/// The text of a mod file, before `nmodl` reads it.
package enum ModText {
  /// The same with each `state_discontinuity(x, e)` written as `x = (e)`, which is what it does with fixed
  /// steps: of a block with such a call `nmodl` 9.0 keeps nothing else, and says nothing.
  package static func prepared(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while position < text.count {
      let end = partEnd(text, position)
      if text[position..<end].elementsEqual(call),
        let (target, value, after) = arguments(text, end)
      {
        result += target + Array(" = (".utf8) + value + Array(")".utf8)
        position = after
      } else {
        result += text[position..<end]
        position = end
      }
    }
    return result
  }

  private static let call = Array("state_discontinuity".utf8)

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Where the word, comment, text or other mark that begins here ends.
  private static func partEnd(_ text: [UInt8], _ start: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: ":") || first == UInt8(ascii: "?") { return lineEnd(text, start) }
    if first == UInt8(ascii: "\"") {
      var end = start + 1
      while end < text.count, text[end] != first, text[end] != UInt8(ascii: "\n") { end += 1 }
      return min(end + 1, text.count)
    }
    guard isWord(first) else { return start + 1 }
    let end = wordEnd(text, start)
    let word = String(decoding: text[start..<end], as: UTF8.self)
    switch word {
    case "TITLE": return lineEnd(text, end)
    case "COMMENT", "VERBATIM": return blockEnd(text, end, Array("END\(word)".utf8))
    default: return end
    }
  }

  private static func wordEnd(_ text: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < text.count, isWord(text[end]) { end += 1 }
    return end
  }

  private static func lineEnd(_ text: [UInt8], _ start: Int) -> Int {
    text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
  }

  private static func blockEnd(_ text: [UInt8], _ start: Int, _ last: [UInt8]) -> Int {
    var position = start
    while position < text.count {
      let end = isWord(text[position]) ? wordEnd(text, position) : position + 1
      if text[position..<end].elementsEqual(last) { return end }
      position = end
    }
    return text.count
  }

  /// The two arguments in the parentheses that follow, and where these end; nil where there are no such.
  private static func arguments(
    _ text: [UInt8], _ start: Int
  ) -> (target: [UInt8], value: [UInt8], after: Int)? {
    var position = start
    while position < text.count, text[position] == 32 || text[position] == 9 { position += 1 }
    guard position < text.count, text[position] == UInt8(ascii: "(") else { return nil }
    position += 1
    var parts: [[UInt8]] = [[]]
    var depth = 0
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "\""): return nil
      case UInt8(ascii: ",") where depth == 0: parts.append([])
      case UInt8(ascii: ")") where depth == 0:
        return parts.count == 2 ? (parts[0], parts[1], position) : nil
      default:
        if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { depth += 1 }
        if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") { depth -= 1 }
        parts[parts.count - 1].append(byte)
      }
    }
    return nil
  }
}

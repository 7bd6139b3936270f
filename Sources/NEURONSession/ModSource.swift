import CellFile
import NEURONBridge

/// What is kept of the mod file that a mechanism was compiled from.
package struct ModSource {
  /// Its name, without folders.
  package let file: String
  package let sha256: String
  /// What comments and VERBATIM leave, as words and other characters.
  private let words: [Substring]

  /// - Returns: nil where NEURON keeps no text: the mechanism is its own, or was compiled without.
  init?(of mechanism: String, isPointProcess: Bool, in neuron: NEURON) throws(BridgeError) {
    let types = try neuron.newObject("MechanismType", .number(isPointProcess ? 1 : 0))
    defer { neuron.api.object_unref(types) }
    try neuron.call(
      neuron.method("select", of: types), of: types, .string(HocString(mechanism)))
    guard case .string(let text) = try neuron.call(neuron.method("code", of: types), of: types),
      !text.isEmpty
    else { return nil }
    var path = ""
    if case .string(let found) = try neuron.call(neuron.method("file", of: types), of: types) {
      path = found
    }
    self.init(text: text, path: path, mechanism: mechanism)
  }

  /// The text of a file.
  package init(text: String, path: String, mechanism: String = "") {
    let last = path.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last
    file = last.flatMap { $0.isEmpty ? nil : String($0) } ?? "\(mechanism).mod"
    var lines = Self.lines(of: text)
    words = Self.words(of: lines)
    while lines.last?.isEmpty == true { lines.removeLast() }
    sha256 = SHA256.hexadecimal(of: (lines.joined(separator: "\n") + "\n").utf8)
  }

  /// As text, without ends of lines, whatever these are.
  private static func lines(of text: String) -> [Substring] {
    var lines: [Substring] = []
    var start = text.unicodeScalars.startIndex
    let scalars = text.unicodeScalars
    var place = start
    while place < scalars.endIndex {
      let scalar = scalars[place]
      if scalar == "\n" || scalar == "\r" {
        lines.append(text[start..<place])
        let next = scalars.index(after: place)
        if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { place = next }
        start = scalars.index(after: place)
      }
      place = scalars.index(after: place)
    }
    lines.append(text[start...])
    return lines
  }

  /// Names of the variables that a keyword declares, such as POINTER.
  package func declared(by keywords: Set<String>) -> [String] {
    var names: [String] = []
    var place = 0
    while place < words.count {
      defer { place += 1 }
      guard keywords.contains(String(words[place])) else { continue }
      while place + 1 < words.count, words[place + 1].isName {
        names.append(String(words[place + 1]))
        place += 1
        guard place + 1 < words.count, words[place + 1] == "," else { break }
        place += 1
      }
    }
    return names
  }

  /// What its mechanism is called; nil where its text does not say it.
  package var mechanism: String? {
    declared(by: ["SUFFIX", "POINT_PROCESS", "ARTIFICIAL_CELL"]).first
  }
  package var pointers: [String] { declared(by: ["POINTER", "BBCOREPOINTER"]) }
  package var randoms: [String] { once(declared(by: ["RANDOM"])) }
  package var tables: [String] { once(declared(by: ["FUNCTION_TABLE"])) }

  private func once(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// Whether a GLOBAL, as hoc calls it, is a user's to set: others are computed.
  package func hasParameter(_ variable: String, of mechanism: String) -> Bool {
    let name =
      variable.hasSuffix("_\(mechanism)")
      ? String(variable.dropLast(mechanism.count + 1)) : variable
    return name == "usetable" || parameters.contains(name)
  }

  private var parameters: Set<String> {
    var found: Set<String> = []
    var isInside = false
    for (place, word) in words.enumerated() {
      if isInside, word == "}" { isInside = false }
      if isInside, word.isName { found.insert(String(word)) }
      if word == "{", place > 0, words[place - 1] == "PARAMETER" { isInside = true }
    }
    return found
  }

  private static func words(of lines: [Substring]) -> [Substring] {
    var words: [Substring] = []
    var end: Substring?
    for line in lines {
      let first = line.drop { $0 == " " || $0 == "\t" }.prefix { $0.isLetter || $0 == "_" }
      if let wanted = end {
        if first == wanted { end = nil }
        continue
      }
      if first == "COMMENT" || first == "VERBATIM" {
        end = "END\(first)"
        continue
      }
      if first == "TITLE" { continue }
      var rest = line.prefix { $0 != ":" && $0 != "?" }
      while let character = rest.first {
        if character.isNamePart {
          let word = rest.prefix { $0.isNamePart }
          words.append(word)
          rest = rest[word.endIndex...]
        } else {
          if !character.isWhitespace { words.append(rest.prefix(1)) }
          rest = rest.dropFirst()
        }
      }
    }
    return words
  }
}

extension Character {
  fileprivate var isNamePart: Bool { isASCII && (isLetter || isNumber) || self == "_" }
}

extension Substring {
  fileprivate var isName: Bool { first.map { $0.isNamePart && !$0.isNumber } ?? false }
}

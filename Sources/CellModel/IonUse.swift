/// What a mechanism's NMODL says of ions.
package enum IonUse {
  /// The ions whose currents a mechanism makes: those of which it writes i and the ion's name
  /// (`USEION na READ ena WRITE ina`).
  package static func currents(inSource source: String) -> [String] {
    var ions: [String] = []
    var isComment = false
    var words: [Substring] = []
    for line in source.split(whereSeparator: \.isNewline) {
      let code = line.prefix { $0 != ":" && $0 != "?" }
      let own = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      if own.first == "COMMENT" { isComment = true }
      if !isComment { words += own }
      if own.contains("ENDCOMMENT") { isComment = false }
    }
    for (index, word) in words.enumerated() where word == "USEION" && index + 1 < words.count {
      let ion = words[index + 1]
      let rest = words[(index + 2)...].prefix { !["USEION", "NONSPECIFIC_CURRENT"].contains($0) }
      guard let writes = rest.firstIndex(of: "WRITE") else { continue }
      // What is written ends with a word that is no variable of the ion.
      let written = rest[(writes + 1)...].prefix { $0.hasSuffix(ion) || $0.hasPrefix(ion) }
      if written.contains("i\(ion)") { ions.append(String(ion)) }
    }
    return ions
  }
}

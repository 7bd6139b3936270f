extension String {
  /// With objects of Python's named by their class alone: where in memory they were tells a reader nothing. Such as
  /// `Cell` of `<__main__.Cell object at 0x7f00>`.
  var withoutAddresses: String {
    var result = ""
    var rest = self[...]
    while let start = rest.firstIndex(of: "<") {
      result += rest[..<start]
      if let object = rest[start...].objectOfPython {
        result += object.kind
        rest = rest[object.end...]
      } else {
        result.append("<")
        rest = rest[rest.index(after: start)...]
      }
    }
    return result + rest
  }

  /// The same on one line, for a comment.
  var comment: String {
    String(withoutAddresses.map { $0.isNewline ? " " : $0 })
  }
}

extension Substring {
  private static let words = " object at 0x"

  /// The class of an object, and the end of its text, which this begins with.
  fileprivate var objectOfPython: (kind: Substring, end: Index)? {
    var place = index(after: startIndex)
    while place < endIndex {
      if self[place...].hasPrefix(Self.words) {
        let kind = self[index(after: startIndex)..<place].suffixOfWord
        let digits = self[index(place, offsetBy: Self.words.count)...].drop(while: \.isHexDigit)
        for end in [">", "..."] where !kind.isEmpty && digits.hasPrefix(end) {
          return (kind, digits.index(digits.startIndex, offsetBy: end.count))
        }
      }
      if self[place...].hasPrefix("<locals>") {
        formIndex(&place, offsetBy: "<locals>".count)
      } else if self[place] == "<" || self[place] == ">" {
        return nil
      } else {
        formIndex(after: &place)
      }
    }
    return nil
  }

  private var suffixOfWord: Substring {
    var start = endIndex
    while start > startIndex, self[index(before: start)].isPartOfWord { formIndex(before: &start) }
    return self[start...]
  }
}

extension Character {
  /// A letter, a digit or an underscore, of any script.
  fileprivate var isPartOfWord: Bool { unicodeScalars.allSatisfy(\.isPartOfWord) }
}

extension Unicode.Scalar {
  /// A letter, a digit or an underscore, of any script.
  var isPartOfWord: Bool {
    if self == "_" || properties.numericType != nil { return true }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  var isPartOfASCIIWord: Bool { isASCII && isPartOfWord }
}

extension String {
  /// With an underscore in the place of each scalar that is not among those.
  func replacing(allBut isKept: (Unicode.Scalar) -> Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { result.append(isKept(scalar) ? scalar : "_") }
    return String(result)
  }

  /// With one underscore in the place of each run of scalars that are not among those, and none at either end.
  func joined(ofOnly isKept: (Unicode.Scalar) -> Bool) -> String {
    unicodeScalars.split { !isKept($0) }.map { String($0) }.joined(separator: "_").trimmed
  }

  private var trimmed: String {
    var rest = self[...]
    while rest.hasPrefix("_") { rest.removeFirst() }
    while rest.hasSuffix("_") { rest.removeLast() }
    return String(rest)
  }
}

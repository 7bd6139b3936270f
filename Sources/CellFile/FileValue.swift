/// A value of a file, with where it is.
package struct FileValue {
  package let content: JSONValue
  package let path: String

  package init(_ content: JSONValue, path: String = "") {
    self.content = content
    self.path = path
  }

  package func wrong(_ expected: String) -> CellFileError {
    CellFileError(path: path, found: content.kind, expected: expected)
  }

  /// The values of an object that has these names and no others, in this order.
  package func fields(_ names: String...) throws(CellFileError) -> [FileValue] {
    try fields(names)
  }

  package func fields(_ names: [String]) throws(CellFileError) -> [FileValue] {
    guard case .object(let members) = content else {
      throw wrong("an object with \(names.joined(separator: ", "))")
    }
    for member in members where !names.contains(member.name) {
      throw CellFileError(
        path: at(member.name), found: "there",
        expected: "\(names.joined(separator: ", ")) alone")
    }
    return try names.map { name throws(CellFileError) in
      guard let value = content[name] else {
        throw CellFileError(path: at(name), found: "missing", expected: "it to be there")
      }
      return FileValue(value, path: at(name))
    }
  }

  /// The value of a name that an object may have.
  package func optional(_ name: String) -> FileValue? {
    content[name].map { FileValue($0, path: at(name)) }
  }

  /// The values of an object with any names that hoc could have.
  package func named() throws(CellFileError) -> [(name: String, value: FileValue)] {
    guard case .object(let members) = content else { throw wrong("an object") }
    return try members.map { member throws(CellFileError) in
      guard Self.isName(member.name) else {
        throw CellFileError(
          path: path, found: "with the name \"\(member.name)\"",
          expected: "that of a variable or of a mechanism")
      }
      return (member.name, FileValue(member.value, path: at(member.name)))
    }
  }

  /// The values of an object with any names.
  func members() throws(CellFileError) -> [FileValue] {
    guard case .object(let members) = content else { throw wrong("an object") }
    return members.map { FileValue($0.value, path: at($0.name)) }
  }

  package static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
    }
  }

  private func at(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  package func elements(count: Int? = nil) throws(CellFileError) -> [FileValue] {
    guard case .list(let values) = content, count == nil || values.count == count else {
      throw wrong(count.map { "a list of \($0)" } ?? "a list")
    }
    return values.enumerated().map { FileValue($1, path: "\(path)[\($0)]") }
  }

  package var isNull: Bool { content == .null }

  package func text() throws(CellFileError) -> String {
    guard case .text(let text) = content, !text.contains("\0") else { throw wrong("a text") }
    return text
  }

  package func name(_ expected: String) throws(CellFileError) -> String {
    guard case .text(let text) = content, Self.isName(text) else { throw wrong(expected) }
    return text
  }

  package func truth() throws(CellFileError) -> Bool {
    guard case .truth(let value) = content else { throw wrong("true or false") }
    return value
  }

  package func integer(
    _ range: ClosedRange<Int>, _ expected: String
  ) throws(CellFileError) -> Int {
    guard case .integer(let value) = content, range.contains(value) else { throw wrong(expected) }
    return value
  }

  /// As many as NEURON lets a section have.
  func segmentCount() throws(CellFileError) -> Int {
    try integer(1...32766, "a number of segments, 1 to 32766")
  }

  package func index(of what: String, count: Int) throws(CellFileError) -> Int {
    guard count > 0 else { throw wrong("\(what), of which there are none") }
    return try integer(0...(count - 1), "an index of \(what), 0 to \(count - 1)")
  }

  /// Any number, infinite ones and what is none included.
  package func number() throws(CellFileError) -> Double {
    switch content {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    case .text("nan"): return .nan
    case .text("inf"): return .infinity
    case .text("-inf"): return -.infinity
    default: throw wrong("a number, or \"nan\", \"inf\" or \"-inf\"")
    }
  }

  package func finite(
    _ expected: String = "a finite number", where holds: (Double) -> Bool = { _ in true }
  ) throws(CellFileError) -> Double {
    switch content {
    case .integer(let value) where holds(Double(value)): return Double(value)
    case .number(let value) where abs(value) <= 1e300 && holds(value): return value
    default: throw wrong(expected)
    }
  }

  package func position() throws(CellFileError) -> Double {
    try finite("a position, 0 to 1") { (0...1).contains($0) }
  }
}

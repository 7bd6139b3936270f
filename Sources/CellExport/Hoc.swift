import CellFile

/// Text of hoc.
enum Hoc {
  /// In a call.
  static let numberLimit = 16

  /// A number as an expression.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "(1e999 - 1e999)" }
    return value.isInfinite ? (value > 0 ? "1e999" : "-1e999") : JSONWriter.text(of: value)
  }

  static func numbers(_ values: [Double]) -> String {
    values.map(number).joined(separator: ", ")
  }

  static func numbers(_ values: [Int]) -> String {
    values.map { "\($0)" }.joined(separator: ", ")
  }

  /// Statements that give an object's Vector more elements.
  static func appending(_ elements: [String], to vector: String) -> [String] {
    elements.chunks(of: numberLimit).map { "\(vector).append(\($0.joined(separator: ", ")))" }
  }

  static func procedure(_ name: String, _ statements: [String]) -> String {
    (["proc \(name)() {"] + statements.map { "  \($0)" } + ["}\n"]).joined(separator: "\n")
  }

  /// A declaration of many names, on several lines.
  static func wrapped(_ head: String, _ names: [String]) -> [String] {
    names.chunks(of: 8).map { head + $0.joined(separator: ", ") }
  }
}

extension Array {
  func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}

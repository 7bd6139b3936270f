import Foundation

/// Columns of text, aligned: numbers to the right, and a heading above each.
struct TextTable {
  enum Alignment { case left, right }

  let headings: [String]
  let alignments: [Alignment]
  var rows: [[String]] = []

  init(_ columns: (String, Alignment)...) {
    headings = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  /// - Parameter isColoured: whether headings are bold.
  func text(isColoured: Bool = false) -> String {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0[column].count }.max() ?? 0
    }
    let line = { (cells: [String]) in
      let parts = cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return alignments[column] == .left ? cell + space : space + cell
      }
      var text = parts.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    let heading = Style.heading(line(headings), isColoured: isColoured)
    return ([heading] + rows.map(line)).map { $0 + "\n" }.joined()
  }
}

enum Style {
  static func heading(_ text: String, isColoured: Bool) -> String {
    isColoured ? "\u{1b}[1m\(text)\u{1b}[0m" : text
  }
}

extension Double {
  /// With some digits, for people.
  func text(digits: Int = 3) -> String {
    guard isFinite else { return isNaN ? "–" : self < 0 ? "-∞" : "∞" }
    guard self != 0 else { return "0" }
    var scale = 0
    var value = magnitude
    while value < 1, scale < 12 {
      value *= 10
      scale += 1
    }
    if magnitude < 1e-4 || magnitude >= 1e7 {
      return String(format: "%.\(max(digits - 1, 0))e", self)
    }
    let whole = magnitude >= 1 ? String(Int(magnitude)).count : 1 - scale
    let places = max(digits - whole, 0)
    return String(format: "%.\(min(places, 9))f", self)
  }
}

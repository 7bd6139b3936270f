/// An SWC file as far as it is to be right before NEURON's Import3d reads it, which leaves out what it does not
/// understand, or fails somewhere inside.
struct MorphologyFile: Equatable {
  /// Of its points, in ascending order: 1 to 4 are soma, axon, basal and apical.
  let types: [Int]

  private struct Point {
    let line, parent: Int
  }

  private static let form = "seven numbers: id, type, x, y, z, radius, parent"

  /// - Throws: `CommandFailure`, naming the line at fault.
  init(text: [UInt8], name: String) throws {
    guard !text.starts(with: [0xEF, 0xBB, 0xBF]), !text.starts(with: [0xFF, 0xFE]),
      !text.starts(with: [0xFE, 0xFF])
    else {
      throw CommandFailure(
        "\(name) begins with a byte-order mark; expected plain text, as an editor saves it without one"
      )
    }
    var points: [Int: Point] = [:]
    var types: Set<Int> = []
    let lines = String(decoding: text, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let cells = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = cells.first, !first.hasPrefix("#") else { continue }
      let wrong = { (what: String) in CommandFailure("\(name), line \(index + 1): \(what)") }
      let numbers = cells.prefix(7).map { Double(plain: $0) ?? .nan }
      guard numbers.count == 7, numbers.allSatisfy(\.isFinite) else {
        throw wrong("'\(line.prefix(60))'; expected \(Self.form)")
      }
      guard let id = Self.whole(numbers[0], from: 0), points[id] == nil else {
        throw wrong("the id is \(cells[0]); expected a whole number that no other point has")
      }
      guard let type = Self.whole(numbers[1], from: 0, to: 9999) else {
        throw wrong("the type is \(cells[1]); expected a whole number, 0 to 9999")
      }
      guard numbers[5] >= 0 else {
        throw wrong("the radius is \(cells[5]); expected one in µm, 0 or greater")
      }
      guard let parent = Self.whole(numbers[6], from: -1), parent < id else {
        throw wrong(
          "the parent is \(cells[6]); expected the id of a point before this, less than \(id), or -1 for none"
        )
      }
      types.insert(type)
      points[id] = Point(line: index + 1, parent: parent)
    }
    guard !points.isEmpty else {
      throw CommandFailure("\(name) has no points; expected lines of \(Self.form)")
    }
    let orphans = points.values.filter { $0.parent >= 0 && points[$0.parent] == nil }
    if let orphan = orphans.min(by: { $0.line < $1.line }) {
      throw CommandFailure(
        "\(name), line \(orphan.line): the parent is \(orphan.parent), which is no point's id; expected one that is there"
      )
    }
    guard types.contains(1) else {
      throw CommandFailure("\(name) has no soma; expected points of type 1")
    }
    self.types = types.sorted()
  }

  private static func whole(_ number: Double, from least: Int, to most: Int = 1 << 40) -> Int? {
    guard let whole = Int(exactly: number), (least...most).contains(whole) else { return nil }
    return whole
  }
}

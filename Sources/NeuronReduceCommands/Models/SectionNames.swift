import CellModel

/// The sections of a cell by their names, as users write them: with or without that of the cell.
struct SectionNames {
  private let names: [String]
  /// How many sections have a name.
  private let counts: [String: Int]
  /// By name without that of the cell, the sections whose whole name no other one has.
  private let ending: [String: [Int]]
  private let indices: [String: Int]

  init(of cell: CellModel) { self.init(cell.sections.map(\.name)) }

  init(_ names: [String]) {
    self.names = names
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    self.counts = counts
    var (indices, ending) = ([String: Int](), [String: [Int]]())
    for (index, name) in names.enumerated() where counts[name] == 1 {
      indices[name] = index
      for dot in name.indices where name[dot] == "." {
        ending[String(name[dot...].dropFirst()), default: []].append(index)
      }
    }
    (self.indices, self.ending) = (indices, ending)
  }

  /// The one section of a name; nil where there is none, or are several.
  func index(of name: String) -> Int? {
    if let whole = indices[name] { return whole }
    let found = ending[name] ?? []
    return found.count == 1 ? found.first : nil
  }

  /// The same, or of the name of an array its first section.
  func first(of name: String) -> Int? { index(of: name) ?? index(of: "\(name)[0]") }

  /// How many sections have a name, with or without that of their cell, where it is one that several share; else 0.
  func sharing(_ name: String) -> Int {
    let count = max(counts[name] ?? 0, ending[name]?.count ?? 0)
    return count > 1 ? count : 0
  }

  /// What is wrong with a name that is no section's, or of several: the end of a sentence.
  func fault(
    of name: String, on cell: String, expected: String, example: String
  ) -> String {
    let several = max(sharing(name), sharing("\(name)[0]"))
    return several > 0
      ? ", and \(several) sections of \(cell) have that name; expected a name that one section alone has"
      : "; expected \(expected) of \(cell), such as \(example)"
  }

  /// A section's name without that of its cell, which is another one in the next session, unless other sections have
  /// the same one then.
  func plain(_ index: Int) -> String {
    let name = names[index]
    let own = name.lastIndex(of: ".").map { String(name[$0...].dropFirst()) } ?? name
    return self.index(of: own) == index ? own : name
  }

  /// One of them, as it may be written.
  var example: String { names.indices.last.map(plain) ?? "soma" }
}

import ArgumentParser
import CellFile
import CellModel
import Reduction

/// A place that is to stay a compartment of its own, as a user writes it.
struct NamedSite: Equatable {
  let text: String
  let section: String
  /// 0 to 1; nil for all of the section's segments.
  let position: Double?

  /// - Throws: `ValidationError`.
  init(_ text: String) throws {
    self.text = text
    guard text.hasSuffix(")") else {
      guard !text.isEmpty, !text.contains("(") else { throw Self.wrong }
      (section, position) = (text, nil)
      return
    }
    guard let place = NamedPlace(argument: text) else { throw Self.wrong }
    (section, position) = (place.section, place.position)
  }

  private static let wrong = ValidationError(
    "expected a section with a position on it, 0 to 1, such as 'apic[36](0.9)', or a section alone for all of its "
      + "segments.")
}

/// What of a cell a user has named for its reduction.
struct NamedParts {
  let sites: [ReductionSite]
  /// nil where none were named: all dendrites are collapsed.
  let roots: [Int]?
  let kept: [Int]
  /// As files have them, by the names of sections.
  let json: [JSONValue.Member]

  init(sites: [ReductionSite], roots: [Int]?, kept: [Int], json: [JSONValue.Member] = []) {
    self.sites = sites
    self.roots = roots
    self.kept = kept
    self.json = json
  }

  /// - Throws: `CommandFailure` for what is on no section of the cell, or on none that can be told from others.
  init(_ options: ReductionOptions, on cell: CellModel) throws {
    let names = SectionNames(of: cell)
    let sections = { (option: String, given: [String]) throws -> [Int] in
      try given.map { name in
        try Self.section(
          name, given: name, names, cell, option, expected: "a section", example: names.example)
      }
    }
    let roots = try sections("--roots", options.roots)
    let kept = try sections("--keep", options.keep)
    var sites: [ReductionSite] = []
    var plain: [JSONValue] = []
    for site in options.sites {
      let index = try Self.section(
        site.section, given: site.text, names, cell, "--sites", expected: "a place on one section",
        example: "\(names.example)(0.5)")
      let name = JSONValue.text(names.plain(index))
      if let position = site.position {
        sites.append(ReductionSite(section: index, position: position))
        plain.append(.list([name, JSONValue(position)]))
      } else {
        let section = cell.sections[index]
        sites += section.segments.indices.map {
          ReductionSite(section: index, position: section.center(ofSegment: $0))
        }
        plain.append(name)
      }
    }
    let list = { (indices: [Int]) in JSONValue.list(indices.map { .text(names.plain($0)) }) }
    let json: [JSONValue.Member] =
      (plain.isEmpty ? [] : [.init("sites", .list(plain))])
      + (roots.isEmpty ? [] : [.init("roots", list(roots))])
      + (kept.isEmpty ? [] : [.init("keep", list(kept))])
    self.init(sites: sites, roots: roots.isEmpty ? nil : roots, kept: kept, json: json)
  }

  private static func section(
    _ name: String, given text: String, _ names: SectionNames, _ cell: CellModel, _ option: String,
    expected: String, example: String
  ) throws(CommandFailure) -> Int {
    if let index = names.index(of: name) { return index }
    let fault = names.fault(of: name, on: cell.name, expected: expected, example: example)
    throw CommandFailure("\(option) is '\(text)'\(fault)")
  }
}

import CellExport
import CellFile
import Foundation
import Testing

/// What is done with a saved cell, which needs no NEURON.
@Suite struct SavedFileTests {
  /// Of a soma and a dendrite, with the record of a reduction that did nothing.
  private static func cell(hasRecord: Bool = true) -> KeptCell {
    var cell = KeptCell()
    cell.name = "Toy[0]"
    cell.method = "lumped"
    cell.mechanisms = [.init(name: "pas")]
    cell.sections = [("soma", KeptCell.Section.Role.soma), ("dend", .basal)].map { name, role in
      KeptCell.Section(
        name: name, role: role, segmentCount: 1, length: 20, diameter: .all(2), points: [],
        arcs: nil, areas: nil, axialResistivity: 100, rallbranch: 1, capacitance: .all(1),
        insertions: [
          .init(
            mechanism: "pas", parameters: [Named("g_pas", .all(1e-5)), Named("e_pas", .all(-70))])
        ], ions: [])
    }
    cell.attachments = [.init(section: 1, end: 0, parent: 0, position: 1)]
    if hasRecord {
      cell.record = record(["cell": .text("</script>&é")])
    }
    return cell
  }

  private let folder: TemporaryFolder
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("cell.json")
    try Self.cell().text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private func run(
    _ arguments: [String], variables: [String: String] = [:]
  ) throws -> Command.Result {
    try Command.run(arguments, isHosting: false, variables: variables)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  @Test(arguments: ExportFormat.allCases.filter { $0.ending != nil })
  func exportsByTheEnding(format: ExportFormat) throws {
    let output = "other\(try #require(format.ending))"
    let result = try run(["export", file, "-o", folder.file(output)])
    #expect(result.code == 0 && result.errors.isEmpty && result.output.isEmpty)
    let export = try CellExport(of: Self.cell(), as: format, named: "other")
    #expect(try text(output) == export.files[0].text)
    #expect(
      try run(["export", file, "-o", folder.file("other"), "--format", format.rawValue]).code == 0)
    #expect(try text("other") == text(output))
  }

  @Test func whatIsNoFileIsWrittenInto() throws {
    let result = try run(["export", file, "-o", "/dev/stdout", "--format", "swc"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("# Toy[0], reduced by lumped\n"))
    let link = folder.file("link.swc")
    _ = FileManager.default.createFile(atPath: folder.file("target.swc"), contents: nil)
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: folder.file("target.swc"))
    #expect(try run(["export", file, "-o", link]).code == 0)
    #expect(try text("target.swc") == result.output)
  }

  @Test func aLinkStaysOneThoughNothingIsThere() throws {
    let files = FileManager.default
    for (link, target) in [("first.swc", "second.swc"), ("second.swc", "target.swc")] {
      try files.createSymbolicLink(
        atPath: folder.file(link), withDestinationPath: target)
    }
    #expect(try run(["export", file, "-o", folder.file("first.swc")]).code == 0)
    #expect(
      try files.destinationOfSymbolicLink(atPath: folder.file("first.swc")) == "second.swc")
    #expect(try text("target.swc").hasPrefix("# Toy[0]"))
  }

  @Test func exportsFolders() throws {
    let result = try run(["export", file, "-o", folder.file("node"), "--format", "sonata"])
    #expect(result.code == 0, "\(result.errors)")
    let export = try CellExport(of: Self.cell(), as: .sonata, named: "node")
    for each in export.files { #expect(try text("node/\(each.path)") == each.text) }
    let again = try run(["export", file, "-o", folder.file("node"), "--format", "sonata"])
    #expect(again.code == 1)
    #expect(again.errors.contains("node is there; expected a folder to be made, or an empty one"))
    let nowhere = try run(["export", file, "-o", folder.file("no/node"), "--format", "sonata"])
    #expect(nowhere.errors.contains("no/node cannot be written: No such file or directory\n"))
  }

  @Test func whatIsLeftOutOrRefusedIsSaid() throws {
    var cell = Self.cell()
    cell.mechanisms.append(.init(name: "kv"))
    cell.sections[1].insertions.append(.init(mechanism: "kv"))
    cell.sections[1].rallbranch = 2
    try cell.text.write(toFile: file, atomically: true, encoding: .utf8)
    let warned = try run(["export", file, "-o", folder.file("cell.swc")])
    #expect(warned.code == 0 && warned.errors.isEmpty)
    let refused = try run(["export", file, "-o", folder.file("rule.json")])
    #expect(refused.code == 1)
    #expect(refused.errors.hasPrefix("Error: dend has rallbranch 2, which a cell rule of NetPyNE"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("rule.json")))
  }

  @Test func viewsAsAPage() throws {
    let page = folder.file("page.html")
    let result = try run(["view", file, "-o", page])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output == "\(page)\n")
    #expect(
      try text("page.html").contains(
        "{\"cell\":\"\\u003c/script\\u003e\\u0026\\u00e9\",\"method\":\"lumped\","))
  }

  /// Where there is a browser it is opened; where there is none the page is there all the same.
  @Test func viewsInABrowser() throws {
    let opener = folder.file("xdg-open")
    try "#!/bin/sh\necho \"$1\" > '\(folder.file("opened"))'\n".write(
      toFile: opener, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: opener)
    let result = try run(
      ["view", file], variables: ["PATH": folder.path, "DISPLAY": ":0", "TMPDIR": folder.path])
    #expect(result.code == 0, "\(result.errors)")
    let page = result.output.trimmingCharacters(in: .newlines)
    #expect(page.hasPrefix(folder.path) && page.hasSuffix("/view.html"))
    #expect(FileManager.default.fileExists(atPath: page))
    #if os(Linux)
      for _ in 0..<100 where (try? text("opened"))?.hasSuffix("\n") != true { usleep(50_000) }
      #expect(try text("opened") == "file://\(page)\n")
    #endif
    let without = try run(
      ["view", file, "--open", "-o", folder.file("page.html")], variables: ["PATH": ""])
    #expect(without.code == 0, "\(without.errors)")
  }

  @Test func numbersOfARecordAreShownHoweverLarge() throws {
    let share = JSONValue.object([.init("pas", .number(1e300))])
    let kind = Self.kind(before: .integer(1 << 53))
    let record = Self.record([
      "expected": Self.expected(shared: share),
      "synapses": .list(Array(repeating: kind, count: 14)),
    ])
    try write(record)
    let result = try run(["report", file])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("share: pas 1e+302 %."), "\(result.output)")
    #expect(result.output.contains(#/2 more kinds +1.8014398509482e\+16 /#), "\(result.output)")
  }

  /// A page of what is no record would be empty.
  @Test(arguments: [
    ("impedances", JSONValue.integer(3), "record.impedances is 3; expected an object with"),
    (
      "synapses", .list([kind(before: .text("few"))]),
      "record.synapses[0].before is \"few\"; expected a whole number, 0 or greater"
    ),
    (
      "expected", expected(rmsd: .number(1)),
      "record.expected.deviation is null; expected null where rmsd is"
    ),
    ("settings", .integer(8), "record.settings is 8; expected an object"),
    ("cables", .text("none"), "record.cables is \"none\"; expected a list"),
    ("extra", .null, "record.extra is there; expected cell, method, "),
  ])
  func whatIsNoRecordIsRefused(name: String, value: JSONValue, message: String) throws {
    try write(Self.record([name: value]))
    for arguments in [
      ["view", file, "-o", folder.file("page.html")], ["report", file], ["report", file, "--json"],
      ["export", file, "-o", folder.file("cell.swc")],
    ] {
      let result = try run(arguments)
      #expect(result.code == 1)
      #expect(result.errors.contains("cell.json: \(message)"), "\(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("page.html")))
  }

  private func write(_ record: JSONValue) throws {
    var cell = Self.cell()
    cell.record = record
    try cell.text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private static func kind(before: JSONValue) -> JSONValue {
    .object([
      .init("mechanism", .text("ExpSyn")), .init("parameters", .object([])),
      .init("before", before), .init("after", .integer(0)), .init("netcons", .integer(0)),
      .init("treatment", .text("")), .init("unmerged", .object([])),
    ])
  }

  private static func expected(
    rmsd: JSONValue = .null, shared: JSONValue = .object([])
  ) -> JSONValue {
    .object([
      .init("rmsd", rmsd), .init("deviation", .null), .init("counted", .integer(0)),
      .init("netcons", .integer(0)), .init("shared", shared), .init("joined", .list([])),
      .init("sections", .object([])),
    ])
  }

  /// Of a reduction that did nothing, with other values of some fields.
  private static func record(_ changed: [String: JSONValue] = [:]) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("cell", .text("Toy[0]")), ("method", .text("lumped")), ("settings", .object([])),
      ("versions", .object([])),
    ]
    for name in ["segments_full", "segments_reduced"] { members.append((name, .integer(2))) }
    for name in ["point_processes_full", "point_processes_reduced"] {
      members.append((name, .integer(0)))
    }
    for name in ["cables", "segment_map", "synapses", "shape"] { members.append((name, .list([]))) }
    members += [
      ("impedances", .null), ("expected", expected()), ("notes", .list([])),
      ("shared_inward", .list([])),
    ]
    let others = changed.filter { change in !members.contains { $0.name == change.key } }
    return .object(
      members.map { .init($0.name, changed[$0.name] ?? $0.value) }
        + others.map { .init($0.key, $0.value) })
  }

  @Test(arguments: ["view", "report"])
  func withoutARecord(command: String) throws {
    try Self.cell(hasRecord: false).text.write(toFile: file, atomically: true, encoding: .utf8)
    let result = try run([command, file])
    #expect(result.code == 1)
    #expect(
      result.errors.contains("did not keep what the reduction did; expected a file of version 2"))
  }
}

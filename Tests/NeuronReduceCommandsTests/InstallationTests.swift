import Foundation
import Testing

@testable import NeuronReduceCommands

@Suite struct InstallationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ path: String) throws -> String {
    let file = folder.file(path)
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    _ = FileManager.default.createFile(
      atPath: file, contents: Data(), attributes: [.posixPermissions: 0o755])
    return file
  }

  @Test func ofAWheel() throws {
    let data = "venv/lib/python3.11/site-packages/neuron/.data"
    let library = try make("\(data)/lib/libnrniv.so")
    _ = try make("\(data)/share/nrn/lib/hoc/stdlib.hoc")
    for path in [
      "venv", "venv/lib/python3.11", "venv/lib/python3.11/site-packages/neuron", data,
      "\(data)/lib/libnrniv.so",
    ] {
      // A folder that begins in the middle is found where it says where site-packages are.
      let found = Installation(at: folder.file(path))
      #expect(found?.library == library, "\(path)")
      #expect(found?.home == folder.file("\(data)/share/nrn"))
    }
  }

  @Test func fromSource() throws {
    let library = try make("nrn/lib/libnrniv.so")
    _ = try make("nrn/share/nrn/lib/hoc/stdlib.hoc")
    let found = Installation(at: folder.file("nrn"))
    #expect(found?.library == library)
    #expect(found?.home == folder.file("nrn/share/nrn"))
    #expect(Installation(at: folder.file("other")) == nil)
  }

  @Test func isLookedForInOrder() throws {
    let library = try make("one/lib/python3.12/site-packages/neuron/.data/lib/libnrniv.so")
    let other = try make("two/lib/libnrniv.so")
    _ = try make("one/bin/python3")
    var search = InstallationSearch(
      environment: ["PATH": folder.file("one/bin")], program: "neuron-reduce")
    #expect(try search.installation(named: nil).library == library)
    search.environment["VIRTUAL_ENV"] = folder.file("two")
    #expect(try search.installation(named: nil).library == other)
    search.environment["NRNHOME"] = folder.file("one")
    #expect(try search.installation(named: nil).library == library)
    #expect(try search.installation(named: folder.file("two")).library == other)
    search.environment["NRNHOME"] = folder.file("nowhere")
    #expect { try search.installation(named: nil) } throws: { "\($0)".hasPrefix("NRNHOME=") }
  }
}

@Suite struct OutputTests {
  @Test func columnsAreAligned() {
    var table = TextTable(("name", .left), ("count", .right))
    table.rows = [["soma", "1"], ["µm²", "1000"]]
    #expect(table.text() == "name  count\nsoma      1\nµm²    1000\n")
    #expect(table.text(isColoured: true).hasPrefix("\u{1b}[1mname  count\u{1b}[0m\n"))
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1.00"), (12.345, "12.3"), (1234.5, "1234"), (0.01234, "0.0123"),
    (-0.5, "-0.500"),
    (1e-7, "1.00e-07"), (1e9, "1.00e+09"), (.nan, "–"), (.infinity, "∞"),
  ])
  func numbersHaveThreeDigits(value: Double, text: String) {
    #expect(value.text() == text)
  }
}

import Foundation
import Testing

@testable import NeuronReduceCommands

/// SWC files, before NEURON reads them.
@Suite struct MorphologyFileTests {
  private func file(_ text: String) throws -> MorphologyFile {
    try MorphologyFile(text: Array(text.utf8), name: "cell.swc")
  }

  @Test func typesAreThoseOfThePoints() throws {
    let found = try file(
      "# a comment\r\n\r\n 1 1 0 0 0 8 -1\r\n2\t3 0 10 0 1 1 more\r\n3 7.0 0 1e1 0 1.5E0 2\r\n")
    #expect(found.types == [1, 3, 7])
  }

  @Test(arguments: [
    ("", "cell.swc has no points; expected lines of seven numbers"),
    ("# nothing\n", "cell.swc has no points"),
    ("\u{FEFF}1 1 0 0 0 8 -1\n", "cell.swc begins with a byte-order mark"),
    ("1 1 0 0 0 8\n", "cell.swc, line 1: '1 1 0 0 0 8'; expected seven numbers"),
    ("1,1,0,0,0,8,-1\n", "cell.swc, line 1: '1,1,0,0,0,8,-1'; expected seven numbers"),
    ("#\n1 1 nan 0 0 8 -1\n", "cell.swc, line 2: '1 1 nan 0 0 8 -1'; expected seven numbers"),
    ("1 1 0 0 0 8 -1\n1 3 0 9 0 1 -1\n", "cell.swc, line 2: the id is 1; expected a whole number"),
    ("-1 1 0 0 0 8 -1\n", "cell.swc, line 1: the id is -1"),
    ("1.5 1 0 0 0 8 -1\n", "cell.swc, line 1: the id is 1.5"),
    ("1 -2 0 0 0 8 -1\n", "cell.swc, line 1: the type is -2"),
    ("1 1 0 0 0 -8 -1\n", "cell.swc, line 1: the radius is -8"),
    ("1 1 0 0 0 8 2\n2 3 0 9 0 1 1\n", "cell.swc, line 1: the parent is 2; expected the id"),
    ("1 1 0 0 0 8 -1\n4 3 0 9 0 1 2\n", "cell.swc, line 2: the parent is 2, which is no point's"),
    ("1 3 0 0 0 1 -1\n2 3 0 9 0 1 1\n", "cell.swc has no soma; expected points of type 1"),
  ])
  func faultsAreToldWithTheirLine(text: String, message: String) {
    #expect { try file(text) } throws: { "\($0)".hasPrefix(message) }
  }
}

@Suite struct WholeFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  }

  @Test func aFileIsReplacedAndKeepsItsMode() throws {
    let path = folder.file("a")
    try WholeFile.write("one", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try WholeFile.write("two", to: path)
    #expect(try WholeFile.read(path) == Array("two".utf8))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o640)
    #expect(names == ["a"])
  }

  /// A device, or a pipe, which another file in its place would break.
  @Test func whatIsNoFileStaysWhatItIs() throws {
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try WholeFile.write("one", to: path)
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &bytes, 8) == 3)
    #expect(names == ["pipe"])
    #expect { try WholeFile.write("one", to: "/dev/full") } throws: {
      "\($0)" == "/dev/full cannot be written: No space left on device"
    }
  }

  @Test func aLinkIsFollowed() throws {
    let (file, link) = (folder.file("file"), folder.file("link"))
    try WholeFile.write("one", to: file)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    try WholeFile.write("two", to: link)
    #expect(try WholeFile.read(file) == Array("two".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
  }

  @Test func whatCannotBeWrittenIsToldBeforehand() {
    #expect { try WholeFile.check(folder.path) } throws: { "\($0)".contains("it is a folder") }
    let path = folder.file("nowhere/a")
    #expect { try WholeFile.check(path) } throws: {
      "\($0)" == "\(path) cannot be written: there is no folder \(folder.file("nowhere"))"
    }
  }
}

@Suite struct CompilerMessagesTests {
  /// The forms in which nrnivmodl, nocmodl, the compiler and make speak.
  @Test func filesAndTheirErrorsAreNamed() {
    let text = CompilerMessages(
      """
      Translating a.mod into /somewhere/x86_64/a.c
      NOTE: an error was not here
      Translating bad.mod into /somewhere/x86_64/bad.c
      syntax error:
       Error: Illegal block at line 8 in file bad.mod
      make: *** [makemod2c_inc:3: bad.cpp] Error 1
      /some where/.key.1/x86_64/worse.cpp:217:9: error: 'nosuch' was not declared in this scope
      make: *** [makemod2c_inc:15: worse.o] Error 1
      """
    ).text
    #expect(text.hasPrefix("nrnivmodl does not compile bad.mod, worse.mod; expected"))
    #expect(text.contains("worse.cpp:217:9: error: 'nosuch'"))
    #expect(!text.contains("make") && !text.contains("NOTE"))
  }

  @Test func withoutAnErrorTheEndIsShown() {
    #expect(CompilerMessages("one\ntwo\n").text.hasSuffix("one\ntwo"))
  }
}

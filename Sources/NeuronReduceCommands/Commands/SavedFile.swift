import ArgumentParser
import CellFile

/// The argument of what needs a saved cell alone.
struct SavedFile: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A cell as 'reduce' has written it.", valueName: "cell.json"),
    completion: .file(extensions: ["json"]))
  var file: String

  /// - Throws: `CommandFailure` with the name of the file.
  func read() throws -> KeptCell { try Self.read(file) }

  /// - Throws: `CommandFailure` with the name of the file.
  static func read(_ path: String) throws -> KeptCell {
    let bytes = try WholeFile.read(path)
    do {
      return try KeptCell(text: bytes)
    } catch {
      throw CommandFailure("\(path): \(error)")
    }
  }

  /// What the reduction did.
  ///
  /// - Throws: `CommandFailure` where the file does not have it.
  func record(of kept: KeptCell) throws -> JSONValue {
    guard case .object = kept.record else {
      throw CommandFailure(
        "\(file) was saved by a version that did not keep what the reduction did; expected a file of version 2"
      )
    }
    return kept.record
  }
}

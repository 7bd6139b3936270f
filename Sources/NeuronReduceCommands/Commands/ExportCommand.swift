import ArgumentParser
import CellFile
import Foundation

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a saved cell as a hoc template; needs no NEURON.",
    discussion: """
      The template needs NEURON and the cell's mechanisms alone; it says at its beginning how it is used. NetPyNE, \
      NeuroML, SWC and Python modules are what Python's neuron_reduce.load(file).export(path) writes.
      """)

  @Argument(
    help: ArgumentHelp("A cell as 'reduce' has written it.", valueName: "cell.json"),
    completion: .file(extensions: ["json"]))
  var file: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write; its name is the template's.", valueName: "cell.hoc"),
    completion: .file(extensions: ["hoc"]))
  var output: String

  func validate() throws {
    guard (output as NSString).pathExtension.lowercased() == "hoc" else {
      throw ValidationError("--output is '\(output)'; expected a name that ends with .hoc.")
    }
  }

  func run() throws {
    let kept = try SavedFile.read(file)
    let name = ((output as NSString).lastPathComponent as NSString).deletingPathExtension
    try WholeFile.write(HocExport(kept, file: name).text(), to: output)
  }
}

/// A kept cell's file.
enum SavedFile {
  /// - Throws: `CommandFailure` with the name of the file.
  static func read(_ path: String) throws -> KeptCell {
    let bytes = try WholeFile.read(path)
    do {
      return try KeptCell(text: bytes)
    } catch {
      throw CommandFailure("\(path): \(error)")
    }
  }
}

import ArgumentParser
import Foundation

struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view",
    abstract: "Shows a saved cell's reduction in a browser; needs no NEURON.",
    discussion: """
      One page, which opens offline: the cell's shape, the reduced tree, which branches share a compartment, and what \
      each is expected to lose. Without --output it is written to a new temporary folder, and opened; where it is is \
      said on the standard output.
      """)

  @OptionGroup var saved: SavedFile

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The page to write.", valueName: "page.html"),
    completion: .file(extensions: ["html"]))
  var output: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Open the page in a browser, or do not; by default where there is no --output.")
  var open: Bool?

  func validate() throws {
    guard let output else { return }
    if ["", "-"].contains(output) {
      throw ValidationError("--output is '\(output)'; expected the name of a file.")
    }
    guard !WholeFile.isSame(output, saved.file) else {
      throw ValidationError("--output is '\(output)', the saved cell; expected another file.")
    }
  }

  func run() throws {
    let page = ReductionPage(record: try saved.record(of: saved.read()))
    let path = try output ?? Self.temporaryFile()
    try WholeFile.write(page.text, to: path)
    if open ?? (output == nil) { Browser.open(path) }
    try Output().write("\(path)\n")
  }

  /// In a new folder, which stays for the browser to read.
  private static func temporaryFile() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "neuron-reduce-view-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure("\(folder.path) cannot be made: \(error.localizedDescription)")
    }
    return folder.appendingPathComponent("view.html").path
  }
}

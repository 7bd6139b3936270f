import ArgumentParser
import CellExport
import CellFile
import Foundation

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a saved cell for those who do not have neuron-reduce; needs no NEURON.",
    discussion: """
      How the output ends says what is written: .hoc a template for NEURON, .py a Python module that needs NEURON \
      alone, .json a cell rule of NetPyNE, .nml NeuroML 2, .swc the tree's shape. Without such an ending --format does; \
      sonata is a folder. What of the cell a format has no place for is left out with a warning, or refused.
      """)

  @OptionGroup var saved: SavedFile

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The file or folder to write; the cell is called as it is.",
      valueName: "path"))
  var output: String

  @Option(help: "What to write, however the output ends.")
  var format: ExportFormat?

  func validate() throws {
    _ = try chosenFormat()
    guard !WholeFile.isSame(output, saved.file) else {
      throw ValidationError("--output is '\(output)', the saved cell; expected another file.")
    }
    if output == "-" {
      throw ValidationError("--output is '-'; expected the name of a file or folder.")
    }
  }

  private func chosenFormat() throws -> ExportFormat {
    if let format { return format }
    let ending = (output as NSString).pathExtension
    guard let format = ExportFormat(ending: ".\(ending)") else {
      let endings = ExportFormat.allCases.compactMap(\.ending)
      throw ValidationError(
        "--output is '\(output)'; expected a name that ends with "
          + "\(endings.dropLast().joined(separator: ", ")) or \(endings.last ?? ""), or a --format."
      )
    }
    return format
  }

  func run() throws {
    let format = try chosenFormat()
    if format.ending == nil { try WholeFolder.checkThatItMayBeMade(output) }
    let name = ((output as NSString).lastPathComponent as NSString).deletingPathExtension
    let export = try CellExport(of: saved.read(), as: format, named: name)
    let progress = Progress(isQuiet: false)
    for each in export.warnings { progress.say("Warning: \(each)") }
    if format.ending == nil {
      try WholeFolder.write(export.files.map { ($0.path, $0.text) }, to: output)
    } else {
      for each in export.files { try WholeFile.write(each.text, to: output) }
    }
  }
}

extension ExportFormat: ExpressibleByArgument {}

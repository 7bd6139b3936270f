import ArgumentParser
import CellFile

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "What the reduction of a saved cell did; needs no NEURON.",
    discussion:
      "The report as a page, with the shape and figures, is that of Python's neuron_reduce.load(file).report(path)."
  )

  @Argument(
    help: ArgumentHelp("A cell as 'reduce' has written it.", valueName: "cell.json"),
    completion: .file(extensions: ["json"]))
  var file: String

  @Flag(help: "For machines: one object of JSON.")
  var json = false

  func run() throws {
    let output = Output()
    let kept = try SavedFile.read(file)
    guard case .object = kept.record else {
      throw CommandFailure(
        "\(file) was saved by a version that did not keep what the reduction did; expected a file of version 2"
      )
    }
    try output.write(
      json
        ? JSONWriter.indented(kept.record) + "\n"
        : ReductionSummary(record: kept.record, others: kept.notes).text(
          isColoured: output.isColoured))
  }
}

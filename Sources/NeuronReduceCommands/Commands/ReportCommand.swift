import ArgumentParser
import CellFile

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "What the reduction of a saved cell did; needs no NEURON.",
    discussion: """
      'view' shows it in a browser, with the cell's shape. The report with figures is that of Python's \
      neuron_reduce.load(file).report(path).
      """)

  @OptionGroup var saved: SavedFile

  @Flag(help: "For machines: one object of JSON.")
  var json = false

  func run() throws {
    let output = Output()
    let kept = try saved.read()
    let record = try saved.record(of: kept)
    try output.write(
      json
        ? JSONWriter.indented(record) + "\n"
        : ReductionSummary(record: record, others: kept.notes).text(
          isColoured: output.isColoured))
  }
}

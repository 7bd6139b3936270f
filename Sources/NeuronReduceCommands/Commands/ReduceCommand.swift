import ArgumentParser
import CellFile
import Foundation
import NEURONSession

struct ReduceCommand: HostingCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduce",
    abstract: "Reduces a model, tells what became of it, and writes the reduced cell.",
    discussion: """
      The file is what Python's neuron_reduce.load reads, and what 'run', 'compare', 'export' and 'report' take in the \
      place of a model. Folded and lumped measure first how the synapses respond to events. Such as:

        neuron-reduce reduce cell.hoc --template Cell --mods mods \\
          --synapses synapses.csv --segments 60 -o cell.json
        neuron-reduce reduce cell.hoc --own-synapses --tolerance 0.2 -o cell.json
        neuron-reduce reduce cell.swc --biophysics biophysics.json \\
          --synapses synapses.csv --sites "apic[36](0.9)" -o cell.json
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Reduction") var options: ReductionOptions
  @OptionGroup(title: "NEURON") var host: HostOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Where the reduced cell is written; - for the standard output.", valueName: "cell.json"),
    completion: .file(extensions: ["json"]), transform: Output.named)
  var output: String?

  @Flag(help: "For machines: one object of JSON.")
  var json = false

  var outputs: [String] { [output].compactMap(\.self) }

  func validate() throws {
    if json, output == "-" {
      throw ValidationError("--json and --output - write to the standard output: one of them can.")
    }
  }

  func run(in session: Session, _ out: Output, _ progress: Progress) throws {
    let job = try ReductionJob(LoadedModel(model, in: session, progress), options, progress)
    let built = try job.built()
    var others: [String] = []
    if let output {
      let kept = try job.kept(built)
      others = kept.notes
      let text = kept.text
      // What cannot be read again is found where it is made.
      do {
        _ = try KeptCell(text: Array(text.utf8))
      } catch {
        throw CommandFailure("the reduced cell cannot be kept: \(error)")
      }
      if output == "-" { return try out.write(text) }
      try WholeFile.write(text, to: output)
      progress.say("Wrote \(output)")
    }
    let record = try job.record(built).json
    try out.write(
      json
        ? JSONWriter.indented(record) + "\n"
        : ReductionSummary(record: record, others: others).text(isColoured: out.isColoured))
  }
}

import ArgumentParser
import CellFile
import CellModel
import NEURONBridge
import NEURONSession
import Reduction

struct InspectCommand: HostingCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract:
      "What a model consists of: sections, segments, mechanisms, ions, synapses, impedances.",
    discussion: """
      Such as:

        neuron-reduce inspect cell.hoc --template Cell --mods mods
        neuron-reduce inspect cell.swc --biophysics biophysics.json --sections
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "NEURON") var host: HostOptions

  @Flag(help: "For machines: one object of JSON.")
  var json = false

  @Flag(help: "A line for each section.")
  var sections = false

  func run(in session: Session, _ output: Output, _ progress: Progress) throws {
    let loaded = try LoadedModel(model, in: session, progress)
    let live = try LiveCell(loaded.references())
    let inspection = Inspection(
      of: live.model, listedSynapses: live.listedCount, version: try session.version())
    try output.write(
      json
        ? JSONWriter.indented(inspection.json) + "\n"
        : inspection.text(withSections: sections, isColoured: output.isColoured))
  }
}

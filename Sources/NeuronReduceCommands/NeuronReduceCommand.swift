import ArgumentParser
import CNEURONHost

/// The command line: hosts NEURON, without Python.
public struct NeuronReduceCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "neuron-reduce",
    abstract: "Reduces detailed neuron models of NEURON, and says how close the reduced ones come.",
    usage: "neuron-reduce <subcommand> <model> [<options>]",
    discussion: """
      A model is a hoc file, an SWC morphology with its biophysics, or a cell that was saved. A first look, a \
      reduction to 60 compartments, and how close it comes under the same events:

        neuron-reduce inspect cell.hoc --template Cell --mods mods
        neuron-reduce reduce  cell.hoc --template Cell --mods mods \\
          --synapses synapses.csv --segments 60 -o cell.json
        neuron-reduce compare cell.hoc --template Cell --mods mods \\
          --synapses synapses.csv --reduced cell.json

      NEURON 9 is found in the active Python environment, by NRNHOME, or by --neuron. What NEURON prints goes to \
      the standard error.

      Exit codes: 0 done; 1 the model, a file or NEURON failed; 64 arguments without a meaning; 69 no NEURON 9; 130 \
      interrupted.
      """,
    version: String(cString: neuron_reduce_version()),
    subcommands: [
      InspectCommand.self, ReduceCommand.self, RunCommand.self, CompareCommand.self,
      ExportCommand.self, ReportCommand.self, ViewCommand.self,
    ])

  public init() {}
}

extension ExitCode {
  /// sysexits' EX_UNAVAILABLE.
  static let noNEURON = ExitCode(69)
}

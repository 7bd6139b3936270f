import ArgumentParser
import CellFile
import Fidelity
import NEURONSession
import ResponseMeasuring

struct CompareCommand: HostingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Runs a model and its reduction under the same events, and says how close they are.",
    discussion: """
      Each runs in a process of its own. The reduction is made here, by the same options as 'reduce' has, or is a file \
      that 'reduce' has written of this model with these synapses and this seed.
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup(title: "Reduction") var reduction: ReductionOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "NEURON") var host: HostOptions

  @Option(
    help: ArgumentHelp(
      "A reduced cell that was saved, in the place of one that is made.", valueName: "cell.json"),
    completion: .file(extensions: ["json"]))
  var reduced: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What comes before is not compared.", valueName: "ms"))
  var tstart = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How far apart two spikes still coincide.", valueName: "ms"))
  var window = 5.0

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Where both potentials are written, as comma-separated values; - for the standard output.",
      valueName: "csv"),
    completion: .file(extensions: ["csv"]))
  var output: String?

  @Flag(help: "For machines: one object of JSON.")
  var json = false

  var outputs: [String] { [output].compactMap(\.self) }

  func validate() throws {
    if json, output == "-" {
      throw ValidationError("--json and --output - write to the standard output: one of them can.")
    }
    if model.kind == .kept {
      throw ValidationError(
        "A saved cell is no full model: name that, and the saved cell by --reduced.")
    }
    guard tstart >= 0, tstart < options.tstop else {
      throw ValidationError("--tstart is a time in ms, from 0 to before --tstop.")
    }
    guard window >= 0, window.isFinite else {
      throw ValidationError("--window is a time in ms, 0 or greater.")
    }
  }

  func run(in session: Session, _ out: Output, _ progress: Progress) throws {
    let full = try recorded { () throws in
      let loaded = try LoadedModel(model, in: session, progress)
      return try loaded.run(
        options, recording: [(section: loaded.soma(), position: 0.5)], progress,
        saying: "Running the full cell")
    }
    let small = try recorded { () throws in
      if let reduced {
        var kept = model
        (kept.model, kept.template, kept.biophysics, kept.synapses) = (reduced, nil, nil, nil)
        let loaded = try LoadedModel(kept, in: session, progress)
        return try loaded.run(
          options, recording: [(section: loaded.soma(), position: 0.5)], progress,
          saying: "Running the reduced cell")
      }
      let loaded = try LoadedModel(model, in: session, progress)
      let built = try ReductionJob(loaded, reduction, progress).built()
      guard let soma = session.neuron.sections(of: built.somatic).first else {
        throw CommandFailure("the reduced cell has no soma")
      }
      return try loaded.run(
        options, recording: [(section: soma, position: 0.5)], progress,
        saying: "Running the reduced cell")
    }
    progress.clear()
    let comparison = try RunComparison(
      full: (VoltageTrace(times: full.times, voltages: full.voltages[0]), full.seconds),
      reduced: (VoltageTrace(times: small.times, voltages: small.voltages[0]), small.seconds),
      threshold: options.threshold, start: tstart, window: window)
    if let output {
      guard full.times == small.times else {
        throw CommandFailure(
          "the two runs have other time steps: their potentials are not written side by side")
      }
      let record = RunRecord(
        times: full.times, voltages: [full.voltages[0], small.voltages[0]], seconds: 0)
      let table = RunTable(record, names: ["full", "reduced"]).text
      if output == "-" { return try out.write(table) }
      try WholeFile.write(table, to: output)
    }
    try out.write(
      json
        ? JSONWriter.indented(comparison.json) + "\n" : comparison.text(isColoured: out.isColoured))
  }

  /// Runs something in a copy of the process, whose session is as this one's is now.
  private func recorded(_ work: () throws -> RunRecord) throws -> RunRecord {
    let numbers: [Double]
    do throws(CopyError) {
      numbers = try ProcessCopy.call(timeout: 1e9) {
        let record = try work()
        return [record.seconds] + record.times + (record.voltages.first ?? [])
      }
    } catch {
      guard case .failed(let reason) = error else {
        throw CommandFailure("a run gave no result: \(error)")
      }
      throw CommandFailure(reason)
    }
    let count = (numbers.count - 1) / 2
    guard count > 0 else { throw CommandFailure("a run gave no result") }
    return RunRecord(
      times: Array(numbers[1...count]), voltages: [Array(numbers[(count + 1)...])],
      seconds: numbers[0])
  }
}

import ArgumentParser
import CellFile
import Fidelity
import NEURONSession

struct RunCommand: HostingCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a model, and writes its potentials and the times of its spikes.",
    discussion: """
      Such as:

        neuron-reduce run cell.json --mods mods --tstop 1000 \\
          -o voltage.csv --spikes spikes.txt
        neuron-reduce run cell.hoc --template Cell --mods mods \\
          --synapses synapses.csv --record "apic[36](0.9)" -o -
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "NEURON") var host: HostOptions

  @Option(
    name: .customLong("record"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A place whose potential is recorded beside the soma's. May be repeated.",
      valueName: "section(x)"), transform: NamedPlace.init)
  var places: [NamedPlace] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Where potentials are written, as comma-separated values; - for the standard output.",
      valueName: "csv"),
    completion: .file(extensions: ["csv"]), transform: Output.named)
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Where the times of spikes are written, in ms, one a line; - for the standard output.",
      valueName: "file"), completion: .file(), transform: Output.named)
  var spikes: String?

  @Flag(help: "For machines: one object of JSON, with the times of the spikes.")
  var json = false

  var outputs: [String] { [output, spikes].compactMap(\.self) }

  func validate() throws {
    guard [json, output == "-", spikes == "-"].count(where: { $0 }) < 2 else {
      throw ValidationError(
        "--json, --output - and --spikes - write to the standard output: one of them can.")
    }
  }

  func run(in session: Session, _ out: Output, _ progress: Progress) throws {
    let loaded = try LoadedModel(model, in: session, progress)
    let soma = try loaded.soma()
    let others = try places.map {
      (section: try $0.find(on: loaded.cell, in: session), position: $0.position)
    }
    let record = try loaded.run(
      options, recording: [(section: soma, position: 0.5)] + others, progress, saying: "Running")
    let times = try VoltageTrace(times: record.times, voltages: record.voltages[0])
      .upwardCrossings(of: options.threshold)
    let names = ["\(session.ownName(of: soma))(0.5)"] + places.map(\.text)
    if let output {
      let text = RunTable(record, names: names).text
      if output == "-" { try out.write(text) } else { try WholeFile.write(text, to: output) }
    }
    if let spikes {
      let text = times.map { JSONWriter.text(of: $0) + "\n" }.joined()
      if spikes == "-" { try out.write(text) } else { try WholeFile.write(text, to: spikes) }
    }
    if json {
      try out.write(
        JSONWriter.indented(
          .object([
            .init("cell", .text(loaded.cell.name)), .init("tstop", JSONValue(options.tstop)),
            .init("dt", JSONValue(options.dt)), .init("threshold", JSONValue(options.threshold)),
            .init("spikes", .list(times.map { JSONValue($0) })),
            .init("seconds", JSONValue(record.seconds)),
          ])) + "\n")
    } else if output != "-", spikes != "-" {
      let rate = 1000 * Double(times.count) / options.tstop
      try out.write(
        "\(loaded.cell.name): \(times.count) spikes in \(options.tstop.general(digits: 6)) ms (\(rate.text()) Hz); ran for "
          + "\(record.seconds.text()) s\n")
    }
  }
}

/// A recording as comma-separated values: the same numbers again when they are read.
struct RunTable {
  private let record: RunRecord
  private let names: [String]

  init(_ record: RunRecord, names: [String]) {
    self.record = record
    self.names = names
  }

  var text: String {
    var text = (["time"] + names).joined(separator: ",") + "\n"
    for (index, time) in record.times.enumerated() {
      text += JSONWriter.text(of: time)
      for voltages in record.voltages { text += ",\(JSONWriter.text(of: voltages[index]))" }
      text += "\n"
    }
    return text
  }
}

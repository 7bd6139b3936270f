import ArgumentParser
import CellFile
import CellModel
import Fidelity
import NEURONBridge
import NEURONSession

struct CompareCommand: HostingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Runs a model and its reduction under the same events, and says how close they are.",
    discussion: """
      Each runs in a process of its own. The reduction is made here, by the same options as 'reduce' has, or is a file \
      that 'reduce' has written of this model with these synapses and this seed; one of others is an error. Such as:

        neuron-reduce compare cell.hoc --template Cell --mods mods \\
          --synapses synapses.csv --segments 60 --tstop 2000 --tstart 200
        neuron-reduce compare cell.hoc --template Cell --mods mods \\
          --synapses synapses.csv --reduced cell.json --record "apic[36](0.9)"
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Reduction") var reduction: ReductionOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "NEURON") var host: HostOptions

  @Option(
    help: ArgumentHelp(
      "A reduced cell that was saved, in the place of one that is made.", valueName: "cell.json"),
    completion: .file(extensions: ["json"]))
  var reduced: String?

  @Option(
    name: .customLong("record"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A place of the full cell whose potential is compared too, with that of where it went. May be repeated.",
      valueName: "section(x)"), transform: NamedPlace.init)
  var places: [NamedPlace] = []

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
    completion: .file(extensions: ["csv"]), transform: Output.named)
  var output: String?

  @Flag(help: "For machines: one object of JSON.")
  var json = false

  var inputs: [String] { model.files + [reduced].compactMap(\.self) }
  var outputs: [String] { [output].compactMap(\.self) }

  func validate() throws {
    if json, output == "-" {
      throw ValidationError("--json and --output - write to the standard output: one of them can.")
    }
    if model.kind == .kept {
      throw ValidationError(
        "A saved cell is no full model: name that, and the saved cell by --reduced.")
    }
    if reduced != nil, let option = reduction.given {
      throw ValidationError(
        "\(option) is for a reduction that is made: --reduced names one that was.")
    }
    guard tstart >= 0, tstart < options.tstop else {
      throw ValidationError("--tstart is a time in ms, from 0 to before --tstop.")
    }
    guard window >= 0, window.isFinite else {
      throw ValidationError("--window is a time in ms, 0 or greater.")
    }
  }

  func run(in session: Session, _ out: Output, _ progress: Progress) throws {
    // What is wrong with it is said before anything is run.
    let file = try reduced.map { (name: $0, content: try SavedFile.read($0)) }
    let kept = try file.map { try KeptPlaces($0.content, places) }
    if model.synapses == nil, !model.ownSynapses {
      progress.say(
        "No synapses are listed: nothing drives the cells but what the model has by itself. "
          + "--synapses or --own-synapses lists some")
    }
    let full = try ComparedRun {
      let loaded = try LoadedModel(model, in: session, progress)
      if let file { try KeptOrigin(file.content, name: file.name).check(loaded, model) }
      let others = try places.map {
        (section: try $0.find(on: loaded.cell, in: session), position: $0.position)
      }
      return (try run(loaded, loaded.soma(), others, progress, "Running the full cell"), .null)
    }
    let small = try ComparedRun {
      try kept.map { try runKept($0, in: session, progress) } ?? runReduced(in: session, progress)
    }
    progress.clear()
    let comparison = try RunComparison(
      full: full.record, reduced: small.record, places: places.map(\.text),
      reduction: small.reduction, threshold: options.threshold, start: tstart, window: window)
    if let output {
      let text = try table(full.record, small.record).text
      if output == "-" { return try out.write(text) }
      try WholeFile.write(text, to: output)
    }
    try out.write(
      json
        ? JSONWriter.indented(comparison.json) + "\n" : comparison.text(isColoured: out.isColoured))
  }

  /// The reduction that is made here.
  private func runReduced(
    in session: Session, _ progress: Progress
  ) throws -> (RunRecord, JSONValue) {
    let loaded = try LoadedModel(model, in: session, progress)
    let places = try places.map {
      (section: try $0.find(on: loaded.cell, in: session), position: $0.position)
    }
    let job = try ReductionJob(loaded, reduction, progress)
    let others = try zip(self.places, places).map { named, place in
      guard let went = job.place(place.section, place.position) else {
        throw CommandFailure(
          "--record is \(named.text), which is not connected to the soma; expected a place of the cell"
        )
      }
      return went
    }
    let built = try job.built()
    guard let soma = session.neuron.sections(of: built.somatic).first else {
      throw CommandFailure("the reduced cell has no soma")
    }
    let record = try run(
      loaded, soma, others.map { (built.sections[$0.section], $0.position) }, progress,
      "Running the reduced cell")
    return (record, try job.record(built).outline)
  }

  /// The reduced cell that was saved.
  private func runKept(
    _ places: KeptPlaces, in session: Session, _ progress: Progress
  ) throws -> (RunRecord, JSONValue) {
    var kept = model
    (kept.model, kept.template, kept.biophysics, kept.synapses) = (reduced ?? "", nil, nil, nil)
    let loaded = try LoadedModel(kept, in: session, progress)
    let sections = loaded.kept?.built.sections ?? []
    let record = try run(
      loaded, loaded.soma(), places.found.map { (sections[$0.section], $0.position) }, progress,
      "Running the reduced cell")
    return (record, places.record)
  }

  private func run(
    _ loaded: LoadedModel, _ soma: SectionReference,
    _ others: [(section: SectionReference, position: Double)], _ progress: Progress,
    _ what: String
  ) throws -> RunRecord {
    try loaded.run(
      options, recording: [(section: soma, position: 0.5)] + others, progress, saying: what)
  }

  /// The potentials of both, side by side.
  private func table(_ full: RunRecord, _ reduced: RunRecord) throws -> RunTable {
    guard full.times == reduced.times else {
      throw CommandFailure(
        "the two runs have other time steps: their potentials are not written side by side")
    }
    let names = [""] + places.map { " \($0.text)" }
    return RunTable(
      RunRecord(
        times: full.times,
        voltages: zip(full.voltages, reduced.voltages).flatMap { [$0, $1] }, seconds: 0),
      names: names.flatMap { ["full\($0)", "reduced\($0)"] })
  }
}

/// Where places of the full cell went in a reduced cell that was saved.
struct KeptPlaces {
  /// The index of a section of the reduced cell, and where on it.
  let found: [(section: Int, position: Double)]
  /// What the reduction did; null where the file does not know.
  let record: JSONValue

  /// - Throws: `CommandFailure` for what is no place of the full cell.
  init(_ kept: KeptCell, _ places: [NamedPlace]) throws {
    record = kept.record
    var went: [String: [KeptCell.MappedSegment]] = [:]
    for segment in kept.segmentMap { went[segment.section, default: []].append(segment) }
    let stayed = Dictionary(
      kept.originalSections.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let list = Array(Set(went.keys).union(stayed.keys)).sorted()
    let names = SectionNames(list)
    found = try places.map { place in
      guard let name = names.first(of: place.section).map({ list[$0] }) else {
        let fault = names.fault(
          of: place.section, on: kept.name, expected: "a section",
          example: "\(names.example)(0.5)")
        throw CommandFailure("--record is \(place.text)\(fault)")
      }
      if let index = stayed[name] { return (index, place.position) }
      let segments = went[name] ?? []
      let segment = segments[
        Section.segmentIndex(at: place.position, segmentCount: segments.count)]
      return (segment.target, segment.targetPosition)
    }
  }
}

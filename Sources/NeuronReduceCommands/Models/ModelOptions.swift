import ArgumentParser
import CNEURONHost
import Foundation
import NEURONSession

/// What is common to commands that host NEURON.
struct HostOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where NEURON 9 is: an installation, or a Python environment that has its wheel.",
      discussion:
        "If not given: NRNHOME, the active environment, nrniv and python3 on PATH, and usual prefixes.",
      valueName: "path"),
    completion: .directory)
  var neuron: String?

  @Option(
    help: ArgumentHelp(
      "A folder of mod files, compiled when they are first met.", valueName: "folder"),
    completion: .directory)
  var mods: String?

  @Flag(name: .shortAndLong, help: "Say nothing of what is going on.")
  var quiet = false

  func host(_ progress: Progress) throws -> Session {
    let installation = try InstallationSearch().installation(named: neuron)
    let mechanisms = try mods.map {
      [try MechanismCompiler(installation: installation, progress: progress).library(ofModsIn: $0)]
    }
    guard FileManager.default.fileExists(atPath: "\(installation.home)/lib/hoc/stdrun.hoc") else {
      throw NoInstallation(incomplete: installation)
    }
    neuron_host_stay(
      strdup(
        "Error: NEURON ended while it started\(mods.map { " with the mechanisms of \($0)" } ?? ""), and said why "
          + "above\n"))
    let session = try Session(
      library: installation.library, home: installation.home, mechanisms: mechanisms ?? [])
    if mechanisms == nil { try Self.checkMechanismsOfFolder() }
    return session
  }

  /// NEURON loads what the folder has of compiled mechanisms, and goes on where it cannot.
  private static func checkMechanismsOfFolder() throws {
    #if arch(x86_64)
      let folders = ["x86_64"]
    #else
      let folders = ["aarch64", "arm64"]
    #endif
    let paths = folders.flatMap { ["\($0)/libnrnmech.so", "\($0)/.libs/libnrnmech.so"] }
    guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      return
    }
    let reason = UnsafeMutablePointer<CChar>.allocate(capacity: 1024)
    reason.initialize(repeating: 0, count: 1024)
    defer { reason.deallocate() }
    guard neuron_host_open("./\(path)", reason, 1024) else {
      throw CommandFailure(
        "\(path), the mechanisms of this folder, cannot be loaded: \(String(cString: reason)); expected them "
          + "compiled for this NEURON, which --mods does with the folder of their mod files")
    }
  }
}

/// A model and its synapses.
struct ModelOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A hoc file, an SWC morphology, or a cell that was saved.",
      discussion: """
        cell.hoc with --template, or one that makes its sections itself; cell.swc with --biophysics; cell.json as \
        'neuron-reduce reduce' or Python's Reduction.save writes it.
        """, valueName: "model"),
    completion: .file(extensions: ["hoc", "swc", "json"]))
  var model: String

  @Option(
    help: ArgumentHelp("The template in the hoc file that makes the cell.", valueName: "name"))
  var template: String?

  @Option(
    name: .customLong("argument"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "An argument of the template: a number, or else a text. May be repeated.", valueName: "value")
  )
  var arguments: [String] = []

  @Option(
    name: .customLong("soma"),
    help: ArgumentHelp(
      "What the soma is: a section or an array by its name. May be repeated.",
      discussion: "If not given: SectionList somatic of a template, or what is named soma.",
      valueName: "name"))
  var somaNames: [String] = []

  @Option(
    name: .customLong("apical"),
    help: ArgumentHelp(
      "What the apical dendrites are, as --soma; apical or apic if not given. May be repeated.",
      valueName: "name"))
  var apicalNames: [String] = []

  @Option(
    name: .customLong("axon"),
    help: ArgumentHelp(
      "What the axon is, as --soma; axonal or axon if not given. May be repeated.",
      valueName: "name"))
  var axonNames: [String] = []

  var sectionNames: NamedSections {
    NamedSections(soma: somaNames, apical: apicalNames, axon: axonNames)
  }

  @Option(
    name: .customLong("load"),
    help: ArgumentHelp(
      "A hoc file to load before the model. May be repeated.", valueName: "file"),
    completion: .file(extensions: ["hoc"]))
  var loads: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the sections of an SWC morphology have, as JSON; docs/command-line.md has the form.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var biophysics: String?

  @Option(
    help: ArgumentHelp(
      "A table of synapses: section,x,mechanism,parameters,weight,delay,rate,start,noise.",
      valueName: "csv"),
    completion: .file(extensions: ["csv"]))
  var synapses: String?

  @Flag(help: "Take the synapses that the hoc file itself makes: all with a NetCon.")
  var ownSynapses = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Which events come: of the synapses' random trains.", valueName: "number"))
  var seed = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The temperature in °C; the model's if not given.", valueName: "°C"))
  var celsius: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The initial potential in mV; the model's if not given.", valueName: "mV"))
  var vInit: Double?

  func validate() throws {
    switch kind {
    case .hoc:
      if biophysics != nil { throw ValidationError("--biophysics is for an SWC morphology.") }
      if ownSynapses, synapses != nil {
        throw ValidationError("--own-synapses and --synapses exclude each other.")
      }
      if template == nil, !arguments.isEmpty {
        throw ValidationError("--argument is for a --template, which says what takes it.")
      }
    case .morphology:
      if biophysics == nil {
        throw ValidationError(
          "An SWC morphology needs --biophysics, which says what its sections have.")
      }
      if template != nil || ownSynapses {
        throw ValidationError("--template and --own-synapses are for a hoc file.")
      }
    case .kept:
      if template != nil || biophysics != nil || synapses != nil || ownSynapses {
        throw ValidationError(
          "A saved cell has all of its own: --template, --biophysics and --synapses are for other models."
        )
      }
    case nil:
      throw ValidationError(
        "'\(model)' ends with none of .hoc, .swc and .json, which say what it is (.oc, .tem and .nrn are hoc too)."
      )
    }
    if kind != .hoc, sectionNames != NamedSections() {
      throw ValidationError("--soma, --apical and --axon are for a hoc file.")
    }
    if let celsius, !(celsius >= -273.15 && celsius <= 1000) {
      throw ValidationError("--celsius is a temperature in °C, from -273.15 to 1000.")
    }
    if let vInit, !vInit.isFinite { throw ValidationError("--v-init is a potential in mV.") }
    if !(0...Int(UInt32.max)).contains(seed) {
      throw ValidationError("--seed is a whole number, 0 to 4294967295.")
    }
  }

  enum Kind { case hoc, morphology, kept }

  var kind: Kind? {
    switch (model as NSString).pathExtension.lowercased() {
    // Published models have all of these, and templates in files without an ending.
    case "hoc", "oc", "tem", "nrn", "ses", "": .hoc
    case "swc": .morphology
    case "json": .kept
    default: nil
    }
  }

  /// That its files are there.
  ///
  /// - Throws: `CommandFailure`.
  /// All that it is read from.
  var files: [String] { [model] + loads + [biophysics, synapses].compactMap(\.self) }

  func checkThatItIsThere() throws {
    for file in [model] + loads.filter({ $0.contains("/") }) {
      var isFolder: ObjCBool = false
      guard
        FileManager.default.fileExists(atPath: WholeFile.path(file), isDirectory: &isFolder),
        !isFolder.boolValue
      else {
        throw CommandFailure(
          "\(file) is \(isFolder.boolValue ? "a folder" : "not there"); expected the file of a model"
        )
      }
    }
  }
}

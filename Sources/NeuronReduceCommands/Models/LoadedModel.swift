import CellFile
import Foundation
import NEURONBridge
import NEURONSession

/// A model that is in the session.
struct LoadedModel {
  let session: Session
  let cell: SessionCell
  let synapses, netCons: [ObjectReference]
  /// In Hz, as a table states them; nil where there is no table.
  let rates: [Double?]?
  /// The cell of a file, where it is one.
  let kept: (content: KeptCell, built: BuiltCell)?
  /// What else is to live as long.
  private let others: [ObjectReference]

  init(_ options: ModelOptions, in session: Session, _ progress: Progress) throws {
    self.session = session
    try session.load("stdrun.hoc")
    let load = { (file: String) in
      progress.isBusy("Loading \(file)")
      let missing = try session.load(Self.path(file))
      progress.clear()
      for other in missing {
        progress.warn("\(file) loads \(other), which is not there: what it has is missing")
      }
    }
    for file in options.loads { try load(file) }
    var kept: (KeptCell, BuiltCell)?
    switch options.kind {
    case .hoc:
      if options.template != nil { try session.load("import3d.hoc") }
      try load(options.model)
      cell = try Self.cell(options, in: session)
    case .morphology:
      let path = options.biophysics ?? ""
      let biophysics = try Self.naming(path) { try Biophysics(text: WholeFile.read(path)) }
      let morphology = try MorphologyFile(
        text: WholeFile.read(options.model), name: options.model)
      cell = try session.cell(ofMorphology: Self.path(options.model), types: morphology.types)
      try biophysics.apply(to: cell, in: session)
    default:
      let content = try SavedFile.read(options.model)
      let builder = KeptCellBuilder(session, content)
      let built = try Self.naming(options.model) { try builder.build(setsGlobals: true) }
      cell = try builder.cell(of: built)
      kept = (content, built)
    }
    self.kept = kept.map { (content: $0.0, built: $0.1) }
    if let celsius = options.celsius { try session.set("celsius", to: celsius) }
    if let potential = options.vInit { try session.set("v_init", to: potential) }
    if let path = options.synapses {
      let table = try SynapseTable(
        text: String(decoding: WholeFile.read(path), as: UTF8.self), name: path)
      let placed = try table.place(on: cell, in: session, seed: options.seed, name: path)
      (synapses, netCons) = (placed.synapses, placed.netCons)
      (rates, others) = (placed.rates, placed.stimulators)
    } else if let (content, built) = kept {
      synapses = content.originalSynapses.map { built.processes[$0] }
      netCons = content.originalConnections.map { built.netCons[$0] }
      (rates, others) = (nil, [])
    } else if options.ownSynapses {
      (synapses, netCons) = try session.connections(onto: cell)
      guard !synapses.isEmpty else {
        throw CommandFailure(
          "\(cell.name) has no synapse with a NetCon; expected some for --own-synapses")
      }
      (rates, others) = (nil, [])
    } else {
      (synapses, netCons, rates, others) = ([], [], nil, [])
    }
  }

  /// What hoc is given: the file of the folder that the command was started in, wherever a model has gone since. A
  /// name that is none there is left to hoc, which looks for it in its library too.
  private static func path(_ file: String) -> String {
    let path = WholeFile.path(file)
    return WholeFile.hasMoved && FileManager.default.fileExists(atPath: path) ? path : file
  }

  private static func cell(_ options: ModelOptions, in session: Session) throws -> SessionCell {
    let known = templates(in: [options.model] + options.loads)
    guard let template = options.template else {
      do {
        return try session.cellOfTopLevel(options.sectionNames)
      } catch let error as NoCell where !known.isEmpty && options.somaNames.isEmpty {
        throw CommandFailure(
          "\(error). The templates are \(known.joined(separator: ", ")): --template names one of which a cell is made"
        )
      }
    }
    guard session.isTemplate(template) else {
      throw CommandFailure(
        "--template is \(template), which the files that were loaded do not define; expected "
          + (known.isEmpty
            ? "'begintemplate \(template)' in one of them"
            : "one of \(known.joined(separator: ", "))"))
    }
    return try session.cell(
      ofTemplate: template,
      options.arguments.map { text in Double(plain: text).map { .number($0) } ?? .text(text) },
      options.sectionNames)
  }

  /// Those that files define, for messages.
  private static func templates(in files: [String]) -> [String] {
    var names: [String] = []
    for file in files {
      let text = (try? WholeFile.read(file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      for match in text.matches(of: /(?m)^[ \t]*begintemplate[ \t]+(\w+)/) {
        let name = String(match.1)
        if !names.contains(name) { names.append(name) }
      }
    }
    return names
  }

  /// Errors with the name of the file that they are of.
  private static func naming<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure("\(file): \(error)")
    }
  }

  /// What the bridge is told of the cell.
  func references(whole: Bool = false) -> LiveCellReferences {
    LiveCellReferences(
      name: cell.name, soma: cell.somatic, apical: cell.apical, axonal: cell.axonal,
      synapses: synapses, connections: whole ? [] : netCons, isWhole: whole,
      isApicalGiven: cell.isApicalGiven, isAxonGiven: cell.isAxonGiven)
  }
}

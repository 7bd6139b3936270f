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

  init(_ options: ModelOptions, in session: Session) throws {
    self.session = session
    try options.checkThatItIsThere()
    try session.load("stdrun.hoc")
    for file in options.loads { try session.load(file) }
    var kept: (KeptCell, BuiltCell)?
    switch options.kind {
    case .hoc:
      if options.template != nil { try session.load("import3d.hoc") }
      try session.load(options.model)
      try Self.checkTemplate(options, in: session)
      cell =
        if let template = options.template {
          try session.cell(
            ofTemplate: template,
            options.arguments.map { text in
              Double(plain: text).map { .number($0) } ?? .text(text)
            })
        } else {
          try session.cellOfTopLevel()
        }
    case .morphology:
      let path = options.biophysics ?? ""
      let biophysics = try Self.naming(path) { try Biophysics(text: WholeFile.read(path)) }
      cell = try session.cell(ofMorphology: options.model)
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

  /// That the file has the template that is named, or needs none.
  ///
  /// - Throws: `CommandFailure`, with those that it has.
  private static func checkTemplate(_ options: ModelOptions, in session: Session) throws {
    let isMissing =
      options.template.map { session.neuron.api.symbol($0) == nil }
      ?? session.neuron.allSections().isEmpty
    guard isMissing else { return }
    let text = String(decoding: try WholeFile.read(options.model), as: UTF8.self)
    let known = text.matches(of: /(?m)^\s*begintemplate\s+(\w+)/).map { String($0.1) }
    let expected =
      switch known.count {
      case 0: "a template in it, or in what --load loads, that makes the cell"
      case 1: "--template \(known[0])"
      default: "--template with one of \(known.joined(separator: ", "))"
      }
    guard let template = options.template else {
      throw CommandFailure("\(options.model) makes no section by itself; expected \(expected)")
    }
    throw CommandFailure(
      "--template is \(template), which \(options.model) does not define; expected \(expected)")
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

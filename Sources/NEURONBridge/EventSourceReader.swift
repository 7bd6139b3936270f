import CNEURON
import CellModel

/// Reads where the events of NetCons come from.
struct EventSourceReader {
  private let neuron: NEURON
  private let sectionIndices: [SectionReference: Int]
  /// Once a NetCon was met.
  private var methods: (location: SymbolReference, process: SymbolReference, cell: SymbolReference)?
  /// By NEURON's own copy of a class's name: whether it is a NetStim.
  private var isTrain: [UnsafePointer<CChar>: Bool] = [:]

  /// The sources that were met, numbered.
  private var identities: [Identity: Int] = [:]

  /// What is one source: an object, a voltage, or another process's cell.
  private enum Identity: Hashable {
    case object(ObjectReference)
    case voltage(SectionReference, Double)
    case cell(Double)
  }

  private let interval = HocString("interval")
  private let number = HocString("number")
  private let start = HocString("start")
  private let noise = HocString("noise")

  /// - Parameter sections: the cell's.
  init(_ neuron: NEURON, sections: [SectionReference]) {
    self.neuron = neuron
    sectionIndices = sections.firstIndices()
  }

  /// - Returns: the source, and a number that all NetCons of this source get; nil where it is not known which
  ///   it is.
  mutating func source(
    of netCon: ObjectReference
  ) throws(BridgeError) -> (source: EventSource, identity: Int?) {
    let methods =
      if let known = self.methods { known } else {
        (
          location: try neuron.method("preloc", of: netCon),
          process: try neuron.method("pre", of: netCon),
          cell: try neuron.method("srcgid", of: netCon)
        )
      }
    self.methods = methods
    guard case .object(let source?) = try neuron.call(methods.process, of: netCon) else {
      if let crossing = try crossing(of: netCon, methods.location) { return crossing }
      let cell = try neuron.call(methods.cell, of: netCon).number
      return (.none, cell >= 0 ? number(of: .cell(cell)) : nil)
    }
    defer { neuron.api.object_unref(source) }
    let className = neuron.api.class_name(source)
    let isTrain = self.isTrain[className] ?? (String(cString: className) == "NetStim")
    self.isTrain[className] = isTrain
    let identity = self.number(of: .object(source))
    guard isTrain else { return (.process(kind: String(cString: className)), identity) }
    return (
      .train(
        interval: neuron.api.property(source, interval.cString),
        number: neuron.api.property(source, number.cString),
        start: neuron.api.property(source, start.cString),
        noise: neuron.api.property(source, noise.cString)), identity
    )
  }

  private mutating func number(of identity: Identity) -> Int {
    if let known = identities[identity] { return known }
    identities[identity] = identities.count
    return identities.count - 1
  }

  /// A voltage, or another variable of a section, as a source; nil where there is none.
  private mutating func crossing(
    of netCon: ObjectReference, _ location: SymbolReference
  ) throws(BridgeError) -> (source: EventSource, identity: Int?)? {
    // NEURON says −1 for no section, and −2 for a variable of one that is not its voltage.
    let position = try neuron.call(location, of: netCon).number
    guard position != -1 else { return nil }
    defer { neuron.api.section_pop() }
    let section = neuron.api.accessed_section()
    guard position >= 0 else {
      // Which variable is not told.
      return (.crossing(section: sectionIndices[section], position: nil), nil)
    }
    return (
      .crossing(section: sectionIndices[section], position: position),
      number(of: .voltage(section, position))
    )
  }
}

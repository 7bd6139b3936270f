import CNEURON
import CellModel

/// Reads where the events of NetCons come from.
struct EventSourceReader {
  private let neuron: NEURON
  private let sectionIndices: [SectionReference: Int]
  /// Once a NetCon was met.
  private var methods: (location: SymbolReference, process: SymbolReference)?
  /// By NEURON's own copy of a class's name: whether it is a NetStim.
  private var isTrain: [UnsafePointer<CChar>: Bool] = [:]

  private let interval = HocString("interval")
  private let number = HocString("number")
  private let start = HocString("start")
  private let noise = HocString("noise")

  /// - Parameter sections: the cell's.
  init(_ neuron: NEURON, sections: [SectionReference]) {
    self.neuron = neuron
    sectionIndices = sections.firstIndices()
  }

  mutating func source(of netCon: ObjectReference) throws(BridgeError) -> EventSource {
    let methods =
      if let known = self.methods { known } else {
        (
          location: try neuron.method("preloc", of: netCon),
          process: try neuron.method("pre", of: netCon)
        )
      }
    self.methods = methods
    guard case .object(let source?) = try neuron.call(methods.process, of: netCon) else {
      return try crossing(of: netCon, methods.location) ?? .none
    }
    defer { neuron.api.object_unref(source) }
    let className = neuron.api.class_name(source)
    let isTrain = self.isTrain[className] ?? (String(cString: className) == "NetStim")
    self.isTrain[className] = isTrain
    guard isTrain else { return .process(kind: String(cString: className)) }
    return .train(
      interval: neuron.api.property(source, interval.cString),
      number: neuron.api.property(source, number.cString),
      start: neuron.api.property(source, start.cString),
      noise: neuron.api.property(source, noise.cString))
  }

  /// A voltage, or another variable of a section, as a source; nil where there is none.
  private func crossing(
    of netCon: ObjectReference, _ location: SymbolReference
  ) throws(BridgeError) -> EventSource? {
    // NEURON says −1 for no section, and −2 for a variable of one that is not its voltage.
    let position = try neuron.call(location, of: netCon).number
    guard position != -1 else { return nil }
    defer { neuron.api.section_pop() }
    return .crossing(
      section: sectionIndices[neuron.api.accessed_section()],
      position: position >= 0 ? position : nil)
  }
}

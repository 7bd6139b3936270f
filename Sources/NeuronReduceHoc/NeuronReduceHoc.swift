// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNEURON
import CNeuronReduceHoc
import NEURONBridge
import NEURONSession

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is wrong with what hoc gave, and what was expected.
struct HocError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What `neuron_reduce` returns.
enum ReducedCellTemplate {
  static let name = "NeuronReducedCell"

  /// - Throws: `BridgeError`.
  static func define(in neuron: NEURON) throws {
    if neuron.api.symbol(name) == nil { try neuron.execute(text, doing: "defining \(name)") }
    guard let symbol = neuron.api.symbol(name), neuron.api.symbol_table(symbol) != nil else {
      throw HocError("'\(name)' is something else in this session; expected the name to be free")
    }
  }

  private static let text = """
    begintemplate \(name)
    public soma, apical, basal, axonal, all, synapses, netcons, notes, set
    objref soma, apical, basal, axonal, all, synapses, netcons
    strdef notes
    proc init() {
      soma = new SectionList()
      apical = new SectionList()
      basal = new SectionList()
      axonal = new SectionList()
      all = new SectionList()
      notes = ""
    }
    proc set() {
      synapses = $o1
      netcons = $o2
      notes = $s3
    }
    endtemplate \(name)
    """
}

@c(neuron_reduce_hoc_reduce) @implementation
public func neuron_reduce_hoc_reduce(
  _ request: UnsafePointer<neuron_reduce_hoc_request>
) -> UnsafeMutablePointer<CChar>? {
  reporting { try HocReduction(request.pointee, in: $0).reduce() }
}

@c(neuron_reduce_hoc_load) @implementation
public func neuron_reduce_hoc_load(
  _ file: UnsafePointer<CChar>, _ setsGlobals: Bool
) -> UnsafeMutablePointer<CChar>? {
  reporting { session in
    KeptInstances.releaseOrphans(in: session.neuron)
    try HocLoading(String(cString: file), in: session).load(setsGlobals: setsGlobals)
  }
}

@c(neuron_reduce_hoc_define) @implementation
public func neuron_reduce_hoc_define() -> UnsafeMutablePointer<CChar>? {
  reporting { try ReducedCellTemplate.define(in: $0.neuron) }
}

/// Errors as text, to be given to free().
private func reporting(_ body: (Session) throws -> Void) -> UnsafeMutablePointer<CChar>? {
  do {
    try body(Session(NEURON()))
    return nil
  } catch {
    return strdup("\(error)")
  }
}

import CNEURON

/// The hoc template that a reduced cell is an instance of.
package struct ReducedTemplate {
  /// The template's name.
  package let name: String

  package init(name: String) { self.name = name }

  static let sectionLists = ["all", "somatic", "apical", "basal", "axonal"]

  /// Makes sure that the session has the template.
  ///
  /// - Parameters:
  ///   - isBuiltIn: whether the session may be given the template that is built in, where it has none of
  ///     this name.
  ///   - neuron: the session.
  /// - Throws: `BridgeError.template`.
  package func prepare(isBuiltIn: Bool, in neuron: NEURON) throws(BridgeError) {
    if isBuiltIn, neuron.api.symbol(name) == nil {
      try neuron.execute(builtIn, doing: "defining \(name)")
    }
    guard let symbol = neuron.api.symbol(name) else {
      throw .template(name: name, problem: "it is not defined")
    }
    guard isTemplate(symbol, in: neuron) else {
      throw .template(name: name, problem: "'\(name)' is something else in this session")
    }
    // A template whose file had an error in it has no members; an object of it would end the process.
    guard neuron.api.symbol_table(symbol) != nil else {
      throw .template(name: name, problem: "its definition ended in an error")
    }
  }

  /// What went wrong in NEURON, as a fault of this template; other errors as they are.
  func problem(_ error: BridgeError) -> BridgeError {
    guard case .neuron(_, let message) = error else { return error }
    return .template(name: name, problem: message)
  }

  private func isTemplate(_ symbol: SymbolReference, in neuron: NEURON) -> Bool {
    guard let known = neuron.api.symbol("Vector") else { return false }
    return neuron.api.symbol_type(symbol) == neuron.api.symbol_type(known)
  }

  /// A template with nothing in it but what a reduced cell consists of.
  private var builtIn: String {
    """
    begintemplate \(name)
    public init, soma, dend, apic, axon, all, somatic, apical, basal, axonal
    create soma[1], dend[1], apic[1], axon[1]
    objref all, somatic, apical, basal, axonal
    proc init() {
      forall delete_section()
      all = new SectionList()
      somatic = new SectionList()
      apical = new SectionList()
      basal = new SectionList()
      axonal = new SectionList()
    }
    endtemplate \(name)
    """
  }
}

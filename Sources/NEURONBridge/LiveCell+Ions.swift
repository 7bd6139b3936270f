import CellModel

extension LiveCell {
  /// Numbers of the session by their hoc names; what it does not know is left out.
  package func numbers(named names: Set<String>) -> [String: Double] {
    var found: [String: Double] = [:]
    for name in names { found[name] = neuron.number(named: name) }
    return found
  }

  /// An ion of the cell, as the session has it.
  package struct Ion {
    /// Its name without `_ion`.
    package let name: String
    /// Its charge.
    package let valence: Double
    /// The concentrations that it begins with, in mM.
    package let inside, outside: Double
    /// By section: `ion_style`; nil where the ion is not.
    package let styles: [Int?]
  }

  /// The ions of the cell: what of them no value of a segment says.
  ///
  /// - Throws: `BridgeError` where NEURON does not say.
  package func ions() throws(BridgeError) -> [Ion] {
    let charge = try neuron.symbol("ion_charge")
    let style = try neuron.symbol("ion_style")
    var ions: [Ion] = []
    for (index, kind) in model.mechanisms.enumerated() where kind.isIon {
      let text = HocString(kind.name)
      let name = kind.ionName
      var styles: [Int?] = []
      for (section, reference) in zip(model.sections, sections) {
        guard section.insertions.contains(where: { $0.mechanism == index }) else {
          styles.append(nil)
          continue
        }
        neuron.api.section_push(reference)
        defer { neuron.api.section_pop() }
        styles.append(Int(try neuron.call(style, .string(text)).number))
      }
      ions.append(
        Ion(
          name: name, valence: try neuron.call(charge, .string(text)).number,
          inside: neuron.number(named: "\(name)i0_\(kind.name)") ?? .nan,
          outside: neuron.number(named: "\(name)o0_\(kind.name)") ?? .nan,
          styles: styles))
    }
    return ions
  }
}

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
    /// By section: `ion_style` of each segment, of the first alone where NEURON does not tell the others; nil
    /// where the ion is not.
    package let styles: [[Int]?]
  }

  /// The ions of the cell: what of them no value of a segment says.
  ///
  /// - Throws: `BridgeError` where NEURON does not say.
  package func ions() throws(BridgeError) -> [Ion] {
    let charge = try neuron.symbol("ion_charge")
    let style = try neuron.symbol("ion_style")
    let internals = Internals(neuron)
    var ions: [Ion] = []
    for (index, kind) in model.mechanisms.enumerated() where kind.isIon {
      let text = HocString(kind.name)
      let name = kind.ionName
      var styles: [[Int]?] = []
      for (section, reference) in zip(model.sections, sections) {
        guard section.insertions.contains(where: { $0.mechanism == index }) else {
          styles.append(nil)
          continue
        }
        neuron.api.section_push(reference)
        defer { neuron.api.section_pop() }
        let first = Int(try neuron.call(style, .string(text)).number)
        let all = internals.flatMap {
          Self.styles(of: kind.name, in: reference, section.segments.count, $0)
        }
        // A section's first segment has what NEURON answers for the section.
        styles.append(all?.first == first ? all : [first])
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

  /// The styles that an ion's properties have in a section's segments; nil where they cannot be read.
  private static func styles(
    of ion: String, in section: SectionReference, _ count: Int, _ internals: Internals
  ) -> [Int]? {
    guard LayoutTest.result(internals).pointers else { return nil }
    let type = internals.functions.mechanism_type(ion)
    var styles: [Int] = []
    for segment in 0..<count {
      // By position: NEURON numbers the nodes of a section that is attached by its end 1 from there.
      let center = Section.center(ofSegment: segment, segmentCount: count)
      guard let node = internals.functions.node(section, center),
        let property = internals.functions.property_of_node(type, node),
        let datum = internals.functions.datums(property).pointee
      else { return nil }
      styles.append(Int(UInt(bitPattern: datum.pointee.storage) & 0xffff_ffff))
    }
    return styles
  }
}

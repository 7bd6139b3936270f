import CNEURON
import CellModel

/// Reads sections: shape, discretisation, and the parameters of their mechanisms.
struct SectionReader {
  /// The kinds of mechanism met so far; the sections' insertions are indices into these.
  private(set) var kinds: [MechanismKind] = []

  private let neuron: NEURON
  private let catalog: MechanismCatalog
  private let candidates: [(name: HocString, text: String)]
  private var readers: [String: Reader] = [:]

  private struct Reader {
    /// Index into `kinds`.
    let mechanism: Int
    let parameters: MechanismParameters
  }

  private let isInserted, area, axialResistance, capacitance, diameter: SymbolReference

  init(_ neuron: NEURON, _ catalog: MechanismCatalog) throws(BridgeError) {
    self.neuron = neuron
    self.catalog = catalog
    candidates = catalog.densityNames.map { (HocString($0), $0) }
    isInserted = try neuron.symbol("ismembrane")
    area = try neuron.symbol("area")
    axialResistance = try neuron.symbol("ri")
    capacitance = try neuron.symbol("cm")
    diameter = try neuron.symbol("diam")
  }

  /// Gives back what the reader holds in the session.
  func close() {
    for reader in readers.values { reader.parameters.close() }
  }

  mutating func read(_ node: CellTopology.Node) throws(BridgeError) -> Section {
    let section = node.section
    let name = neuron.name(of: section)
    let rallBranch = neuron.api.section_rallbranch(section)
    guard rallBranch == 1 else { throw .rallBranch(section: name, value: rallBranch) }

    neuron.api.section_push(section)
    defer { neuron.api.section_pop() }
    let count = Int(neuron.api.segment_count(section))
    let centers = (0..<count).map { Section.center(ofSegment: $0, segmentCount: count) }
    try checkDiameters(of: section, name, at: centers)
    var segments: [Section.Segment] = []
    for center in centers {
      // Asking for the area first lets NEURON bring the section's geometry up to date, and report
      // what is wrong with it, before the diameter is read by the unprotected call.
      let area = try neuron.call(area, .number(center)).number
      segments.append(
        Section.Segment(
          diameter: neuron.api.segment_diameter(section, center), area: area,
          axialResistance: try neuron.call(axialResistance, .number(center)).number,
          capacitance: neuron.api.range_variable(capacitance, section, center)))
    }
    let distalEnd = 1 - (node.attachment?.ownEnd ?? 0)
    return Section(
      name: name, role: node.role, attachment: node.attachment,
      length: neuron.api.section_length(section),
      axialResistivity: neuron.api.section_axial_resistivity(section), segments: segments,
      endResistance: try neuron.call(axialResistance, .number(distalEnd)).number,
      insertions: try insertions(in: section, at: centers))
  }

  /// Refuses diameters that NEURON would overwrite, before anything makes it look at them: read as a
  /// range variable, a diameter is what was set last.
  private func checkDiameters(
    of section: SectionReference, _ name: String, at centers: [Double]
  ) throws(BridgeError) {
    for center in centers {
      let diameter = neuron.api.range_variable(diameter, section, center)
      guard diameter > 0, diameter.isFinite else {
        throw .diameter(section: name, value: diameter)
      }
    }
  }

  private mutating func insertions(
    in section: SectionReference, at centers: [Double]
  ) throws(BridgeError) -> [Section.Insertion] {
    var insertions: [Section.Insertion] = []
    for (name, text) in candidates
    where try neuron.call(isInserted, .string(name)).number != 0 {
      let reader = try reader(for: text)
      var values: [[Double]] = []
      for center in centers {
        values.append(try reader.parameters.values(in: section, at: center))
      }
      insertions.append(Section.Insertion(mechanism: reader.mechanism, values: values))
    }
    return insertions
  }

  private mutating func reader(for name: String) throws(BridgeError) -> Reader {
    if let reader = readers[name] { return reader }
    let kind = try catalog.kind(named: name)
    let reader = Reader(
      mechanism: kinds.count, parameters: try MechanismParameters(neuron, of: kind))
    kinds.append(kind)
    readers[name] = reader
    return reader
  }
}

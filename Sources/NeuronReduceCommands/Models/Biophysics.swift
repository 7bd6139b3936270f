import CellFile
import Foundation
import NEURONBridge
import NEURONSession

/// What the sections of a morphology have: JSON, by region.
struct Biophysics: Equatable {
  struct Region: Equatable {
    var axialResistivity: Double?
    var capacitance: Double?
    /// By mechanism, its parameters.
    var mechanisms: [Named<[Named<Double>]>] = []
    /// Reversal potentials of ions in mV, such as of na.
    var reversals: [Named<Double>] = []
  }

  static let regionNames = ["all", "soma", "axon", "basal", "apical"]

  var temperature: Double?
  var initialPotential: Double?
  /// No segment is longer, in µm.
  var longestSegment = 40.0
  var regions: [Named<Region>] = []

  init(text: [UInt8]) throws {
    let file = FileValue(try JSONParser.value(of: text))
    let known = ["celsius", "v_init", "segment_length", "regions"]
    guard case .object(let members) = file.content else {
      throw file.wrong("an object with \(known.joined(separator: ", "))")
    }
    for member in members where !known.contains(member.name) {
      throw FileValue(member.value, path: member.name).wrong(
        "no such name: \(known.joined(separator: ", ")) alone")
    }
    temperature = try file.optional("celsius")?.finite()
    initialPotential = try file.optional("v_init")?.finite()
    longestSegment =
      try file.optional("segment_length")?.finite("a length in µm, greater than 0") { $0 > 0 } ?? 40
    guard let regions = file.optional("regions") else {
      throw FileValue(.null, path: "regions").wrong("an object with a region at least")
    }
    let given = try regions.named()
    for (name, value) in given where !Self.regionNames.contains(name) {
      throw value.wrong("a region: one of \(Self.regionNames.joined(separator: ", "))")
    }
    // What all have comes first, and others overrule it.
    for name in Self.regionNames {
      guard let value = given.first(where: { $0.name == name })?.value else { continue }
      self.regions.append(Named(name, try Self.region(value)))
    }
  }

  private static func region(_ value: FileValue) throws -> Region {
    var region = Region()
    for (name, each) in try value.named() {
      switch name {
      case "Ra":
        region.axialResistivity = try each.finite("a resistivity in ohm cm, greater than 0") {
          $0 > 0
        }
      case "cm":
        region.capacitance = try each.finite("a capacitance in µF/cm², greater than 0") { $0 > 0 }
      case "mechanisms":
        region.mechanisms = try each.named().map { mechanism in
          Named(
            mechanism.name,
            try mechanism.value.named().map { Named($0.name, try $0.value.finite()) })
        }
      case "reversals":
        region.reversals = try each.named().map { Named($0.name, try $0.value.finite()) }
      default: throw each.wrong("no such name: Ra, cm, mechanisms, reversals alone")
      }
    }
    return region
  }

  /// Gives the sections of a cell what they have.
  func apply(to cell: SessionCell, in session: Session) throws {
    let neuron = session.neuron
    let soma = Set(neuron.sections(of: cell.somatic))
    let apical = Set(neuron.sections(of: cell.apical))
    let axonal = Set(neuron.sections(of: cell.axonal))
    let catalog = try MechanismCatalog(neuron)
    for section in cell.sections {
      let length = neuron.api.section_length(section)
      let count = 1 + 2 * min(length / longestSegment / 2, 32766).rounded(.down)
      neuron.api.set_segment_count(section, Int32(min(count, 32766)))
    }
    for region in regions {
      let sections = cell.sections.filter { section in
        switch region.name {
        case "soma": soma.contains(section)
        case "axon": axonal.contains(section)
        case "apical": apical.contains(section)
        case "basal":
          !soma.contains(section) && !axonal.contains(section) && !apical.contains(section)
        default: true
        }
      }
      for mechanism in region.value.mechanisms where !catalog.densityNames.contains(mechanism.name)
      {
        throw CommandFailure(
          "regions.\(region.name).mechanisms has \(mechanism.name), which this session lacks; expected one of "
            + catalog.densityNames.filter { !$0.hasSuffix("_ion") }.sorted().joined(separator: ", ")
            + ", or --mods with its mod file")
      }
      for section in sections { try apply(region, to: section, in: neuron, catalog) }
    }
    if let temperature { try session.set("celsius", to: temperature) }
    if let initialPotential { try session.set("v_init", to: initialPotential) }
    try neuron.check(doing: "setting the biophysics")
  }

  private func apply(
    _ region: Named<Region>, to section: SectionReference, in neuron: NEURON,
    _ catalog: MechanismCatalog
  ) throws {
    let value = region.value
    if let resistivity = value.axialResistivity {
      neuron.api.section_set_axial_resistivity(section, resistivity)
    }
    if let capacitance = value.capacitance { try set("cm", capacitance, in: section, neuron) }
    for mechanism in value.mechanisms {
      neuron.api.mechanism_insert(section, try neuron.symbol(mechanism.name))
    }
    for mechanism in value.mechanisms {
      let names = try catalog.kind(named: mechanism.name).parameters.map(\.name)
      for parameter in mechanism.value {
        let full = "\(parameter.name)_\(mechanism.name)"
        guard let name = [parameter.name, full].first(where: names.contains) else {
          throw CommandFailure(
            "regions.\(region.name).mechanisms.\(mechanism.name) has \(parameter.name), which is no parameter of it; "
              + "expected \(names.joined(separator: ", "))")
        }
        try set(name, parameter.value, in: section, neuron)
      }
    }
    for reversal in value.reversals {
      let inserted = try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.call(neuron.symbol("ismembrane"), .string(HocString("\(reversal.name)_ion")))
          .number != 0
      }
      if inserted { try set("e\(reversal.name)", reversal.value, in: section, neuron) }
    }
  }

  private func set(
    _ name: String, _ value: Double, in section: SectionReference, _ neuron: NEURON
  ) throws(BridgeError) {
    let symbol = try neuron.symbol(name)
    let count = Int(neuron.api.segment_count(section))
    for index in 0..<count {
      neuron.api.set_range_variable(symbol, section, (Double(index) + 0.5) / Double(count), value)
    }
  }
}

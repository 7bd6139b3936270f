import CellFile

/// NEURON's own channels as NeuroML has them.
///
/// `pas` is NeuroML's passive channel. The rates of `hh` are NeuroML's standard forms, at any temperature: exponential,
/// sigmoid and linear-over-exponential in the potential, all with a Q10 of 3 from 6.3 °C (the mod file has
/// x / (1 - exp(-x)) as its `vtrap`). What NEURON does besides is to look them up in a table of steps of 1 mV, unless
/// `usetable_hh` is 0.
struct NeuroMLChannels {
  struct Missing {
    let mechanism: String
    /// Why, where it is not that NeuroML has none of the name.
    var reason: String?
  }

  /// The mechanisms of the cell that NeuroML does not have.
  let others: [Missing]
  private let hasLeak: Bool
  private let hasHH: Bool

  init(of cell: KeptCell) throws(ExportError) {
    var names: [String] = []
    for name in cell.sections.flatMap({ $0.insertions.map(\.mechanism) })
    where !names.contains(name) {
      names.append(name)
    }
    hasLeak = names.contains("pas")
    var others = names.filter { $0 != "pas" }.map { Missing(mechanism: $0) }
    do {
      for section in cell.sections { _ = try Self.densitiesOfHH(section, "") }
      others.removeAll { $0.mechanism == "hh" }
      hasHH = names.contains("hh")
    } catch {
      for index in others.indices where others[index].mechanism == "hh" {
        others[index].reason = error.description
      }
      hasHH = false
    }
    self.others = others
  }

  // MARK: Their kinetics

  private struct Rate {
    let form: String
    /// Per ms.
    let rate: Double
    /// In mV.
    let midpoint, scale: Int
  }

  private struct Gate {
    let name: String
    let exponent: Int
    let forward, reverse: Rate
  }

  private struct Channel {
    let name, species: String
    let gates: [Gate]
  }

  private static let channelsOfHH = [
    Channel(
      name: "hh_na", species: "na",
      gates: [
        Gate(
          name: "m", exponent: 3,
          forward: Rate(form: "HHExpLinearRate", rate: 1, midpoint: -40, scale: 10),
          reverse: Rate(form: "HHExpRate", rate: 4, midpoint: -65, scale: -18)),
        Gate(
          name: "h", exponent: 1,
          forward: Rate(form: "HHExpRate", rate: 0.07, midpoint: -65, scale: -20),
          reverse: Rate(form: "HHSigmoidRate", rate: 1, midpoint: -35, scale: 10)),
      ]),
    Channel(
      name: "hh_k", species: "k",
      gates: [
        Gate(
          name: "n", exponent: 4,
          forward: Rate(form: "HHExpLinearRate", rate: 0.1, midpoint: -55, scale: 10),
          reverse: Rate(form: "HHExpRate", rate: 0.125, midpoint: -65, scale: -80))
      ]),
  ]

  /// What the file has beside the cell.
  var definitions: [String] {
    let passive = (hasLeak ? ["pas"] : []) + (hasHH ? ["hh_leak"] : [])
    return passive.map {
      "  <ionChannel id=\"\($0)\" type=\"ionChannelPassive\" conductance=\"10pS\"/>"
    } + (hasHH ? Self.channelsOfHH.flatMap(Self.definition) : [])
  }

  private static func definition(of channel: Channel) -> [String] {
    let gates = channel.gates.flatMap { gate in
      [
        "    <gateHHrates id=\"\(gate.name)\" instances=\"\(gate.exponent)\">",
        "      <q10Settings type=\"q10ExpTemp\" q10Factor=\"3\" experimentalTemp=\"6.3degC\"/>",
        definition("forwardRate", gate.forward), definition("reverseRate", gate.reverse),
        "    </gateHHrates>",
      ]
    }
    return [
      "  <ionChannelHH id=\"\(channel.name)\" conductance=\"10pS\" species=\"\(channel.species)\">"
    ] + gates + ["  </ionChannelHH>"]
  }

  private static func definition(_ direction: String, _ rate: Rate) -> String {
    "      <\(direction) type=\"\(rate.form)\" rate=\"\(JSONWriter.text(of: rate.rate))per_ms\" "
      + "midpoint=\"\(rate.midpoint)mV\" scale=\"\(rate.scale)mV\"/>"
  }

  // MARK: In sections

  /// The channels of a section.
  ///
  /// - Parameter group: its name in the file.
  /// - Throws: `ExportError` where `pas` differs between its segments.
  func densities(
    of section: KeptCell.Section, _ group: String
  ) throws(ExportError) -> [String] {
    var lines: [String] = []
    if section.insertions.contains(where: { $0.mechanism == "pas" }) {
      lines.append(
        Self.density(
          "pas", group, try section.parameter("g_pas", of: "pas"),
          try section.parameter("e_pas", of: "pas"), "non_specific"))
    }
    return hasHH ? lines + (try Self.densitiesOfHH(section, group)) : lines
  }

  private static func densitiesOfHH(
    _ section: KeptCell.Section, _ group: String
  ) throws(ExportError) -> [String] {
    guard section.insertions.contains(where: { $0.mechanism == "hh" }) else { return [] }
    var lines: [String] = []
    for (channel, conductance, ion) in [("hh_na", "gnabar_hh", "na"), ("hh_k", "gkbar_hh", "k")] {
      let values = section.ions.first { $0.name == "\(ion)_ion" }?.values
      guard let reversal = values?.first(where: { $0.name == "e\(ion)" })?.value else {
        throw .computedReversal(ion: ion, section: section.name)
      }
      lines.append(
        density(
          channel, group, try section.parameter(conductance, of: "hh"),
          try reversal.single("e\(ion) of \(section.name)", in: .neuroml), ion))
    }
    lines.append(
      density(
        "hh_leak", group, try section.parameter("gl_hh", of: "hh"),
        try section.parameter("el_hh", of: "hh"), "non_specific"))
    return lines
  }

  private static func density(
    _ channel: String, _ group: String, _ conductance: Double, _ reversal: Double, _ ion: String
  ) -> String {
    "        <channelDensity id=\"\(channel)_\(group)\" ionChannel=\"\(channel)\" "
      + "segmentGroup=\"\(group)\" condDensity=\"\(JSONWriter.text(of: conductance))S_per_cm2\" "
      + "erev=\"\(JSONWriter.text(of: reversal))mV\" ion=\"\(ion)\"/>"
  }
}

extension KeptCell.Section {
  /// The one value of a parameter of a mechanism.
  fileprivate func parameter(
    _ parameter: String, of mechanism: String
  ) throws(ExportError) -> Double {
    let insertion = insertions.first { $0.mechanism == mechanism }
    guard let value = insertion?.parameters.first(where: { $0.name == parameter })?.value else {
      throw .missingParameter(parameter: parameter, section: name)
    }
    return try value.single("\(parameter) of \(name)", in: .neuroml)
  }
}

import CellFile

/// A kept cell as NeuroML 2: its morphology, and of its membrane what is NeuroML's own.
///
/// That is capacitance, axial resistivity, the leak `pas` and `hh` (`NeuroMLChannels`). All other mechanisms are written
/// in NMODL, of which NeuroML knows nothing: they are named in the notes, and what they do is missing.
struct NeuroMLDocument {
  let text: String
  /// A sentence on the mechanisms that are missing; none where none is.
  let warnings: [String]

  init(_ cell: KeptCell, named name: String) throws(ExportError) {
    let name = name.replacing(allBut: \.isPartOfASCIIWord).asIdentifier(prefix: "cell_")
    var cell = cell
    cell.sections = try cell.sections.map { each throws(ExportError) in try each.drawable() }
    let channels = try NeuroMLChannels(of: cell)
    let morphology = try NeuroMLMorphology(of: cell)
    var lines = [Self.head(name)] + channels.definitions
    lines += [
      "  <cell id=\"\(name)\">",
      "    <notes>\(Self.notes(cell, channels).escaped)</notes>",
      "    <morphology id=\"\(name)_morphology\">",
    ]
    lines += morphology.lines
    lines += ["    </morphology>", "    <biophysicalProperties id=\"\(name)_biophysics\">"]
    lines += try Self.membrane(of: cell, morphology.membraneGroups, channels)
    lines += ["    </biophysicalProperties>", "  </cell>", "</neuroml>"]
    text = lines.joined(separator: "\n") + "\n"
    warnings = Self.warnings(of: channels)
  }

  private static func head(_ name: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <neuroml xmlns="http://www.neuroml.org/schema/neuroml2"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:schemaLocation="http://www.neuroml.org/schema/neuroml2
            https://raw.github.com/NeuroML/NeuroML2/development/Schemas/NeuroML2/NeuroML_v2.3.1.xsd"
        id="\(name)">
    """
  }

  private static func notes(_ cell: KeptCell, _ channels: NeuroMLChannels) -> String {
    var notes =
      "\(cell.title.withoutAddresses). Sections "
      + "without 3D points are drawn as a plane tree: their directions mean nothing. Its "
      + "temperature was \(cell.temperature.general()) degC, which a network has in NeuroML."
    let processes = Set(cell.pointProcesses.map(\.mechanism)).sorted()
    var missing: [String] = []
    if !channels.others.isEmpty {
      let names = channels.others.map(\.mechanism).joined(separator: ", ")
      missing.append("the mechanisms \(names), which are NMODL's")
    }
    if !processes.isEmpty {
      missing.append(
        "all synapses and other point processes (\(processes.joined(separator: ", ")))")
    }
    if !missing.isEmpty {
      notes += " Not in this file: \(missing.joined(separator: ", and "))."
    }
    return notes
  }

  private static func warnings(of channels: NeuroMLChannels) -> [String] {
    guard !channels.others.isEmpty else { return [] }
    let reasons = channels.others.compactMap { other in
      other.reason.map { "\(other.mechanism): \($0)" }
    }
    let because = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
    return [
      "NeuroML has no \(channels.others.map(\.mechanism).joined(separator: ", no "))\(because): "
        + "morphology, passive properties and channels that are its own are kept"
    ]
  }

  /// - Parameter groups: by section the one that has its properties.
  private static func membrane(
    of cell: KeptCell, _ groups: [String], _ channels: NeuroMLChannels
  ) throws(ExportError) -> [String] {
    var lines = ["      <membraneProperties>"]
    for (group, section) in zip(groups, cell.sections) {
      lines += try channels.densities(of: section, group)
    }
    // Where NEURON's own threshold is.
    lines.append("        <spikeThresh value=\"10mV\"/>")
    for (group, section) in zip(groups, cell.sections) {
      let capacitance = try section.capacitance.single("cm of \(section.name)", in: .neuroml)
      lines.append(
        "        <specificCapacitance segmentGroup=\"\(group)\" "
          + "value=\"\(JSONWriter.text(of: capacitance))uF_per_cm2\"/>")
    }
    let potential = JSONWriter.text(of: cell.initialPotential)
    lines += [
      "        <initMembPotential value=\"\(potential)mV\"/>", "      </membraneProperties>",
      "      <intracellularProperties>",
    ]
    for (group, section) in zip(groups, cell.sections) {
      let resistivity = JSONWriter.text(of: section.axialResistivity)
      lines.append(
        "        <resistivity segmentGroup=\"\(group)\" value=\"\(resistivity)ohm_cm\"/>")
    }
    return lines + ["      </intracellularProperties>"]
  }
}

extension KeptCell.Section {
  /// In µm: of sections shorter than this the distance of two points is not kept well.
  private static let short = 0.01
  /// In µm, of a junction: a thousandth of a µm² where compartments have many.
  private static let junction = (length: 1.0, diameter: 1e-3)

  /// As what can be told from points in single precision, as NEURON keeps them: a junction without membrane is longer,
  /// of the same axial resistance and capacitance.
  fileprivate func drawable() throws(ExportError) -> Self {
    guard points.isEmpty, segmentCount == 1, let length, let diameter, length < Self.short else {
      return self
    }
    let thick = try diameter.single("diam of \(name)", in: .neuroml)
    let (longer, thinner) = Self.junction
    guard length * thick <= longer * thinner else { return self }
    let resistance = length / (thick * thick) * (thinner * thinner / longer)
    let share = length * thick / (longer * thinner)
    var section = self
    section.length = longer
    section.diameter = .all(thinner)
    section.axialResistivity *= resistance
    section.capacitance = .all(try capacitance.single("cm of \(name)", in: .neuroml) * share)
    return section
  }
}

extension String {
  /// With a text before it, where it does not begin as identifiers do.
  func asIdentifier(prefix: String) -> String {
    guard let first = unicodeScalars.first, first.isPartOfASCIIWord,
      first.properties.numericType == nil
    else { return prefix + self }
    return self
  }

  /// As the content of an element of XML, which has no place for control characters.
  fileprivate var escaped: String {
    // By scalars: a sign of XML may be a part of a character.
    unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\t", "\n", "\r": String(scalar)
      case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": "\u{fffd}"
      default: String(scalar)
      }
    }.joined()
  }
}

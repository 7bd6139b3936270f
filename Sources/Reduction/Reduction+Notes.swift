import CellModel

extension Reduction {
  /// What a user of the reduced cell should know, one sentence each.
  ///
  /// - Parameters:
  ///   - cell: the original.
  ///   - listed: how many of its point processes, the first ones, the user listed.
  package func notes(listed: Int, of cell: CellModel) -> [String] {
    var notes: [String] = []
    let replaced = replacement.pieces.flatMap(\.sections)
    let leakless = replaced.count { cell.leakDensities(ofSection: $0) == nil }
    if 2 * leakless > replaced.count {
      notes.append(
        "\(leakless) of the \(replaced.count) sections of the dendrites have no leak that is known: where "
          + "theirs is in another mechanism, leak=(\"Mechanism\", \"gmax\", \"e\") names it.")
    }
    let strangers = replaced.map { cell.sections[$0].name }.filter(Self.isNamedAsKept)
    if !strangers.isEmpty {
      notes.append(
        "\(Self.some(strangers)) \(strangers.count == 1 ? "is" : "are") named as soma or axon and "
          + "\(strangers.count == 1 ? "was" : "were") replaced as dendrites: if they are what their names say, "
          + "the cell's soma and axon have to hold all of their sections.")
    }
    let conservesTotals = settings.method.traits.conservesTotals
    if conservesTotals {
      let means = kinds(in: cell)
        .filter {
          !$0.isIon && !$0.parameters.isEmpty && !$0.parameters.contains(where: \.isDensity)
        }.map(\.name)
      if !means.isEmpty {
        notes.append(
          "By their units \(means.joined(separator: ", ")) "
            + "\(means.count == 1 ? "has" : "have") no parameter per membrane area: the values are "
            + "means, weighted by area.")
      }
    }
    // Where totals are kept, densities are 0 there.
    let defaulted =
      conservesTotals
      ? [] : ChannelTransfer.segmentsWithDefaults(of: cell, map: segmentMap, cables: cables)
    for (kind, count) in zip(cell.mechanisms, defaulted) where count > 0 && !kind.isIon {
      notes.append(
        "\(kind.name) has its declared parameter values in \(Self.number(count, "segment")) of the "
          + "cables, onto which no segment with \(kind.name) was mapped.")
    }
    notes += notesOfLeastNumber()
    notes += notesOfWhatStays(in: cell)
    notes += notesOfSpines(in: cell)
    notes += notesOfSharedCompartments(in: cell)
    notes += notesOfSaturation(in: cell)
    let moved = cell.pointProcesses.indices.dropFirst(listed).count {
      if case .cable = pointProcessFates[$0].site { true } else { false }
    }
    if moved > 0 {
      notes.append(
        "\(Self.number(moved, "point process", plural: "point processes")) on the dendrites, in no "
          + "list, moved along unmerged, with the weights they had.")
    }
    return notes
  }

  /// Segments that are more than were asked for, because there is one for each piece, or of what is folded for
  /// each place on a dendrite that stays.
  private func notesOfLeastNumber() -> [String] {
    guard case .total(let total) = settings.segmentCount else { return [] }
    let isFolded = settings.method.traits.converges
    // Junctions have no membrane.
    let segments =
      isFolded
      ? Set(segmentMap.points.joined().map(\.segment.cable)).count
      : cables.reduce(0) { $0 + $1.segmentCount }
    guard isFolded || segments == replacement.pieces.count,
      Double(segments) > max(1, total.rounded() - 1)
    else { return [] }
    return [
      "\(Self.number(segments + 1, "segment")), the soma counted as one, are the least that method "
        + "'\(settings.method.name)' makes of this cell: "
        + (isFolded
          ? "what hangs on different places of dendrites that stay is not folded with each other."
          : "each dendrite that begins on what stays becomes a cable of its own.")
    ]
  }

  /// Dendrites that were not asked for.
  private func notesOfWhatStays(in cell: CellModel) -> [String] {
    guard settings.scope != .all else { return [] }
    let dendrites = cell.sections.indices.filter { cell.sections[$0].role.isDendritic }
    let kept = dendrites.filter { !replacement.contains($0) && !spines.contains($0) }
    guard !kept.isEmpty else { return [] }
    let segments = kept.reduce(0) { $0 + cell.sections[$1].segments.count }
    return [
      "Of \(Self.number(dendrites.count, "dendritic section")) \(kept.count) with "
        + "\(Self.number(segments, "segment")) \(kept.count == 1 ? "stays" : "stay") as \(kept.count == 1 ? "it is" : "they are"): "
        + "\(Self.some(kept.map { Self.ownName(cell.sections[$0].name) }))."
    ]
  }

  /// What was taken for spines, and what became of them.
  private func notesOfSpines(in cell: CellModel) -> [String] {
    let spines = spines.spines.map(\.spine)
    guard !spines.isEmpty else { return [] }
    let names = spines.map { Self.ownName(cell.sections[$0.sections[0]].name) }
    let isFound = settings.scope.spines.sections == nil
    let isOne = spines.count == 1
    let places = isOne ? "the segment that it hangs on" : "the segments that they hang on"
    let fate =
      settings.scope.spines.isFolded
      ? "\(isOne ? "goes" : "go") with \(places); what \(isOne ? "its neck does to its" : "their necks do to their") "
        + "synapses is in the weights."
      : "\(isOne ? "stays" : "stay"), on what stands for \(places)."
    return [
      "\(Self.number(spines.count, "spine")) of \(Self.number(spines.reduce(0) { $0 + $1.sections.count }, "section")) "
        + "(\(Self.some(names)))"
        + (isFound ? ", found by place and size," : "")
        + " \(fate)"
        + (isFound ? " spines= says otherwise." : "")
    ] + notesOfVoltageDependence(in: cell) + notesOfClamps(in: cell)
  }

  /// What acts on folded spines without events, as clamps do: no weight has their necks.
  private func notesOfClamps(in cell: CellModel) -> [String] {
    guard settings.scope.spines.isFolded else { return [] }
    let targets = Set(cell.connections.map(\.target))
    let clamps = cell.pointProcesses.indices.filter {
      spines.contains(cell.pointProcesses[$0].section) && !targets.contains($0)
    }
    guard !clamps.isEmpty else { return [] }
    let names = Set(clamps.map { cell.pointProcessKinds[cell.pointProcesses[$0].kind].name })
    return [
      "\(Self.number(clamps.count, "point process", plural: "point processes")) without NetCons on spines that are "
        + "folded (\(names.sorted().joined(separator: ", "))): what moves along acts on the segment beneath as if there "
        + "were no neck, which for a voltage clamp is another cell. spines='kept' keeps the necks."
    ]
  }

  /// Synapses on folded spines whose conductance depends on the voltage of the head, which others on it change too.
  private func notesOfVoltageDependence(in cell: CellModel) -> [String] {
    guard settings.scope.spines.isFolded else { return [] }
    let count = cell.pointProcesses.indices.count { index in
      spines.contains(cell.pointProcesses[index].section)
        && settings.drive.response(ofPointProcess: index)?.voltageCourse != nil
    }
    guard count > 0 else { return [] }
    return [
      "\(Self.number(count, "synapse")) on spines that are folded \(count == 1 ? "depends" : "depend") on the voltage, "
        + "such as NMDA receptors: what other synapses on a head do to \(count == 1 ? "it" : "them") by its potential "
        + "is lost, which is much behind necks of several 100 MΩ. spines='kept' keeps it."
    ]
  }

  /// Branches with channels of inward currents that have a compartment in common.
  private func notesOfSharedCompartments(in cell: CellModel) -> [String] {
    let shared = sharedCompartments(of: cell)
    guard !shared.isEmpty else { return [] }
    let named = shared.prefix(3).map {
      "\(Self.some($0.sections.map { Self.ownName(cell.sections[$0].name) })) "
        + "(\(Self.percent($0.inwardShare)))"
    }
    let share = shared.reduce(0) { $0 + $1.inwardShare }
    let advice =
      settings.method.traits.keepsSites
      ? " More segments keep more of them apart, sites those that matter." : ""
    return [
      "Branches with channels of inward currents (\(inwardChannels(in: cell))) share compartments, where what "
        + "each of them does by itself, such as a spike of its own or a plateau, is lost: "
        + "\(Self.number(shared.count, "compartment")) with \(Self.percent(share)) of the dendrites' inward "
        + "conductance\(shared.count > named.count ? "; those with most of it:" : ":") "
        + named.joined(separator: "; ") + ".\(advice)"
    ]
  }

  /// The ions whose currents are inward in what was replaced, each with the mechanisms that make it.
  private func inwardChannels(in cell: CellModel) -> String {
    let inward = InwardConductance(of: cell)
    var makers: [Int: Set<Int>] = [:]
    for (section, points) in segmentMap.points.enumerated() {
      for segment in points.indices {
        for maker in inward.densities(ofSection: section, segment: segment) {
          for ion in maker.ions { makers[ion, default: []].insert(maker.mechanism) }
        }
      }
    }
    return makers.sorted { $0.key < $1.key }.map { ion, mechanisms in
      let names = mechanisms.sorted().map { cell.mechanisms[$0].name }
      return "\(cell.mechanisms[ion].ionName): \(names.joined(separator: ", "))"
    }.joined(separator: "; ")
  }

  private static func percent(_ share: Double) -> String {
    let percent = Int((100 * share).rounded())
    return percent > 0 ? "\(percent) %" : "less than 1 %"
  }

  /// Large weights, a mechanism a sentence.
  private func notesOfSaturation(in cell: CellModel) -> [String] {
    var kinds: [String] = []
    var synapses: [String: Set<Int>] = [:]
    for connection in saturatingConnections.map({ cell.connections[$0] }) {
      let kind = cell.pointProcessKinds[cell.pointProcesses[connection.target].kind].name
      if synapses[kind] == nil { kinds.append(kind) }
      synapses[kind, default: []].insert(connection.target)
    }
    return kinds.map { kind in
      "\(kind): \(Self.number(synapses[kind]?.count ?? 0, "synapse")) on the dendrites "
        + "\(synapses[kind]?.count == 1 ? "has" : "have") weights so large that an event loses more than two "
        + "thirds of its charge to the depolarisation of its own site. What saturates there does not on the "
        + "reduced cell: charges are estimates, and single events differ in height and duration. If these "
        + "weights are meant (units: µS), compare with the full cell."
    }
  }

  /// Whether a name says soma or axon, without the cell's.
  private static func isNamedAsKept(_ name: String) -> Bool {
    let own = ownName(name).lowercased()
    return own.hasPrefix("soma") || own.hasPrefix("axon")
  }

  /// A section's name without the cell's.
  private static func ownName(_ name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? name
  }

  /// The first few of many.
  private static func some(_ names: [String]) -> String {
    let few = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(few) and \(names.count - 4) more" : few
  }

  /// The mechanisms and ions of what was replaced, without its leaks.
  private func kinds(in cell: CellModel) -> [MechanismKind] {
    var used: Set<Int> = []
    for (index, section) in cell.sections.enumerated() where replacement.contains(index) {
      used.formUnion(section.insertions.map(\.mechanism))
    }
    return used.subtracting(cell.leaks.map(\.mechanism)).sorted().map { cell.mechanisms[$0] }
  }

  private static func number(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }
}

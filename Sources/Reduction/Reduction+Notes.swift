import CellModel

extension Reduction {
  /// What a user of the reduced cell should know, one sentence each.
  ///
  /// - Parameters:
  ///   - cell: the original.
  ///   - listed: how many of its point processes, the first ones, the user listed.
  package func notes(listed: Int, of cell: CellModel) -> [String] {
    var notes: [String] = []
    // The other methods set densities to 0 there.
    if settings.method != .classic {
      let means = cell.dendriticKinds
        .filter { !$0.isIon && !$0.parameters.isEmpty && !$0.hasDensity }.map(\.name)
      if !means.isEmpty {
        notes.append(
          "By their units \(means.joined(separator: ", ")) "
            + "\(means.count == 1 ? "has" : "have") no parameter per membrane area: the values are "
            + "means, weighted by area.")
      }
    }
    let defaulted =
      settings.method != .classic
      ? [] : ChannelTransfer.segmentsWithDefaults(of: cell, map: segmentMap, cables: cables)
    for (kind, count) in zip(cell.mechanisms, defaulted) where count > 0 && !kind.isIon {
      notes.append(
        "\(kind.name) has its declared parameter values in \(Self.number(count, "segment")) of the "
          + "cables, onto which no segment with \(kind.name) was mapped.")
    }
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

  private static func number(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }
}

extension CellModel {
  /// The mechanisms and ions that dendrites have.
  fileprivate var dendriticKinds: [MechanismKind] {
    let used = Set(
      sections.filter(\.role.isDendritic).flatMap { $0.insertions.map(\.mechanism) })
    return used.sorted().map { mechanisms[$0] }
  }
}

extension MechanismKind {
  fileprivate var hasDensity: Bool {
    name == Self.passiveLeakName || parameters.contains(where: \.isDensity)
  }
}

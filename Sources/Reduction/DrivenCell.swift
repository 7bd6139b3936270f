import CableTheory
import CellModel

/// A cell that is to be reduced, under the mean conductances of its drive, and what becomes of its weights.
struct DrivenCell {
  let input: ReductionInput
  let drives: [OperatingPoint.Input]
  let loaded: OperatingPoint

  /// - Throws: `ReductionError` where a section's passive properties give no compartments.
  init(_ input: ReductionInput) throws(ReductionError) {
    let (cell, compartments) = (input.cell, input.compartments)
    // What stays loads what is replaced.
    try ReductionError.wrapping { () throws(CellModelError) in try cell.checkProperties() }
    drives = OperatingPoint.inputs(
      of: cell, drive: input.settings.drive,
      compartments: compartments.compartments(ofPointProcessesOf: cell))
    loaded = OperatingPoint(
      of: compartments.tree.adding(leakConductances: Self.leastLeaks(of: cell, in: compartments)),
      inputs: drives)
    self.input = input
  }

  /// A little leak, in µS, for segments that have none: without any current through its membrane a
  /// group has no axial resistance that could be told from its transfer resistance.
  static func leastLeaks(of cell: CellModel, in compartments: CellCompartments) -> [Double] {
    // Ten thousand times less than a tight membrane's 1e-5 S/cm².
    let density = 1e-9
    var leaks = [Double](repeating: 0, count: compartments.tree.count)
    for (section, own) in zip(cell.sections, compartments.segments) {
      for (segment, compartment) in zip(section.segments, own)
      where compartments.tree.leakConductances[compartment] == 0 {
        leaks[compartment] = density * segment.area * 1e-2
      }
    }
    return leaks
  }

  /// What stays and hangs on what is replaced, such as an axon that leaves from a dendrite: each with the
  /// segment that it goes with.
  func attached() -> [Lumps.Companion] {
    let (cell, compartments, replacement) = (input.cell, input.compartments, input.replacement)
    return cell.sections.indices.compactMap { index in
      let section = cell.sections[index]
      let own = compartments.segments[index]
      guard !replacement.contains(index), !input.spines.contains(index),
        let attachment = section.attachment,
        let place = replacement.segment(
          at: attachment.position, ofSection: attachment.parent, in: cell)
      else { return nil }
      return Lumps.Companion(
        section: place.section, segment: place.segment,
        compartment: compartments.compartment(
          at: attachment.position, ofSection: attachment.parent),
        current: loaded.currents[section.proximalEnd == 0 ? own[0] : own[own.count - 1]])
    }
  }

  /// The spines that go with a segment, or stay and hang on its compartment: each as the conductance that it is to a steady current where its neck hangs,
  /// its synapses beyond the neck's resistance.
  func spines() -> [Lumps.Companion] {
    let (cell, compartments) = (input.cell, input.compartments)
    return input.spines.spines.map { spine, host in
      let neck = spine.sections[0]
      let own = compartments.segments[neck]
      return Lumps.Companion(
        section: host.section, segment: host.segment,
        compartment: compartments.compartment(
          at: spine.attachment.position, ofSection: spine.attachment.parent),
        current: loaded.currents[
          cell.sections[neck].proximalEnd == 0 ? own[0] : own[own.count - 1]])
    }
  }

  /// The mean conductances of synapses that sit where no membrane is, or on that of what stays, and go with
  /// a segment that is replaced.
  func synapsesAtEnds() -> [Lumps.Companion] {
    let cell = input.cell
    return zip(drives, loaded.selfShunts).compactMap { drive, shunt in
      let process = cell.pointProcesses[cell.connections[drive.connection].target]
      guard
        let place = input.replacement.segment(
          at: process.position, ofSection: process.section, in: cell),
        !input.spines.contains(place.section),
        input.compartments.segments[place.section][place.segment] != drive.compartment
      else { return nil }
      return Lumps.Companion(
        section: place.section, segment: place.segment, compartment: drive.compartment,
        current: drive.meanConductance(shunt) * loaded.transfers[drive.compartment])
    }
  }

  /// Weights that keep what an event delivers to the soma (docs/method.md, section 6).
  ///
  /// - Parameters:
  ///   - reduction: with the weights as they were.
  ///   - transfers: of each cable, in MΩ, under the load.
  func weightScales(
    of reduction: Reduction, transfers: [Double]
  ) throws(ReductionError) -> WeightScales {
    try ReductionError.wrapping { () throws(CellModelError) in
      try reduction.reduced.checkProperties()
    }
    let after = CellCompartments(of: reduction.reduced)
    let cell = input.cell
    let places = reduction.compartmentsOfPointProcesses(in: after)
    let hasKeptSpines = !input.settings.scope.spines.isFolded && !input.spines.spines.isEmpty
    var load = [Double](repeating: 0, count: after.tree.count)
    var moved: [SynapticWeights.Moved] = []
    var ratios = [Double](repeating: 1, count: cell.connections.count)
    for (drive, shunt) in zip(drives, loaded.selfShunts) {
      load[places[cell.connections[drive.connection].target]] += drive.meanConductance(shunt)
    }
    let reduced = after.tree.adding(leakConductances: load)
    let transfersOfKept =
      hasKeptSpines
      ? TreeImpedance(of: reduced, frequency: 0).transfersToRoot().map(\.real) : []
    lazy var sites = SiteResistances(of: loaded.compartments)
    for (drive, shunt) in zip(drives, loaded.selfShunts) {
      let target = cell.connections[drive.connection].target
      let transfer: Double
      switch reduction.pointProcessFates[target].site {
      case .cable(let site): transfer = transfers[site.cable]
      case .unmoved(let point):
        // Spines that stay, on what is replaced, hang elsewhere now.
        guard hasKeptSpines, input.spines.contains(point.section) else { continue }
        transfer = transfersOfKept[places[target]]
      }
      ratios[drive.connection] = loaded.transfers[drive.compartment] / transfer
      moved.append(
        SynapticWeights.Moved(
          connection: drive.connection, before: drive.compartment, after: places[target],
          weight: drive.weight, response: drive.response, exponent: drive.exponent,
          selfShunt: shunt,
          neckFactor: neckBase(ofPointProcess: target).map { sites.neckFactor(drive, from: $0) }
            ?? 1))
    }
    var scales = SynapticWeights.scales(
      of: moved, transferRatio: { ratios[$0.connection] }, in: reduced,
      count: cell.connections.count)
    scaleVolleys(of: moved, &scales, transferRatios: ratios, in: reduced)
    return WeightScales(scales: scales, saturating: saturating(moved))
  }

  /// Where the neck of a folded spine with a point process on it hangs; nil for other places.
  private func neckBase(ofPointProcess index: Int) -> Int? {
    input.foldedSpines.attachment(ofSection: input.cell.pointProcesses[index].section).map {
      input.compartments.compartment(at: $0.position, ofSection: $0.parent)
    }
  }

  /// Events that come at once lose more than each alone.
  private func scaleVolleys(
    of moved: [SynapticWeights.Moved], _ scales: inout [Double], transferRatios: [Double],
    in reduced: CompartmentTree
  ) {
    let moves = moved.map { each in
      let transfer = loaded.transfers[each.before]
      return Volleys.Move(
        before: Volleys.Member(
          connection: each.connection, compartment: each.before, weight: each.weight,
          response: each.response),
        after: Volleys.Member(
          connection: each.connection, compartment: each.after,
          weight: each.weight * scales[each.connection], response: each.response),
        transfers: (transfer, transfer / transferRatios[each.connection]))
    }
    let volleys = Volleys(of: moves.map(\.before), input.cell.connections)
    let factors = volleys.factors(moves, from: loaded.compartments, to: reduced)
    for (group, factor) in zip(volleys.groups, factors) {
      for index in group { scales[moved[index].connection] *= factor }
    }
  }

  /// Those of what moved whose events saturate their site. Voltage-dependent conductances count: their
  /// mean one tells, though it is not known closely enough to decide their weights.
  private func saturating(_ moved: [SynapticWeights.Moved]) -> [Int] {
    lazy var sites = SiteResistances(of: loaded.compartments)
    return moved.filter { each in
      switch each.response.nature {
      case _ where each.response.isOhmic: return each.selfShunt.saturates
      case .linearConductance, .nonlinearConductance:
        return sites.selfShunt(of: each.response, weight: each.weight, at: each.before).saturates
      case .stochastic, .current, .none: return false
      }
    }.map(\.connection)
  }
}

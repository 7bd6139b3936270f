import CableTheory
import CellModel
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

/// A cell under its load, its lumped or folded reduction, and the reduced cell under the same load.
struct LoadedReduction {
  let cell: CellModel
  let loaded: OperatingPoint
  let inputs: [OperatingPoint.Input]
  let reduction: Reduction
  /// The reduced cell with the conductance of the original's segments in their groups.
  let reducedTree: CompartmentTree
  let reducedTransfers: [Double]
  /// By cable.
  let cableCompartments: [Int]
  let membersByCable: [[(conductance: Double, transfer: Double)]]

  var cableTransfers: [Double] { cableCompartments.map { reducedTransfers[$0] } }

  init(randomCell seed: UInt64, method: Method = .lumped) throws {
    let random = RandomCell(seed: seed)
    let cell = random.varied(seed: seed)
    try self.init(
      cell, random.segmentCount, method: method, drive: RandomDrive(of: cell, seed: seed).drive)
  }

  init(
    _ cell: CellModel, _ count: SegmentCount = .automatic, method: Method = .lumped,
    drive: SynapticDrive = SynapticDrive(), scope: ReductionScope = .all
  ) throws {
    self.cell = cell
    let whole = CellCompartments(of: cell)
    inputs = OperatingPoint.inputs(
      of: cell, drive: drive, compartments: whole.compartments(ofPointProcessesOf: cell))
    loaded = OperatingPoint(
      of: whole.tree.adding(
        leakConductances: DrivenCell.leastLeaks(of: cell, in: whole)), inputs: inputs)
    reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(
        method: method, segmentCount: count, drive: drive, scope: scope))

    // The membrane of the segments, and the synapses where they go.
    let conductive = whole.tree.adding(
      leakConductances: DrivenCell.leastLeaks(of: cell, in: whole)
    ).leakConductances
    var members = [[(conductance: Double, transfer: Double)]](
      repeating: [], count: reduction.cables.count)
    for (section, points) in reduction.segmentMap.points.enumerated() {
      for (segment, point) in points.enumerated() {
        let compartment = whole.segments[section][segment]
        members[point.segment.cable].append(
          (conductive[compartment], loaded.transfers[compartment]))
      }
    }
    let reduced = CellCompartments(of: reduction.reduced)
    var target = reduced.tree.leakConductances
    for (origin, compartments) in zip(reduction.origins, reduced.segments) {
      guard case .kept(let old) = origin else { continue }
      for (new, old) in zip(compartments, whole.segments[old]) { target[new] = conductive[old] }
    }
    var unmoved: [(compartment: Int, load: Double, transfer: Double)] = []
    for (input, shunt) in zip(inputs, loaded.selfShunts) {
      let load =
        input.weight * input.response.charge * input.eventsPerMillisecond / shunt.loss
      switch reduction.pointProcessFates[cell.connections[input.connection].target].site {
      case .cable(let site):
        members[site.cable].append((load, loaded.transfers[input.compartment]))
      case .unmoved(let point):
        let section = try #require(reduction.origins.firstIndex(of: .kept(point.section)))
        unmoved.append(
          (
            reduced.compartment(at: point.position, ofSection: section), load,
            loaded.transfers[input.compartment]
          ))
      }
    }
    var cableCompartments: [Int] = []
    for (origin, compartments) in zip(reduction.origins, reduced.segments) {
      guard case .cable(let cable) = origin else { continue }
      cableCompartments.append(compartments[0])
      // Those at the end of an axon that hangs on the cable.
      for each in unmoved where each.compartment == compartments[0] {
        members[cable].append((each.load, each.transfer))
      }
      target[compartments[0]] = members[cable].reduce(0) { $0 + $1.conductance }
    }
    for each in unmoved where !cableCompartments.contains(each.compartment) {
      target[each.compartment] += each.load
    }
    membersByCable = members
    self.cableCompartments = cableCompartments
    reducedTree = reduced.tree.adding(
      leakConductances: zip(target, reduced.tree.leakConductances).map { $0 - $1 })
    reducedTransfers = TreeImpedance(of: reducedTree, frequency: 0).transfersToRoot().map(\.real)
  }

  /// Whether an axon goes with a cable: its mean transfer resistance then counts the axon too.
  func hasAxon(onCable cable: Int) -> Bool {
    let place = reduction.origins.firstIndex(of: .cable(cable))
    return zip(reduction.origins, reduction.reduced.sections).contains { origin, section in
      if case .kept = origin { section.attachment?.parent == place } else { false }
    }
  }
}

/// What there is of membrane in some sections.
struct Membrane {
  /// In µm², pF·10² and pS·10⁴.
  private(set) var area = 0.0
  private(set) var capacitance = 0.0
  private(set) var leak = 0.0

  init(of sections: [Section]) {
    for section in sections {
      for (index, segment) in section.segments.enumerated() {
        area += segment.area
        capacitance += segment.area * segment.capacitance
        leak +=
          segment.area * (section.values(ofMechanism: 0, segment: index)?.first ?? 0)
      }
    }
  }
}

extension RandomCell {
  /// The cell with another capacitance in every segment, and with leaks that are no round numbers.
  func varied(seed: UInt64) -> CellModel {
    var generator = SplitMix64(seed: seed &+ 2_000_000)
    var cell = cell
    for section in cell.sections.indices {
      for segment in cell.sections[section].segments.indices {
        cell.sections[section].segments[segment].capacitance = generator.uniform(0.5...2)
        cell.sections[section].insertions[0].values[segment][0] *= generator.uniform(0.2...5)
      }
    }
    return cell
  }
}

import CNEURON
import CNeuronReduceHoc
import CellModel
import NEURONBridge
import NEURONSession
import Reduction
import ResponseMeasuring

/// A reduction in place that hoc asked for.
struct HocReduction {
  private let session: Session
  private let request: neuron_reduce_hoc_request
  private var neuron: NEURON { session.neuron }

  private static let expectedCell =
    "expected an instance of a template, with its soma, or a SectionList of sections of which some are named soma, or a "
    + "SectionList of the soma as the sixth argument"

  init(_ request: neuron_reduce_hoc_request, in session: Session) {
    self.request = request
    self.session = session
  }

  /// - Throws: `HocError`, `BridgeError`, `ReductionError`; the session is then as it was.
  func reduce() throws {
    let cell = try cell()
    let synapses = try List(request.synapses, "synapses", "point processes on the cell", neuron)
    let netCons = try List(request.netcons, "netcons", "the NetCons onto the synapses", neuron)
    guard let all = request.all, let soma = request.soma, let apical = request.apical,
      let basal = request.basal, let axonal = request.axonal
    else { throw HocError("a SectionList is missing; expected what neuron_reduce.hoc defines") }
    let lists = Building.SectionLists(
      all: all, somatic: soma, apical: apical, basal: basal, axonal: axonal)
    let method = try Method(name: String(cString: request.method))
    let count = try SegmentCount(manualTotal: request.segments)
    var live = try LiveCell(
      LiveCellReferences(
        name: cell.name, soma: cell.somatic, apical: cell.apical, axonal: cell.axonal,
        synapses: synapses.elements, connections: netCons.elements,
        isApicalGiven: cell.isApicalGiven, isAxonGiven: cell.isAxonGiven))
    try LeakMeasurement(of: live).settle(&live)
    let measured =
      live.listedCount > 0
      ? try MeasuredDrive(
        for: method, of: live, rates: live.listedRates, stating: "",
        trial: settings(method, count, .published)) : nil
    let reduced = try LiveReduction(
      of: live,
      settings: settings(method, count, .exact, drive: measured?.drive ?? SynapticDrive()))
    // It is filled with what the reduced cell has.
    for section in neuron.sections(of: soma) {
      try neuron.with(section: section) { () throws(BridgeError) in
        try neuron.perform("remove", of: soma)
      }
    }
    guard let built = try reduced.builtInPlace(in: session, lists: lists) else {
      throw HocError("the session changed while the cell was being reduced; expected nothing to")
    }
    try synapses.replace(by: reduced.survivors.map { live.synapses[$0] })
    let notes =
      reduced.reduction.notes(listed: live.listedCount, of: live.model)
      + built.notes + (measured?.notes ?? [])
    try neuron.call(
      neuron.symbol("neuron_reduce_take_notes"),
      .string(HocString(notes.map { $0 + "\n" }.joined())))
    for loss in built.losses { neuron_reduce_hoc_warn(loss) }
  }

  // MARK: The cell

  private func cell() throws -> SessionCell {
    guard let given = request.cell else {
      throw HocError("the cell is NULLobject; \(Self.expectedCell)")
    }
    let kind = String(cString: neuron.api.class_name(given))
    let name = try session.name(of: given)
    let soma = request.soma.map { neuron.sections(of: $0) } ?? []
    if kind == "SectionList" {
      return try cell("the SectionList", neuron.sections(of: given), somatic: soma)
    }
    if kind == ReducedCellTemplate.name {
      // Its sections are parts of other objects.
      let list = { (name: String) throws(BridgeError) in
        try session.publicSections(name, of: given)
      }
      return try session.cell(
        named: name, list("all"), somatic: list("soma"), apical: list("apical"),
        axonal: list("axonal"), isGiven: true)
    }
    let own = neuron.allSections().filter { neuron.name(of: $0).hasPrefix("\(name).") }
    guard !own.isEmpty else { throw HocError("\(name) has no sections; \(Self.expectedCell)") }
    return try cell(
      name, own,
      somatic: soma.isEmpty ? session.publicSections("somatic", of: given) : soma,
      apical: session.publicSections("apical", of: given),
      axonal: session.publicSections("axonal", of: given))
  }

  private func cell(
    _ name: String, _ sections: [SectionReference], somatic: [SectionReference] = [],
    apical: [SectionReference] = [], axonal: [SectionReference] = []
  ) throws -> SessionCell {
    if let other = somatic.first(where: { !sections.contains($0) }) {
      throw HocError(
        "the soma has \(neuron.name(of: other)), which is no section of \(name); expected some of its own"
      )
    }
    guard
      !somatic.isEmpty || sections.contains(where: { session.ownName(of: $0).hasPrefix("soma") })
    else { throw HocError("\(name) has no soma; \(Self.expectedCell)") }
    return try session.cell(
      named: name, sections, somatic: somatic, apical: apical, axonal: axonal)
  }

  // MARK: The reduction

  private func settings(
    _ method: Method, _ count: SegmentCount, _ policy: MergePolicy,
    drive: SynapticDrive = SynapticDrive()
  ) throws(ReductionError) -> ReductionSettings {
    try ReductionSettings(
      method: method, frequency: 0, segmentCount: count, mergePolicy: policy, drive: drive,
      scope: method.changesWeights ? ReductionScope(spines: .folded(nil)) : .all)
  }
}

/// A List of hoc's, with its elements held.
private final class List {
  let elements: [ObjectReference]
  private let list: ObjectReference
  private let neuron: NEURON

  init(
    _ given: ObjectReference?, _ name: String, _ expected: String, _ neuron: NEURON
  ) throws {
    guard let given else {
      throw HocError("\(name) is NULLobject; expected a List of \(expected)")
    }
    let kind = String(cString: neuron.api.class_name(given))
    guard kind == "List" else {
      throw HocError("\(name) is a \(kind); expected a List of \(expected)")
    }
    let element = try neuron.method("o", of: given)
    var found: [ObjectReference] = []
    do {
      for index in 0..<(try neuron.call(neuron.method("count", of: given), of: given).count) {
        guard
          case .object(let object?) = try neuron.call(element, of: given, .number(Double(index)))
        else {
          throw HocError("\(name).o(\(index)) is NULLobject; expected a List of \(expected)")
        }
        found.append(object)
      }
    } catch {
      for object in found { neuron.api.object_unref(object) }
      throw error
    }
    elements = found
    list = given
    self.neuron = neuron
  }

  deinit { for object in elements { neuron.api.object_unref(object) } }

  /// The elements from now on. Those that nothing else refers to are gone with the others.
  func replace(by remaining: [ObjectReference]) throws(BridgeError) {
    guard remaining != elements else { return }
    try neuron.perform("remove_all", of: list)
    for object in remaining { try neuron.perform("append", of: list, [.object(object)]) }
  }
}

// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The functions have the names that the C header declares.

import CNeuronReduce
import NEURONBridge
import Reduction

@c(nr_cell_reduce) @implementation
public func nr_cell_reduce(
  _ cell: OpaquePointer, _ settings: UnsafePointer<nr_settings>,
  _ reduction: UnsafeMutablePointer<OpaquePointer?>
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    let read = readCell(cell)
    let stems = try read.cell.stems(of: ReductionScope(settings.pointee))
    let asked = try ReductionSettings(settings.pointee, stems: stems)
    let live = try LiveReduction(of: read.cell, settings: asked)
    let result = ReductionResult(live, secondsOfReading: read.seconds)
    reduction.pointee = OpaquePointer(Unmanaged.passRetained(result).toOpaque())
  }
}

@c(nr_reduction_build) @implementation
public func nr_reduction_build(
  _ reduction: OpaquePointer, _ building: UnsafePointer<nr_building>,
  _ isBuilt: UnsafeMutablePointer<Int32>
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    isBuilt.pointee = try boxed(reduction).build(Building(building.pointee)) ? 1 : 0
  }
}

@c(nr_reduction_build_beside) @implementation
public func nr_reduction_build_beside(
  _ reduction: OpaquePointer, _ building: UnsafePointer<nr_building>
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    try boxed(reduction).buildBeside(Building(building.pointee))
  }
}

@c(nr_reduction_kept_sections) @implementation
public func nr_reduction_kept_sections(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int64> {
  boxed(reduction).keptSections.lent(&count.pointee)
}

@c(nr_reduction_process_places) @implementation
public func nr_reduction_process_places(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_process_place> {
  boxed(reduction).processPlaces.lent(&count.pointee)
}

@c(nr_reduction_connections) @implementation
public func nr_reduction_connections(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_reduced_connection> {
  boxed(reduction).connections.lent(&count.pointee)
}

@c(nr_template_prepare) @implementation
public func nr_template_prepare(
  _ name: UnsafePointer<CChar>, _ isBuiltIn: Int32
) -> OpaquePointer? {
  reporting { () throws(BridgeError) in
    try ReducedTemplate(name: String(cString: name)).prepare(
      isBuiltIn: isBuiltIn != 0, in: NEURON())
  }
}

@c(nr_template_error) @implementation
public func nr_template_error(
  _ name: UnsafePointer<CChar>, _ problem: UnsafePointer<CChar>
) -> OpaquePointer {
  let error = BridgeError.template(
    name: String(cString: name), problem: String(cString: problem))
  return ErrorReport(error).retained
}

@c(nr_has_orphans) @implementation
public func nr_has_orphans() -> Int32 {
  guard let neuron = try? NEURON() else { return 0 }
  return KeptInstances.hasOrphans(in: neuron) ? 1 : 0
}

@c(nr_release_orphans) @implementation
public func nr_release_orphans() {
  guard let neuron = try? NEURON() else { return }
  KeptInstances.releaseOrphans(in: neuron)
}

@c(nr_fail_at_call) @implementation
public func nr_fail_at_call(_ calls: Int) -> Int { NEURON.fail(atCall: calls) }

@c(nr_method_traits) @implementation
public func nr_method_traits(_ method: UnsafePointer<CChar>) -> Int32 {
  guard let traits = try? Method(name: String(cString: method)).traits else { return 0 }
  return [
    (traits.changesWeights, NR_TRAIT_CHANGES_WEIGHTS),
    (traits.usesFrequency, NR_TRAIT_USES_FREQUENCY),
    (traits.conservesTotals, NR_TRAIT_CONSERVES_TOTALS),
    (traits.cablesAreLumps, NR_TRAIT_CABLES_ARE_LUMPS),
    (traits.keepsSites, NR_TRAIT_KEEPS_SITES),
  ].reduce(0) { $1.0 ? $0 | Int32($1.1.rawValue) : $0 }
}

@c(nr_is_array_or_object) @implementation
public func nr_is_array_or_object(
  _ object: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>
) -> Int32 {
  guard let neuron = try? NEURON() else { return 0 }
  let kind = neuron.memberKind(String(cString: name), of: object.map { OpaquePointer($0) })
  return kind == .other ? 0 : 1
}

@c(nr_reduction_free) @implementation
public func nr_reduction_free(_ reduction: OpaquePointer) {
  Unmanaged<ReductionResult>.fromOpaque(UnsafeRawPointer(reduction)).release()
}

@c(nr_reduction_survivors) @implementation
public func nr_reduction_survivors(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int64> {
  boxed(reduction).survivors.lent(&count.pointee)
}

@c(nr_reduction_cable_count) @implementation
public func nr_reduction_cable_count(_ reduction: OpaquePointer) -> Int {
  boxed(reduction).cables.count
}

@c(nr_reduction_cable) @implementation
public func nr_reduction_cable(_ reduction: OpaquePointer, _ index: Int) -> nr_cable {
  let cables = boxed(reduction).cables
  return cables.indices.contains(index) ? cables[index] : nr_cable()
}

@c(nr_reduction_segment_map) @implementation
public func nr_reduction_segment_map(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_mapped_segment> {
  boxed(reduction).segmentMap.lent(&count.pointee)
}

@c(nr_reduction_site_segments) @implementation
public func nr_reduction_site_segments(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int64> {
  boxed(reduction).siteSegments.lent(&count.pointee)
}

@c(nr_reduction_shared_compartments) @implementation
public func nr_reduction_shared_compartments(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_shared_compartment> {
  boxed(reduction).record.sharedCompartments.lent(&count.pointee)
}

@c(nr_reduction_section_name) @implementation
public func nr_reduction_section_name(
  _ reduction: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  boxed(reduction).sectionNames[index]
}

@c(nr_reduction_stage_name) @implementation
public func nr_reduction_stage_name(
  _ reduction: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  let stages = boxed(reduction).stages
  return stages.indices.contains(index) ? stages[index].name[0] : nil
}

@c(nr_reduction_stage_seconds) @implementation
public func nr_reduction_stage_seconds(_ reduction: OpaquePointer, _ index: Int) -> Double {
  let stages = boxed(reduction).stages
  return stages.indices.contains(index) ? stages[index].seconds : .nan
}

@c(nr_reduction_inexact_merge) @implementation
public func nr_reduction_inexact_merge(
  _ reduction: OpaquePointer, _ index: Int
) -> nr_inexact_merge {
  boxed(reduction).inexactMerges.element(index) ?? nr_inexact_merge()
}

@c(nr_reduction_loss) @implementation
public func nr_reduction_loss(
  _ reduction: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  boxed(reduction).losses[index]
}

@c(nr_reduction_counts) @implementation
public func nr_reduction_counts(_ reduction: OpaquePointer) -> nr_counts {
  boxed(reduction).record.counts
}

@c(nr_reduction_section_count) @implementation
public func nr_reduction_section_count(_ reduction: OpaquePointer) -> Int {
  boxed(reduction).record.sections.count
}

@c(nr_reduction_section) @implementation
public func nr_reduction_section(_ reduction: OpaquePointer, _ index: Int) -> nr_section {
  boxed(reduction).record.sections.element(index) ?? nr_section()
}

@c(nr_reduction_synapse_kind_count) @implementation
public func nr_reduction_synapse_kind_count(_ reduction: OpaquePointer) -> Int {
  boxed(reduction).record.kinds.count
}

@c(nr_reduction_synapse_kind) @implementation
public func nr_reduction_synapse_kind(
  _ reduction: OpaquePointer, _ index: Int
) -> nr_synapse_kind {
  boxed(reduction).record.kinds.element(index) ?? nr_synapse_kind()
}

@c(nr_reduction_kind_parameter) @implementation
public func nr_reduction_kind_parameter(
  _ reduction: OpaquePointer, _ kind: Int, _ index: Int
) -> nr_named_value {
  boxed(reduction).record.kindParameters.element(kind)?.element(index) ?? nr_named_value()
}

@c(nr_reduction_kind_obstacle) @implementation
public func nr_reduction_kind_obstacle(
  _ reduction: OpaquePointer, _ kind: Int, _ index: Int
) -> nr_named_value {
  boxed(reduction).record.kindObstacles.element(kind)?.element(index) ?? nr_named_value()
}

@c(nr_reduction_note) @implementation
public func nr_reduction_note(
  _ reduction: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  boxed(reduction).record.notes[index]
}

@c(nr_reduction_impedances) @implementation
public func nr_reduction_impedances(
  _ reduction: OpaquePointer, _ site: Int, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<nr_impedance>? {
  // The soma, site -1, comes first; after the last number there is none.
  guard let profile = boxed(reduction).record.impedances.element(site &+ 1) else {
    count.pointee = 0
    return nil
  }
  return profile.lent(&count.pointee)
}

@c(nr_reduction_expected_loss) @implementation
public func nr_reduction_expected_loss(_ reduction: OpaquePointer) -> nr_expected_loss {
  boxed(reduction).record.expectedLoss
}

@c(nr_reduction_expected_losses) @implementation
public func nr_reduction_expected_losses(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Double> {
  boxed(reduction).record.expectedLosses.lent(&count.pointee)
}

@c(nr_reduction_joint) @implementation
public func nr_reduction_joint(_ reduction: OpaquePointer, _ index: Int) -> nr_joint {
  boxed(reduction).record.joints.element(index)?.inC ?? nr_joint()
}

@c(nr_reduction_shared_conductance) @implementation
public func nr_reduction_shared_conductance(
  _ reduction: OpaquePointer, _ index: Int
) -> nr_named_value {
  boxed(reduction).record.sharedConductances.element(index) ?? nr_named_value()
}

@c(nr_reduction_gain) @implementation
public func nr_reduction_gain(
  _ reduction: OpaquePointer, _ index: Int
) -> UnsafePointer<CChar>? {
  boxed(reduction).record.gains[index]
}

@c(nr_reduction_gain_parameter) @implementation
public func nr_reduction_gain_parameter(
  _ reduction: OpaquePointer, _ gain: Int, _ index: Int
) -> UnsafePointer<CChar>? {
  boxed(reduction).record.gainParameters.element(gain)?[index]
}

@c(nr_reduction_gains_of_connections) @implementation
public func nr_reduction_gains_of_connections(
  _ reduction: OpaquePointer, _ count: UnsafeMutablePointer<Int>
) -> UnsafePointer<Int64> {
  boxed(reduction).record.gainsOfConnections.lent(&count.pointee)
}

@c(nr_reduction_site) @implementation
public func nr_reduction_site(_ reduction: OpaquePointer, _ index: Int) -> nr_named_value {
  boxed(reduction).record.sites.element(index) ?? nr_named_value()
}

private func boxed(_ reduction: OpaquePointer) -> ReductionResult {
  Unmanaged<ReductionResult>.fromOpaque(UnsafeRawPointer(reduction)).takeUnretainedValue()
}

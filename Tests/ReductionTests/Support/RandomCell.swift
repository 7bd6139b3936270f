import CellModel
import Foundation
import Reduction
import TestSupport

/// Cells of random shape, with random channels and synapses, and settings to reduce them by.
///
/// The parameters of mechanisms are multiples of 2⁻²⁰ of moderate size: their sums are exact, in
/// whatever order they are summed.
struct RandomCell {
  let cell: CellModel
  let frequency: Double
  let segmentCount: SegmentCount
  let comparedParameters: [String: [String]]

  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let passive = CellBuilder.Passive(
      reversal: -75, capacitance: Double.random(in: 0.7...2, using: &generator),
      axialResistivity: Double.random(in: 70...200, using: &generator))
    var builder = CellBuilder(
      mechanisms: [
        MechanismKind(
          name: "Ih",
          parameters: [
            .init(name: "gbar_Ih", defaults: [0.5]), .init(name: "shift_Ih", defaults: [1, 2]),
          ]),
        MechanismKind(
          name: "ca_ion", isIon: true, parameters: [.init(name: "eca", defaults: [132])]),
      ],
      pointProcessKinds: [
        CellBuilder.synapse,
        MechanismKind(
          name: "Probe",
          parameters: [
            .init(name: "stages", defaults: [0, 0]), .init(name: "scale", defaults: [1]),
          ]),
      ])
    let somaSegments = Int.random(in: 1...3, using: &generator)
    builder.cell.sections = []
    builder.add(.soma, length: 20, diameter: 20, segments: somaSegments, passive)

    for _ in 0..<Int.random(in: 2...16, using: &generator) {
      let parent = Int.random(in: 0..<builder.cell.sections.count, using: &generator)
      var role = builder.cell.sections[parent].role
      if role == .soma {
        role = [.basal, .apical, .axon].randomElement(using: &generator) ?? .basal
      } else if Int.random(in: 0..<12, using: &generator) == 0 {
        role = .axon
      }
      Self.addSection(role, on: parent, passive, to: &builder, &generator)
    }
    Self.addSection(.basal, on: 0, passive, to: &builder, &generator)
    for _ in 0..<Int.random(in: 0...60, using: &generator) {
      Self.addSynapse(to: &builder, &generator)
    }
    Self.addConnections(to: &builder, &generator)

    cell = builder.cell
    frequency = [0, 38, 200].randomElement(using: &generator) ?? 0
    segmentCount =
      [.automatic, .total(3), .total(40), .atLeast(share: 0.7)].randomElement(using: &generator)
      ?? .automatic
    comparedParameters =
      [[:], ["Exp2Syn": ["e"]], ["Probe": ["stages"], "Exp2Syn": []]]
      .randomElement(using: &generator) ?? [:]
  }

  func reduced() throws -> Reduction {
    try cell.reduced(frequency: frequency, segmentCount, comparing: comparedParameters)
  }

  private static func addSection(
    _ role: Section.Role, on parent: Int, _ passive: CellBuilder.Passive,
    to builder: inout CellBuilder, _ generator: inout SplitMix64
  ) {
    let parentSection = builder.cell.sections[parent]
    let interior = parentSection.center(
      ofSegment: Int.random(in: parentSection.segments.indices, using: &generator))
    let count = Int.random(in: 1...7, using: &generator)
    let index = builder.add(
      role, on: parent, at: [0, 1, 1, 1, interior].randomElement(using: &generator) ?? 1,
      ownEnd: [0, 0, 0, 1].randomElement(using: &generator) ?? 0,
      length: Double.random(in: 20...200, using: &generator),
      diameter: Double.random(in: 0.4...4, using: &generator), segments: count, passive)
    func values(_ ranges: [ClosedRange<Int>]) -> [[Double]] {
      (0..<count).map { _ in
        ranges.map { Double(Int.random(in: $0, using: &generator)) * 0x1p-20 }
      }
    }
    // About 2e-5 to 2e-4 S/cm²
    let leak = Section.Insertion(mechanism: 0, values: values([20...200, -100...0]))
    let hyperpolarised = Section.Insertion(
      mechanism: 1, values: values([0...1000, -9...9, -9...9]))
    let ion = Section.Insertion(mechanism: 2, values: values([100_000...200_000]))
    var insertions = [leak]
    if Bool.random(using: &generator) { insertions.append(hyperpolarised) }
    if Bool.random(using: &generator) { insertions.append(ion) }
    builder.cell.sections[index].insertions = insertions
  }

  private static func addSynapse(
    to builder: inout CellBuilder, _ generator: inout SplitMix64
  ) {
    let section = Int.random(in: builder.cell.sections.indices, using: &generator)
    let segment = Int.random(
      in: builder.cell.sections[section].segments.indices, using: &generator)
    let center = builder.cell.sections[section].center(ofSegment: segment)
    let kind = Int.random(in: 0...1, using: &generator)
    // Few different values, so that some are equal.
    let values: [Double] = (0..<3).map { _ in Double(Int.random(in: 0...1, using: &generator)) }
    builder.cell.pointProcesses.append(
      PointProcess(
        kind: kind, section: section,
        position: [0, 1, center, center, center].randomElement(using: &generator) ?? center,
        values: values, mayMerge: Int.random(in: 0..<8, using: &generator) > 0))
  }

  /// None, one or several for a point process, in no order.
  private static func addConnections(
    to builder: inout CellBuilder, _ generator: inout SplitMix64
  ) {
    guard !builder.cell.pointProcesses.isEmpty else { return }
    for _ in 0..<Int.random(in: 0...120, using: &generator) {
      let weightCount = Int.random(in: 1...3, using: &generator)
      builder.cell.connections.append(
        Connection(
          target: Int.random(in: builder.cell.pointProcesses.indices, using: &generator),
          weights: (0..<weightCount).map { _ in Double.random(in: 0...0.01, using: &generator) }))
    }
  }
}

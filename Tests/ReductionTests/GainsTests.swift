import CellModel
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct GainsTests {
  private static let sodium = MechanismKind(
    name: "Na", parameters: [.init(name: "gbar_Na", defaults: [0], unit: "S/cm2")],
    currents: ["na"])
  private static let both = MechanismKind(
    name: "both",
    parameters: [
      .init(name: "gnabar_both", defaults: [0], unit: "S/cm2"),
      .init(name: "gkbar_both", defaults: [0], unit: "S/cm2"),
      .init(name: "shift_both", defaults: [0], unit: "mV"),
    ], currents: ["na", "k"])
  private static let ions = [("na_ion", 50.0), ("k_ion", -77)].map {
    MechanismKind(
      name: $0.0, isIon: true, parameters: [.init(name: "e", defaults: [$0.1], unit: "mV")])
  }

  /// Channels on soma and dendrites, synapses on both.
  private static func cell() -> (cell: CellModel, drive: SynapticDrive) {
    var builder = CellBuilder(mechanisms: [sodium, both] + ions)
    let insertions: [Section.Insertion] = [
      .init(mechanism: 1, values: [[0.01], [0.02]]),
      .init(mechanism: 2, values: [[0.03, 0.04, 5], [0.03, 0.04, 5]]),
      .init(mechanism: 3, values: [[50], [50]]), .init(mechanism: 4, values: [[-77], [-77]]),
    ]
    for _ in 0..<2 { builder.add(.basal, on: 0, segments: 2, inserting: insertions) }
    builder.cell.sections[0].insertions += insertions.map {
      .init(mechanism: $0.mechanism, values: [$0.values[0]])
    }
    for (section, _) in [(1, 0), (2, 1), (0, 0), (1, 2)] {
      builder.addSynapse(on: section, at: 0.4, weight: 1e-3, mayMerge: false)
    }
    let course = DoubleExponential()
    let drive = SynapticDrive(
      responses: [course.response(reversal: 0), course.response(reversal: -80), course.response()],
      responseIndices: [0, 1, 0, 2], rates: [5, 5, 5, 5])
    return (builder.cell, drive)
  }

  private static func reduced(_ factors: [Gains.Part: Double]) throws -> (CellModel, Reduction) {
    let (cell, drive) = cell()
    return (
      cell,
      try Reduction(
        of: cell,
        settings: ReductionSettings(
          method: .folded, segmentCount: .total(3), drive: drive, gains: Gains(factors)))
    )
  }

  @Test func theNameOfTheMechanismIsNotThatOfAnIon() throws {
    var (cell, drive) = Self.cell()
    cell.mechanisms[2].name = "nak"
    for (index, name) in ["gfast_nak", "gna_nak", "shift_nak"].enumerated() {
      cell.mechanisms[2].parameters[index].name = name
    }
    let reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(method: .folded, segmentCount: .total(3), drive: drive))
    let found = GainedParts(of: cell, reduction).values.filter { $0.mechanism == 2 }
    #expect(found.map(\.offset) == [1])
  }

  @Test func whatThereCanBeGainsOf() throws {
    let (cell, reduction) = try Self.reduced([:])
    let found = GainedParts(of: cell, reduction)
    #expect(found.parts == [.excitation, .inhibition, .leak, .ion("na")])
    // What is on the soma is none of the dendrites', and of the last nothing is known.
    #expect(found.connections == [.excitation, .inhibition, nil, nil])
    #expect(
      found.values == [
        .init(part: .leak, mechanism: 0, offset: 0),
        .init(part: .ion("na"), mechanism: 1, offset: 0),
        .init(part: .ion("na"), mechanism: 2, offset: 0),
      ])
  }

  @Test(arguments: [Gains.Part.excitation, .inhibition, .leak, .ion("na")])
  func aGainMultipliesWhatItIsOf(part: Gains.Part) throws {
    let (_, plain) = try Self.reduced([:])
    let (_, gained) = try Self.reduced([part: 1.5])
    let weights = zip(plain.reduced.connections, gained.reduced.connections).map {
      $1.weights[0] / $0.weights[0]
    }
    #expect(weights == [part == .excitation ? 1.5 : 1, part == .inhibition ? 1.5 : 1, 1, 1])
    for (index, (one, other)) in zip(plain.reduced.sections, gained.reduced.sections).enumerated() {
      guard case .cable = plain.origins[index] else {
        #expect(one == other)
        continue
      }
      for (own, changed) in zip(one.insertions, other.insertions) {
        let factors: [Double] =
          switch own.mechanism {
          case 0: [part == .leak ? 1.5 : 1, 1]
          case 1: [part == .ion("na") ? 1.5 : 1]
          case 2: [part == .ion("na") ? 1.5 : 1, 1, 1]
          default: [1]
          }
        #expect(changed.values == own.values.map { zip($0, factors).map { $0 * $1 } })
      }
    }
  }

  @Test(arguments: [(Gains.Part.ion("zn"), 1.5), (.leak, 0), (.leak, -1), (.leak, .infinity)])
  func whatHasNoMeaningIsRefused(part: Gains.Part, factor: Double) {
    #expect(
      throws: ReductionError.gain(
        name: part.name, factor: factor, known: ["excitation", "inhibition", "leak", "na"])
    ) { try Self.reduced([part: factor]) }
  }

  @Test func namesAreThoseOfParts() {
    for part in [Gains.Part.excitation, .inhibition, .leak, .ion("ca")] {
      #expect(Gains.Part(name: part.name) == part)
    }
  }
}

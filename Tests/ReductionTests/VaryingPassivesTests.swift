import CellModel
import TestSupport
import Testing

@testable import Reduction

/// Where leak, capacitance and axial resistivity vary along a subtree, they are those of all of it, not those of the
/// section that it begins with; in every method but the classic one.
@Suite struct VaryingPassivesTests {
  private static let tolerance = 1e-8

  /// A random cell whose segments have leaks, reversals and capacitances of their own, and its sections
  /// resistivities.
  private static func cell(_ seed: UInt64) -> CellModel {
    var generator = SplitMix64(seed: seed &+ 7_000_000)
    var cell = RandomCell(seed: seed).varied(seed: seed)
    for section in cell.sections.indices {
      let scale = generator.uniform(0.3...3)
      cell.sections[section].axialResistivity *= scale
      cell.sections[section].endResistance *= scale
      for segment in cell.sections[section].segments.indices {
        cell.sections[section].segments[segment].axialResistance *= scale
        cell.sections[section].insertions[0].values[segment][1] = generator.uniform(-90 ... -50)
      }
    }
    return cell
  }

  @Test(arguments: UInt64(1)...60, [Method.lumped, .folded])
  func steadyResistancesAreTheCells(seed: UInt64, method: Method) throws {
    let cell = Self.cell(seed)
    let loaded = try LoadedReduction(cell, .total(12), method: method)
    guard cell.sections.allSatisfy({ !$0.hasDendriteAsParentOfAxon(in: cell) }), !loaded.foldsPlaces
    else { return }
    #expect(abs(loaded.reducedTransfers[0] / loaded.loaded.transfers[0] - 1) <= Self.tolerance)
    for (cable, members) in loaded.membersByCable.enumerated() where !members.isEmpty {
      let expected =
        members.reduce(0) { $0 + $1.conductance * $1.transfer }
        / members.reduce(0) { $0 + $1.conductance }
      #expect(abs(loaded.cableTransfers[cable] / expected - 1) <= Self.tolerance)
    }
  }

  /// Of each subtree, or of all where they fold with each other: area, capacitance, leak, and the current that the leak makes at 0 mV.
  @Test(arguments: UInt64(1)...60, [Method.lumped, .folded])
  func membraneIsTheSubtrees(seed: UInt64, method: Method) throws {
    let cell = Self.cell(seed)
    let reduction = try Reduction(
      of: cell, settings: ReductionSettings(method: method, segmentCount: .total(12)))
    for (sections, after) in reduction.piecesWithCables {
      let before = sections.map { cell.sections[$0] }
      let (own, other) = (Membrane(of: before), Membrane(of: after))
      #expect(abs(other.area / own.area - 1) <= 1e-11)
      #expect(abs(other.capacitance / own.capacitance - 1) <= 1e-11)
      #expect(abs(other.leak / own.leak - 1) <= 1e-11)
      #expect(abs(Self.leakCurrent(of: after) / Self.leakCurrent(of: before) - 1) <= 1e-9)
    }
  }

  /// At 0 mV, in pA·10⁵.
  private static func leakCurrent(of sections: [Section]) -> Double {
    sections.reduce(0) { sum, section in
      section.segments.indices.reduce(sum) { sum, segment in
        let values = section.values(ofMechanism: 0, segment: segment) ?? [0, 0]
        return sum - section.segments[segment].area * values[0] * values[1]
      }
    }
  }
}

extension Section {
  fileprivate func hasDendriteAsParentOfAxon(in cell: CellModel) -> Bool {
    guard let parent = attachment?.parent else { return false }
    return !role.isDendritic && cell.sections[parent].role.isDendritic
  }
}

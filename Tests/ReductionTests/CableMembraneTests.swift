import CableTheory
import CellModel
import ComplexModule
import RealModule
import TestSupport
import Testing

@testable import Reduction

/// Cables with other passive properties than their stems have.
@Suite struct CableMembraneTests {
  static func reduced(
    _ cell: CellModel, frequency: Double, membranes: [Int: CableMembrane]
  ) throws -> Reduction {
    try Reduction(of: cell, settings: ReductionSettings(frequency: frequency, membranes: membranes))
  }

  /// A stem's own passive properties, as a replacement.
  static func own(
    _ stem: Int, of cell: CellModel, frequency: Double
  ) throws -> CableMembrane {
    let section = cell.sections[stem]
    let middle = section.segmentIndex(at: 0.5)
    let leak = try #require(section.values(ofMechanism: 0, segment: middle))
    let membrane = PassiveMembrane(
      leakConductanceDensity: leak[0], capacitanceDensity: section.segments[middle].capacitance,
      axialResistivity: section.axialResistivity)
    return CableMembrane(
      capacitance: section.segments[middle].capacitance,
      membraneResistance: membrane.membraneResistance,
      axialResistivity: section.axialResistivity,
      propagationFactor: membrane.propagationFactor(frequency: frequency))
  }

  @Test(arguments: UInt64(1)...20, [0.0, 38])
  func aStemsOwnChangeNothing(seed: UInt64, frequency: Double) throws {
    let cell = RandomCell(seed: seed).cell
    let plain = try Self.reduced(cell, frequency: frequency, membranes: [:])
    let membranes = try Dictionary(
      uniqueKeysWithValues: plain.cables.map { cable in
        (cable.stem, try Self.own(cable.stem, of: cell, frequency: frequency))
      })
    let replaced = try Self.reduced(cell, frequency: frequency, membranes: membranes)
    #expect(replaced.cables == plain.cables)
    #expect(replaced.reduced == plain.reduced)
    #expect(replaced.segmentMap == plain.segmentMap)
  }

  /// With the same q the electrotonic length and all places stay; the diameter goes with
  /// (√(Rm·Ra))^(2/3), the space constant and the length with √(Rm·d / Ra).
  @Test(arguments: UInt64(1)...20)
  func otherResistancesChangeTheShapeInClosedForm(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).cell
    let plain = try Self.reduced(cell, frequency: 0, membranes: [:])
    let stem = try #require(plain.cables.last).stem
    let own = try Self.own(stem, of: cell, frequency: 0)
    let other = CableMembrane(
      capacitance: 1.5 * own.capacitance, membraneResistance: 3 * own.membraneResistance,
      axialResistivity: 0.7 * own.axialResistivity, propagationFactor: 1)
    let replaced = try Self.reduced(cell, frequency: 0, membranes: [stem: other])
    #expect(replaced.cables.dropLast() == plain.cables.dropLast())
    #expect(replaced.segmentMap == plain.segmentMap)

    let (before, after) = (
      plain.cables[plain.cables.count - 1], replaced.cables[plain.cables.count - 1]
    )
    let diameters = Double.pow(3 * 0.7, 1.0 / 3)
    let spaceConstants = (3 * diameters / 0.7).squareRoot()
    // Some roundings in each.
    let tolerance = 16 * Double.ulpOfOne
    #expect(after.shape.electrotonicLength == before.shape.electrotonicLength)
    #expect(abs(after.shape.diameter / before.shape.diameter / diameters - 1) <= tolerance)
    #expect(abs(after.shape.length / before.shape.length / spaceConstants - 1) <= tolerance)
    #expect(after.segmentCount == before.segmentCount)
    #expect(after.capacitance == other.capacitance)
    #expect(after.axialResistivity == other.axialResistivity)
    // The leak is that of what went there.
    let section = replaced.reduced.sections[replaced.sectionsOfCables[plain.cables.count - 1]]
    #expect(
      section.insertions
        == plain.reduced.sections[plain.sectionsOfCables[plain.cables.count - 1]].insertions)
  }

  /// A larger q attenuates the same within a shorter cable.
  @Test func anotherPropagationFactorChangesTheLength() throws {
    let cell = CellBuilder.ballAndStick(segments: 20).cell
    var membrane = try Self.own(1, of: cell, frequency: 0)
    membrane = CableMembrane(
      capacitance: membrane.capacitance, membraneResistance: membrane.membraneResistance,
      axialResistivity: membrane.axialResistivity, propagationFactor: 2)
    let plain = try Self.reduced(cell, frequency: 0, membranes: [:])
    let replaced = try Self.reduced(cell, frequency: 0, membranes: [1: membrane])
    let (before, after) = (plain.cables[0].shape, replaced.cables[0].shape)
    #expect(abs(after.electrotonicLength / before.electrotonicLength - 0.5) <= 16 * Double.ulpOfOne)
  }

  /// What no cable has is an error that names the stem.
  @Test func numbersWithoutACableAreRefused() throws {
    let cell = CellBuilder.ballAndStick(segments: 5).cell
    for (resistance, q) in [(Double.nan, 1), (0, 1), (1e4, .nan), (1e4, 0)] {
      let membrane = CableMembrane(
        capacitance: 1, membraneResistance: resistance, axialResistivity: 100,
        propagationFactor: Complex(q, 0))
      #expect(throws: ReductionError.unsolvable(section: "dend[0]", frequency: 0)) {
        try Self.reduced(cell, frequency: 0, membranes: [1: membrane])
      }
    }
  }
}

import CableTheory
import CellModel
import ComplexModule
import Testing

@testable import Reduction

@Suite struct ImpedanceProfileTests {
  @Test func frequenciesAreLogarithmic() {
    let found = ImpedanceProfile.frequencies(from: 1, to: 100, count: 3)
    #expect(found.count == 3)
    for (value, expected) in zip(found, [1.0, 10, 100]) {
      #expect(abs(value - expected) <= 4 * expected.ulp)
    }
    #expect(ImpedanceProfile.frequencies(from: 7, to: 9, count: 1) == [7])
  }

  /// A uniform cylinder is its own reduction. What is left is the discretisation: both cells have
  /// compartments, of other lengths, and the reduction is one of compartments.
  @Test func aCylinderIsReducedToItself() throws {
    let cell = CellBuilder.ballAndStick(length: 400, segments: 401).cell
    let reduction = try cell.reduced(.total(402))
    let profile = try ImpedanceProfile(
      of: cell, reduction, frequencies: [1, 10, 100, 1000], siteCount: 4)
    #expect(profile.sites.map(\.section) == [1])
    #expect(profile.sites.map(\.segment) == [400])
    for (full, reduced) in zip(profile.full, profile.reduced) {
      #expect(abs(reduced / full - 1) < 1e-4, "\(full) \(reduced)")
    }
    for (full, reduced) in zip(profile.sites[0].full, profile.sites[0].reduced) {
      #expect(abs(reduced / full - 1) < 1e-2, "\(full) \(reduced)")
    }
  }

  @Test(arguments: UInt64(1)...30)
  func impedancesOfRandomCells(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let profile = try ImpedanceProfile(
      of: random.cell, reduction, frequencies: [1, 30, 1000], siteCount: 2)
    #expect(profile.sites.count == min(2, reduction.cables.count))
    for moduli in [profile.full, profile.reduced] {
      #expect(moduli.count == 3)
      // The membrane's capacitance shunts: the modulus falls with the frequency.
      #expect(moduli[0] >= moduli[1] && moduli[1] >= moduli[2] && moduli[2] > 0, "\(moduli)")
    }
    for site in profile.sites {
      // A passive tree attenuates: no place reaches the soma better than the soma itself.
      for (transfer, input) in zip(site.full, profile.full) { #expect(transfer <= input) }
      for (transfer, input) in zip(site.reduced, profile.reduced) { #expect(transfer <= input) }
    }
  }
}

import CableTheory
import ComplexModule
import TestSupport
import Testing

@Suite struct PathsToRootTests {
  /// By superposition of the columns of the impedance matrix; one of the places counts twice.
  @Test(arguments: UInt64(1)...50, [0.0, 1, 100, 2000])
  func voltagesAreThoseOfAllCurrents(seed: UInt64, frequency: Double) {
    let tree = RandomTree(seed: seed).tree
    var generator = SplitMix64(seed: seed)
    var places = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
      Int.random(in: 0..<tree.count, using: &generator)
    }
    places.append(places[0])
    let currents = places.map { _ in generator.logUniform(1e-3...10) }
    let found = TreeSpread(of: tree, frequency: frequency)
      .voltages(injecting: currents, along: PathsToRoot(from: places, in: tree))
    let impedance = TreeImpedance(of: tree, frequency: frequency)
    var expected = [Complex<Double>](repeating: .zero, count: tree.count)
    for (place, current) in zip(places, currents) {
      for (index, voltage) in impedance.voltages(injectingInto: place).enumerated() {
        expected[index] += voltage.multiplied(by: current)
      }
    }
    for (place, voltage) in zip(places, found) {
      #expect(relativeDifferenceInUlps(voltage, expected[place]) <= 200)
    }
  }

  @Test func onlyTheWayToTheRootCounts() {
    var tree = CompartmentTree(rootLeakConductance: 1)
    let trunk = tree.append(parent: 0, axialResistance: 1)
    let left = tree.append(parent: trunk, axialResistance: 1)
    _ = tree.append(parent: trunk, axialResistance: 1)
    let right = tree.append(parent: 0, axialResistance: 1)
    #expect(PathsToRoot(from: [left, left], in: tree).compartments == [0, trunk, left])
    #expect(PathsToRoot(from: [right, trunk], in: tree).compartments == [0, trunk, right])
    #expect(PathsToRoot(from: [right, left], in: tree).places == [3, 2])
    #expect(PathsToRoot(from: [0], in: tree).compartments == [0])
  }
}

import CableTheory
import Testing

@Suite struct CompartmentTreeTests {
  @Test func beginsWithItsRoot() {
    let tree = CompartmentTree(rootLeakConductance: 0.25, rootCapacitance: 3)
    #expect(tree.count == 1)
    #expect(tree.parents == [-1])
    #expect(tree.axialConductances == [0])
    #expect(tree.leakConductances == [0.25])
    #expect(tree.capacitances == [3])
  }

  @Test func hasARootWithoutMembraneUnlessToldOtherwise() {
    let tree = CompartmentTree()
    #expect(tree.leakConductances == [0])
    #expect(tree.capacitances == [0])
  }

  @Test func appendKeepsWhatItIsGivenAndReturnsTheIndex() {
    var tree = CompartmentTree()
    let first = tree.append(parent: 0, axialResistance: 4, leakConductance: 0.5, capacitance: 8)
    let second = tree.append(parent: first, axialResistance: 0.5)
    let third = tree.append(parent: 0, axialResistance: 2, leakConductance: 1)
    #expect([first, second, third] == [1, 2, 3])
    #expect(tree.count == 4)
    #expect(tree.parents == [-1, 0, 1, 0])
    #expect(tree.axialConductances == [0, 0.25, 2, 0.5])
    #expect(tree.leakConductances == [0, 0.5, 0, 1])
    #expect(tree.capacitances == [0, 8, 0, 0])
  }

  @Test func refusesAParentThatIsNotThereYet() async {
    await #expect(processExitsWith: .failure) {
      var tree = CompartmentTree()
      _ = tree.append(parent: 1, axialResistance: 1)
    }
  }

  @Test func refusesAnAxialResistanceOfZero() async {
    await #expect(processExitsWith: .failure) {
      var tree = CompartmentTree()
      _ = tree.append(parent: 0, axialResistance: 0)
    }
  }

  @Test func refusesAnAxialResistanceThatIsNoNumber() async {
    await #expect(processExitsWith: .failure) {
      var tree = CompartmentTree()
      _ = tree.append(parent: 0, axialResistance: .nan)
    }
  }
}

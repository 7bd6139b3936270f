import CableTheory
import ComplexModule
import TestSupport
import Testing

@Suite struct CompartmentTreeViewsTests {
  /// What two orders of elimination may differ by: axial conductances are up to 10⁶ times a leak in these
  /// trees, so some 10⁶ ulps.
  private static let tolerance = 1e-9

  private func tree(seed: UInt64) -> CompartmentTree {
    var generator = SplitMix64(seed: seed)
    var tree = CompartmentTree(
      rootLeakConductance: generator.logUniform(1e-5...1e-2),
      rootCapacitance: generator.logUniform(1e-3...1e-1))
    for index in 0..<Int.random(in: 1...40, using: &generator) {
      _ = tree.append(
        parent: Int.random(in: 0...index, using: &generator),
        axialResistance: generator.logUniform(1e-1...1e3),
        leakConductance: generator.logUniform(1e-5...1e-2),
        capacitance: generator.logUniform(1e-3...1e-1))
    }
    return tree
  }

  /// Z_ij does not depend on the root.
  @Test(arguments: UInt64(1)...60)
  func anotherRootIsTheSameTree(seed: UInt64) {
    let tree = tree(seed: seed)
    var generator = SplitMix64(seed: seed &+ 1_000_000)
    let root = Int.random(in: 0..<tree.count, using: &generator)
    let (other, indices) = tree.rerooted(at: root)
    #expect(indices[root] == 0)
    #expect(indices.sorted() == Array(0..<tree.count))
    for (index, parent) in other.parents.enumerated() { #expect(parent < index) }
    for frequency in [0.0, 100] {
      let before = TreeImpedance(of: tree, frequency: frequency).voltages(injectingInto: root)
      let after = TreeImpedance(of: other, frequency: frequency).transfersToRoot()
      for index in before.indices {
        let difference = (after[indices[index]] - before[index]).length
        #expect(difference <= Self.tolerance * before[index].length)
      }
    }
  }

  @Test func anotherRootKeepsConductancesToTheLastBit() {
    let tree = tree(seed: 7)
    let (there, indices) = tree.rerooted(at: tree.count - 1)
    let (back, again) = there.rerooted(at: indices[0])
    for index in 0..<tree.count {
      let place = again[indices[index]]
      #expect(back.leakConductances[place] == tree.leakConductances[index])
      #expect(back.capacitances[place] == tree.capacitances[index])
      #expect(back.axialConductances[place] == tree.axialConductances[index])
    }
  }

  /// What is cut off behaves as if the rest were not there.
  @Test func whatIsCutOffIsATreeOfItsOwn() {
    var tree = CompartmentTree(rootLeakConductance: 1)
    let first = tree.append(parent: 0, axialResistance: 2, leakConductance: 0.25, capacitance: 3)
    _ = tree.append(parent: 0, axialResistance: 5, leakConductance: 0.5)
    let second = tree.append(parent: first, axialResistance: 4, leakConductance: 0.125)
    let cut = tree.cut([first, second])
    #expect(cut.parents == [-1, 0, 1])
    #expect(cut.axialConductances == [0, 0.5, 0.25])
    #expect(cut.leakConductances == [0, 0.25, 0.125])
    #expect(cut.capacitances == [0, 3, 0])
    #expect(tree.cut([]).count == 1)
  }
}

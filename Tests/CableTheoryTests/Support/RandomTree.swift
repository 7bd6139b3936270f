import CableTheory
import TestSupport

/// Branched trees of random shape and random passive properties.
struct RandomTree {
  let tree: CompartmentTree
  /// The longest path from a compartment to the root, in steps.
  let depth: Int

  /// A tree of 2 to 120 compartments; about one in six has no membrane.
  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 2...120, using: &generator)
    // 1 makes a chain, larger numbers make bushes.
    let reach = Int.random(in: 1...8, using: &generator)
    var tree = CompartmentTree(rootLeakConductance: 1e-4, rootCapacitance: 2e-3)
    var depths = [0]
    for index in 1..<count {
      let parent = Int.random(in: max(0, index - reach)..<index, using: &generator)
      let hasMembrane = Int.random(in: 0..<6, using: &generator) > 0
      let leak = hasMembrane ? generator.logUniform(1e-6...1e-2) : 0
      // µS · ms = nF
      let capacitance = leak * generator.uniform(5...50)
      _ = tree.append(
        parent: parent, axialResistance: generator.logUniform(0.1...1000), leakConductance: leak,
        capacitance: capacitance)
      depths.append(depths[parent] + 1)
    }
    self.tree = tree
    depth = depths.max() ?? 0
  }
}

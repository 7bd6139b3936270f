/// A passive dendritic tree as a simulator sees it: isopotential compartments joined by axial
/// conductances, with the far ends sealed.
///
/// Compartment 0 is the root, and every other compartment follows its parent, so that one sweep
/// from the last compartment to the first meets all children before their parent (Hines 1984).
/// A compartment without membrane (a branch point, a section's end) has leak and capacitance 0.
///
/// Units: conductances in µS, capacitances in nF; impedances computed from them are in MΩ.
package struct CompartmentTree: Sendable {
  /// The parent of each compartment; the root's is −1.
  package private(set) var parents: [Int] = []
  /// The conductance from each compartment to its parent, in µS; the root's is 0.
  package private(set) var axialConductances: [Double] = []
  /// The membrane conductance of each compartment, in µS.
  package private(set) var leakConductances: [Double] = []
  /// The membrane capacitance of each compartment, in nF.
  package private(set) var capacitances: [Double] = []

  package var count: Int { parents.count }

  /// A tree of one compartment, its root.
  package init(rootLeakConductance: Double = 0, rootCapacitance: Double = 0) {
    parents.append(-1)
    axialConductances.append(0)
    leakConductances.append(rootLeakConductance)
    capacitances.append(rootCapacitance)
  }

  /// The same tree with more membrane conductance: µS, one value per compartment.
  package func adding(leakConductances added: [Double]) -> CompartmentTree {
    precondition(added.count == count, "one conductance per compartment")
    var loaded = self
    for index in added.indices { loaded.leakConductances[index] += added[index] }
    return loaded
  }

  /// Adds a compartment and returns its index.
  ///
  /// - Parameters:
  ///   - parent: the index of a compartment that is already there.
  ///   - axialResistance: between the two compartments, in MΩ; greater than 0.
  ///   - leakConductance: of the new compartment's membrane, in µS.
  ///   - capacitance: of the new compartment's membrane, in nF.
  package mutating func append(
    parent: Int, axialResistance: Double, leakConductance: Double = 0, capacitance: Double = 0
  ) -> Int {
    precondition(axialResistance > 0, "axial resistances are positive")
    return append(
      parent: parent, axialConductance: 1 / axialResistance, leakConductance: leakConductance,
      capacitance: capacitance)
  }

  /// Adds a compartment of any properties, and returns its index: where a number is none of a compartment's,
  /// what is computed of it is no number.
  ///
  /// - Parameters:
  ///   - parent: the index of a compartment that is already there.
  ///   - axialConductance: between the two compartments, in µS.
  ///   - leakConductance: of the new compartment's membrane, in µS.
  ///   - capacitance: of the new compartment's membrane, in nF.
  package mutating func append(
    parent: Int, axialConductance: Double, leakConductance: Double = 0, capacitance: Double = 0
  ) -> Int {
    precondition(parents.indices.contains(parent), "a compartment's parent comes before it")
    parents.append(parent)
    axialConductances.append(axialConductance)
    leakConductances.append(leakConductance)
    capacitances.append(capacitance)
    return parents.count - 1
  }
}

import ComplexModule

/// The impedances of a passive tree at one frequency, by one complex Hines elimination.
///
/// The membrane of compartment i has the admittance y = g + i·2πf·C; the currents balance as
/// (y + Σ axial)·V − Σ axial·V_neighbour = I. Eliminating from the tips to the root leaves in each
/// compartment the admittance seen from its parent's side, which is all that input and transfer
/// impedances to the root need. Cost: linear in the number of compartments.
///
/// Source: Hines, "Efficient computation of branched nerve equations", Int. J. Biomed. Comput.
/// 15:69 (1984); Koch & Poggio, "A simple algorithm for solving the cable equation in dendritic
/// trees of arbitrary geometry", J. Neurosci. Methods 12:303 (1985).
package struct TreeImpedance: Sendable {
  private let tree: CompartmentTree
  /// After elimination: the admittance of compartment and everything distal to it, plus the axial
  /// conductance to the parent. µS.
  let pivots: [Complex<Double>]

  /// Eliminates `tree` at a frequency.
  ///
  /// - Parameters:
  ///   - tree: of a passive cell.
  ///   - frequency: in Hz, finite and not negative.
  package init(of tree: CompartmentTree, frequency: Double) {
    precondition(frequency >= 0 && frequency.isFinite, "a frequency is finite and not negative")
    // nF · rad/s = 1e-3 µS
    let susceptancePerNanofarad = 2 * Double.pi * frequency * 1e-3
    var pivots = (0..<tree.count).map { index in
      Complex(
        tree.leakConductances[index], susceptancePerNanofarad * tree.capacitances[index])
    }
    for index in stride(from: tree.count - 1, to: 0, by: -1) {
      // What the parent sees through the axial conductance g is g − g²/(y + g) = g·y/(y + g), the
      // second form without the cancellation that a small y would bring.
      let axial = Complex(tree.axialConductances[index])
      let distal = pivots[index]
      pivots[index] = distal + axial
      pivots[tree.parents[index]] += axial * distal / pivots[index]
    }
    self.tree = tree
    self.pivots = pivots
  }

  /// The input impedance at the root, in MΩ.
  package var input: Complex<Double> { 1 / pivots[0] }

  /// The transfer impedance between each compartment and the root, in MΩ: the root's voltage per
  /// current injected into the compartment, which equals the compartment's voltage per current
  /// injected into the root.
  package func transfersToRoot() -> [Complex<Double>] {
    var transfers = [Complex<Double>](repeating: input, count: tree.count)
    for index in transfers.indices.dropFirst() {
      let attenuation = Complex(tree.axialConductances[index]) / pivots[index]
      transfers[index] = transfers[tree.parents[index]] * attenuation
    }
    return transfers
  }

  /// The input impedance of every compartment, in MΩ: its voltage per current injected into it.
  ///
  /// From the root outwards, Z_ii = 1/p_i + (a_i/p_i)²·Z_parent with the pivot p and the axial
  /// conductance a of the elimination: what the compartment and all beyond it would have alone behind
  /// a clamped parent, and what the parent's own voltage adds. No term cancels another.
  package func inputs() -> [Complex<Double>] {
    var inputs = [Complex<Double>](repeating: input, count: tree.count)
    for index in inputs.indices.dropFirst() {
      let attenuation = Complex(tree.axialConductances[index]) / pivots[index]
      inputs[index] = 1 / pivots[index] + attenuation * attenuation * inputs[tree.parents[index]]
    }
    return inputs
  }

  /// The voltage of every compartment, in mV per nA (MΩ), for a unit current into one of them: the
  /// column of the impedance matrix that belongs to `source`.
  package func voltages(injectingInto source: Int) -> [Complex<Double>] {
    precondition(pivots.indices.contains(source), "the source is a compartment of the tree")
    var voltages = [Complex<Double>](repeating: .zero, count: tree.count)
    voltages[source] = 1
    for index in stride(from: source, to: 0, by: -1) where voltages[index] != .zero {
      let axial = Complex(tree.axialConductances[index])
      voltages[tree.parents[index]] += voltages[index] * axial / pivots[index]
    }
    voltages[0] /= pivots[0]
    for index in voltages.indices.dropFirst() {
      let axial = Complex(tree.axialConductances[index])
      voltages[index] = (voltages[index] + axial * voltages[tree.parents[index]]) / pivots[index]
    }
    return voltages
  }
}

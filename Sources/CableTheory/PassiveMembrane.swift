import ComplexModule

/// The specific passive properties of a cable.
package struct PassiveMembrane: Sendable, Equatable {
  /// Specific membrane resistance Rm, in Ω·cm².
  package let membraneResistance: Double
  /// Specific membrane capacitance Cm, in F/cm².
  package let membraneCapacitance: Double
  /// Axial resistivity Ra, in Ω·cm.
  package let axialResistivity: Double

  /// From the values that a simulator keeps.
  ///
  /// - Parameters:
  ///   - leakConductanceDensity: g_pas, in S/cm²; greater than 0.
  ///   - capacitanceDensity: cm, in µF/cm².
  ///   - axialResistivity: Ra, in Ω·cm; greater than 0.
  package init(
    leakConductanceDensity: Double, capacitanceDensity: Double, axialResistivity: Double
  ) {
    self.init(
      membraneResistance: 1 / leakConductanceDensity, capacitanceDensity: capacitanceDensity,
      axialResistivity: axialResistivity)
  }

  /// From Rm, in Ω·cm², cm, in µF/cm², and Ra, in Ω·cm.
  package init(membraneResistance: Double, capacitanceDensity: Double, axialResistivity: Double) {
    self.membraneResistance = membraneResistance
    self.membraneCapacitance = capacitanceDensity * 1e-6
    self.axialResistivity = axialResistivity
  }

  /// The space constant of a cylinder, λ = √(Rm·d / 4Ra), in cm, where d is its diameter in cm.
  package func spaceConstant(diameter: Double) -> Double {
    (membraneResistance * diameter / (4 * axialResistivity)).squareRoot()
  }

  /// The complex propagation factor per space constant, q = √(1 + iωRmCm), at a frequency in Hz.
  ///
  /// Rall's steady-state cable equations hold for sinusoids with X replaced by qX (Rinzel & Rall,
  /// Biophys. J. 14:759, 1974).
  package func propagationFactor(frequency: Double) -> Complex<Double> {
    let angularTimeConstant = 2 * Double.pi * frequency * membraneResistance * membraneCapacitance
    return .sqrt(Complex(1, angularTimeConstant))
  }
}

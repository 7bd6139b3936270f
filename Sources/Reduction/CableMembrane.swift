import ComplexModule

/// Passive properties that a stem's cable gets in place of the stem's own, where a user has them computed
/// in another way.
///
/// They shape the cable, and its capacitance and axial resistivity are these. Where on the cable something
/// goes follows from the stem's own; its leak is that of what goes there.
package struct CableMembrane: Sendable, Equatable {
  /// cm, in µF/cm².
  package let capacitance: Double
  /// Rm, in Ω·cm².
  package let membraneResistance: Double
  /// Ra, in Ω·cm.
  package let axialResistivity: Double
  /// q per space constant, with real part ≥ imaginary part ≥ 0.
  package let propagationFactor: Complex<Double>

  package init(
    capacitance: Double, membraneResistance: Double, axialResistivity: Double,
    propagationFactor: Complex<Double>
  ) {
    self.capacitance = capacitance
    self.membraneResistance = membraneResistance
    self.axialResistivity = axialResistivity
    self.propagationFactor = propagationFactor
  }
}

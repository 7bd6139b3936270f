import ComplexModule
import RealModule

/// The one cylinder that stands for a subtree: same input impedance at its proximal end, and same
/// transfer impedance from its far tip as the subtree's electrically most distant tip.
///
/// Source: Amsalem et al., Nat. Commun. 11:288 (2020), Methods; Rall's cylinder with a sealed end.
package struct EquivalentCable: Sendable, Equatable {
  /// L, in space constants.
  package let electrotonicLength: Double
  /// In µm.
  package let diameter: Double
  /// λ = √(Rm·d / 4Ra), in µm.
  package let spaceConstant: Double
  /// ℓ = λ·L, in µm.
  package let length: Double
  /// q = √(1 + iωRmCm) at the frequency of the reduction.
  package let propagationFactor: Complex<Double>
  /// The q by which places on the cable are found.
  private let locatingFactor: Complex<Double>
  /// Z_in of the subtree, in MΩ.
  package let inputImpedance: Complex<Double>

  /// Solves for the cable.
  ///
  /// The length follows from |Z_in / cosh(qL)| = |Z_tip|; the diameter from the input impedance of
  /// a sealed cylinder, d = |(2/π)·√(Rm·Ra)/(q·Z_in)·coth(qL)|^(2/3).
  ///
  /// - Parameters:
  ///   - inputImpedance: at the subtree's proximal end, cut off from the soma, in MΩ.
  ///   - tipTransferImpedance: modulus of the smallest transfer impedance from a section's end to
  ///     the proximal end, in MΩ.
  ///   - membrane: the cable's passive properties.
  ///   - frequency: in Hz.
  /// - Returns: nil where the numbers overflow or vanish (an impedance that is not finite and
  ///   positive, as extreme frequencies or passive values give).
  package init?(
    inputImpedance: Complex<Double>, tipTransferImpedance: Double, membrane: PassiveMembrane,
    frequency: Double
  ) {
    self.init(
      inputImpedance: inputImpedance, tipTransferImpedance: tipTransferImpedance,
      membrane: membrane, propagationFactor: membrane.propagationFactor(frequency: frequency))
  }

  /// Solves for the cable with a propagation factor of the caller's: one that does not follow from the
  /// membrane, or was computed before.
  ///
  /// - Parameters:
  ///   - inputImpedance: at the proximal end, in MΩ.
  ///   - tipTransferImpedance: modulus, from the proximal end to the tip, in MΩ.
  ///   - membrane: of the cable.
  ///   - q: with real part ≥ imaginary part ≥ 0.
  ///   - locatingFactor: the q by which places on the cable are found; the same unless told.
  package init?(
    inputImpedance: Complex<Double>, tipTransferImpedance: Double, membrane: PassiveMembrane,
    propagationFactor q: Complex<Double>, locatingFactor: Complex<Double>? = nil
  ) {
    let electrotonicLength = Attenuation.length(
      givingTipRatio: tipTransferImpedance / inputImpedance.length, propagationFactor: q)

    let inputImpedanceOhms = inputImpedance.multiplied(by: 1e6)
    let conductanceOfSemiInfinite =
      (membrane.membraneResistance * membrane.axialResistivity).squareRoot()
      / (q * inputImpedanceOhms).length
    let sealedEnd = Self.hyperbolicCotangent(q.multiplied(by: electrotonicLength)).length
    let diameterCentimeters = Double.pow(
      2 / .pi * conductanceOfSemiInfinite * sealedEnd, 2.0 / 3)
    let spaceConstantCentimeters = membrane.spaceConstant(diameter: diameterCentimeters)

    self.electrotonicLength = electrotonicLength
    self.diameter = diameterCentimeters * 1e4
    self.spaceConstant = spaceConstantCentimeters * 1e4
    self.length = spaceConstantCentimeters * 1e4 * electrotonicLength
    self.propagationFactor = q
    self.locatingFactor = locatingFactor ?? q
    self.inputImpedance = inputImpedance
    guard diameter.isFinite, diameter > 0, length.isFinite, length > 0 else { return nil }
  }

  /// coth z for Re z > 0, without overflow: (1 + e^(−2z)) / (1 − e^(−2z)).
  private static func hyperbolicCotangent(_ z: Complex<Double>) -> Complex<Double> {
    let decay = Complex<Double>.expMinusOne(z.multiplied(by: -2))
    return -(decay + 2) / decay
  }

  /// The relative position (0 at the soma, just below 1 at the tip) of the point of this cable whose
  /// transfer impedance to the proximal end has the given modulus, in MΩ.
  package func relativePosition(transferImpedance: Double) -> Double {
    let position = Attenuation.position(
      givingRatio: transferImpedance / inputImpedance.length, length: electrotonicLength,
      propagationFactor: locatingFactor)
    return min(position / electrotonicLength, (1.0).nextDown)
  }
}

import CableTheory
import ComplexModule
import Testing

/// A uniform cylinder with a sealed end: what cable theory says of it in closed form, and the
/// compartments that NEURON makes of it.
struct SealedCylinder: CustomTestStringConvertible {
  var lengthMicrometers: Double
  var diameterMicrometers: Double
  /// g_pas, in S/cm².
  var leakConductanceDensity = 1 / 20_000.0
  /// cm, in µF/cm².
  var capacitanceDensity = 1.0
  /// Ra, in Ω·cm.
  var axialResistivity = 150.0

  var testDescription: String { "ℓ = \(lengthMicrometers) µm, d = \(diameterMicrometers) µm" }

  var membrane: PassiveMembrane {
    PassiveMembrane(
      leakConductanceDensity: leakConductanceDensity, capacitanceDensity: capacitanceDensity,
      axialResistivity: axialResistivity)
  }

  /// λ = √(Rm·d / 4Ra), in µm.
  var spaceConstantMicrometers: Double {
    (diameterMicrometers * 1e-4 / (4 * axialResistivity * leakConductanceDensity)).squareRoot()
      * 1e4
  }

  /// L = ℓ/λ.
  var electrotonicLength: Double { lengthMicrometers / spaceConstantMicrometers }

  /// q = √(1 + iωRmCm).
  func propagationFactor(frequency: Double) -> Complex<Double> {
    .sqrt(
      Complex(1, 2 * Double.pi * frequency * capacitanceDensity * 1e-6 / leakConductanceDensity))
  }

  /// (2/π)·√(Rm·Ra)·d^(−3/2) / q, in MΩ: the input impedance were the cylinder infinitely long.
  func characteristicImpedance(frequency: Double) -> Complex<Double> {
    let diameterCentimeters = diameterMicrometers * 1e-4
    let ohms =
      2 / .pi * (axialResistivity / leakConductanceDensity).squareRoot()
      / (diameterCentimeters * diameterCentimeters.squareRoot())
    return Complex(ohms * 1e-6) / propagationFactor(frequency: frequency)
  }

  /// Z_in = (2/π)·√(Rm·Ra)·d^(−3/2) · coth(qL) / q, in MΩ.
  func inputImpedance(frequency: Double) -> Complex<Double> {
    let argument = propagationFactor(frequency: frequency).multiplied(by: electrotonicLength)
    return characteristicImpedance(frequency: frequency) / .tanh(argument)
  }

  /// Z_in · cosh(q(L−X)) / cosh(qL), in MΩ, at a position from 0 to 1.
  func transferImpedance(at position: Double, frequency: Double) -> Complex<Double> {
    let q = propagationFactor(frequency: frequency)
    let distanceToTip = (1 - position) * electrotonicLength
    return inputImpedance(frequency: frequency)
      * .cosh(q.multiplied(by: distanceToTip)) / .cosh(q.multiplied(by: electrotonicLength))
  }

  /// The axial resistance between the centres of two of `segmentCount` segments, in MΩ.
  func axialResistance(segmentCount: Int) -> Double {
    let crossSection = .pi * diameterMicrometers * diameterMicrometers / 4
    // Ω·cm · µm / µm² = 1e-2 MΩ
    return axialResistivity * lengthMicrometers / Double(segmentCount) / crossSection * 1e-2
  }

  /// The compartments as NEURON makes them: membrane at the segments' centres, half an axial
  /// resistance at either end, and a last compartment without membrane. Compartment 0 is the
  /// proximal end, compartment k + 1 the segment k, the last one the sealed end.
  func compartments(segmentCount: Int) -> CompartmentTree {
    var tree = CompartmentTree()
    let resistance = axialResistance(segmentCount: segmentCount)
    let area = .pi * diameterMicrometers * lengthMicrometers / Double(segmentCount)
    var previous = 0
    for segment in 0..<segmentCount {
      previous = tree.append(
        parent: previous, axialResistance: segment == 0 ? resistance / 2 : resistance,
        leakConductance: leakConductanceDensity * area * 1e-2,
        capacitance: capacitanceDensity * area * 1e-5)
    }
    _ = tree.append(parent: previous, axialResistance: resistance / 2)
    return tree
  }
}

/// What the compartments of a sealed cylinder have in closed form. With qh = qL/n the factor per
/// segment and sinh(θ/2) = qh/2, the membrane's admittance times the axial resistance is
/// (qh)² = 4·sinh²(θ/2), and the voltages m + ½ segments from the tip are in proportion to
/// cosh((m + ½)·θ). The sum of the membrane currents then gives
///
///     Z_in = (R/2)·coth(θ/2)·coth(nθ),    Z_m = (R/2)·cosh((m + ½)·θ) / (sinh(θ/2)·sinh(nθ)).
struct DiscreteCylinder {
  let segmentCount: Int
  let axialResistance: Double
  let theta: Complex<Double>

  init(_ cylinder: SealedCylinder, segmentCount: Int, frequency: Double) {
    self.segmentCount = segmentCount
    axialResistance = cylinder.axialResistance(segmentCount: segmentCount)
    let perSegment = cylinder.propagationFactor(frequency: frequency)
      .multiplied(by: cylinder.electrotonicLength / Double(segmentCount))
    theta = Complex<Double>.asinh(perSegment.divided(by: 2)).multiplied(by: 2)
  }

  /// In MΩ.
  var inputImpedance: Complex<Double> {
    Complex(axialResistance / 2)
      / (.tanh(theta.divided(by: 2)) * .tanh(theta.multiplied(by: Double(segmentCount))))
  }

  /// In MΩ, between a segment's centre and the proximal end.
  func transferImpedance(ofSegment segment: Int) -> Complex<Double> {
    let segmentsToTip = Double(segmentCount - segment) - 0.5
    return Complex(axialResistance / 2) * .cosh(theta.multiplied(by: segmentsToTip))
      / (.sinh(theta.divided(by: 2)) * .sinh(theta.multiplied(by: Double(segmentCount))))
  }
}

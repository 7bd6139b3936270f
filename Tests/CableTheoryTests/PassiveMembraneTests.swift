import CableTheory
import ComplexModule
import Testing

@Suite struct PassiveMembraneTests {
  @Test func takesTheUnitsOfASimulator() {
    let membrane = PassiveMembrane(
      leakConductanceDensity: 0.0001, capacitanceDensity: 2, axialResistivity: 123)
    #expect(membrane.membraneResistance == 10_000)
    #expect(membrane.membraneCapacitance == 2e-6)
    #expect(membrane.axialResistivity == 123)
  }

  @Test func takesAResistanceAsItIs() {
    let membrane = PassiveMembrane(
      membraneResistance: 12_345.6, capacitanceDensity: 0.5, axialResistivity: 80)
    #expect(membrane.membraneResistance == 12_345.6)
    #expect(membrane.membraneCapacitance == 0.5e-6)
    #expect(membrane.axialResistivity == 80)
  }

  /// 20,000 Ω·cm², 200 Ω·cm and 4 µm: λ = √(20000 · 4e-4 / 800) cm = 0.1 cm.
  @Test func spaceConstantIsInCentimeters() {
    let membrane = PassiveMembrane(
      membraneResistance: 20_000, capacitanceDensity: 1, axialResistivity: 200)
    // A product, a quotient and a root.
    #expect(abs(membrane.spaceConstant(diameter: 4e-4) / 0.1 - 1) <= 2 * Double.ulpOfOne)
  }

  @Test func isOneAtZeroHertz() {
    let membrane = PassiveMembrane(
      leakConductanceDensity: 3e-5, capacitanceDensity: 0.9, axialResistivity: 100)
    #expect(membrane.propagationFactor(frequency: 0) == 1)
  }

  /// ω·Rm·Cm = 1 where 2πf·20 ms = 1; then q = √(1 + i), |q| = 2^(1/4), and its angle is π/8.
  @Test func turnsByAnEighthOfHalfATurnAtTheTimeConstantsFrequency() {
    let membrane = PassiveMembrane(
      leakConductanceDensity: 1 / 20_000.0, capacitanceDensity: 1, axialResistivity: 150)
    let q = membrane.propagationFactor(frequency: 1 / (2 * Double.pi * 0.02))
    // A handful of roundings on the way to q.
    let tolerance = 8 * Double.ulpOfOne
    #expect(abs(q.length - 2.0.squareRoot().squareRoot()) <= tolerance)
    #expect(abs(q.phase - .pi / 8) <= tolerance)
  }

  /// q² = 1 + iωτ, and Re q ≥ Im q ≥ 0, which the monotony of attenuation rests on.
  @Test(arguments: [0.1, 1, 38, 100, 1000, 1e6, 1e12])
  func squaresToOnePlusAngularTimeConstant(frequency: Double) {
    let membrane = PassiveMembrane(
      leakConductanceDensity: 5e-5, capacitanceDensity: 1.5, axialResistivity: 150)
    let q = membrane.propagationFactor(frequency: frequency)
    let expected = Complex(1, 2 * Double.pi * frequency * 1.5e-6 / 5e-5)
    // The square of a root that is right to an ulp or so, and some roundings in ωτ.
    #expect(relativeDifferenceInUlps(q * q, expected) <= 8)
    #expect(q.real >= q.imaginary)
    #expect(q.imaginary > 0)
  }
}

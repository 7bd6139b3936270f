import CableTheory
import ComplexModule
import RealModule
import Testing

@Suite struct EquivalentCableTests {
  static let cylinders = [
    SealedCylinder(lengthMicrometers: 30, diameterMicrometers: 3),  // L = 0.03
    SealedCylinder(lengthMicrometers: 600, diameterMicrometers: 2),  // L = 0.73
    SealedCylinder(
      lengthMicrometers: 900, diameterMicrometers: 1.3, leakConductanceDensity: 1 / 8000.0,
      capacitanceDensity: 1.7, axialResistivity: 90),  // L = 1.7
  ]

  static func cable(
    of cylinder: SealedCylinder, frequency: Double
  ) -> EquivalentCable? {
    EquivalentCable(
      inputImpedance: cylinder.inputImpedance(frequency: frequency),
      tipTransferImpedance: cylinder.transferImpedance(at: 1, frequency: frequency).length,
      membrane: cylinder.membrane, frequency: frequency)
  }

  /// A cylinder's own impedances give back that cylinder.
  ///
  /// The tip's ratio is known to some 8 + 2·|q|L ulps; over the slope of its logarithm that is L's
  /// uncertainty. The diameter depends on L by (2/3)·|d log coth(qL) / dL|.
  @Test(arguments: cylinders, [0, 10, 100])
  func givesBackASealedCylinder(cylinder: SealedCylinder, frequency: Double) throws {
    let cable = try #require(Self.cable(of: cylinder, frequency: frequency))
    let length = cylinder.electrotonicLength
    let q = cylinder.propagationFactor(frequency: frequency)
    let x = 2 * q.real * length
    let y = 2 * q.imaginary * length
    let slope =
      (q.real * Double.sinh(x) - q.imaginary * Double.sin(y))
      / (Double.cosh(x) + Double.cos(y))
    let rounding = (8 + 2 * q.length * length) * Double.ulpOfOne
    let lengthTolerance = 2 * rounding / slope
    let cotangentSlope = 2 * q.length / Complex.sinh(q.multiplied(by: 2 * length)).length
    let diameterTolerance = rounding + 2.0 / 3 * cotangentSlope * lengthTolerance

    #expect(abs(cable.electrotonicLength - length) <= lengthTolerance)
    #expect(
      abs(cable.diameter / cylinder.diameterMicrometers - 1) <= diameterTolerance)
    #expect(
      abs(cable.spaceConstant / cylinder.spaceConstantMicrometers - 1)
        <= diameterTolerance / 2 + rounding)
    #expect(
      abs(cable.length / cylinder.lengthMicrometers - 1)
        <= lengthTolerance / length + diameterTolerance / 2 + rounding)
    // The bounds say something.
    #expect(lengthTolerance / length < 1e-8)
    #expect(diameterTolerance < 1e-8)
  }

  @Test func keepsWhatItWasSolvedFor() throws {
    let cylinder = Self.cylinders[1]
    let cable = try #require(Self.cable(of: cylinder, frequency: 100))
    #expect(cable.inputImpedance == cylinder.inputImpedance(frequency: 100))
    let q = cylinder.propagationFactor(frequency: 100)
    #expect(relativeDifferenceInUlps(cable.propagationFactor, q) <= 8)
  }

  /// A propagation factor of the caller's takes the place of the membrane's, which then counts for the
  /// diameter and the space constant only.
  @Test func takesAnotherPropagationFactor() throws {
    let cylinder = Self.cylinders[1]
    let own = try #require(Self.cable(of: cylinder, frequency: 100))
    let membrane = PassiveMembrane(
      membraneResistance: cylinder.membrane.membraneResistance, capacitanceDensity: 0,
      axialResistivity: cylinder.membrane.axialResistivity)
    let same = try #require(
      EquivalentCable(
        inputImpedance: cylinder.inputImpedance(frequency: 100),
        tipTransferImpedance: cylinder.transferImpedance(at: 1, frequency: 100).length,
        membrane: membrane, propagationFactor: own.propagationFactor))
    #expect(same == own)
    let other = try #require(
      EquivalentCable(
        inputImpedance: cylinder.inputImpedance(frequency: 100),
        tipTransferImpedance: cylinder.transferImpedance(at: 1, frequency: 100).length,
        membrane: membrane, propagationFactor: Complex(1, 0.2)))
    #expect(other.propagationFactor == Complex(1, 0.2))
    #expect(other.electrotonicLength > own.electrotonicLength)
  }

  /// A tree may attenuate more than the longest cable does; the diameter still fits its input.
  @Test func isAtMostTheLongestCable() throws {
    let cylinder = SealedCylinder(lengthMicrometers: 9000, diameterMicrometers: 1)  // L = 15.6
    let cable = try #require(Self.cable(of: cylinder, frequency: 0))
    #expect(cable.electrotonicLength == 10)
    // coth 15.6 and coth 10 differ from 1 by less than 5e-9.
    #expect(abs(cable.diameter - 1) < 1e-8)
    #expect(abs(cable.length / (10 * cylinder.spaceConstantMicrometers) - 1) < 1e-8)
  }

  // MARK: Numbers that no cable has

  static let noImpedances: [Complex<Double>] = [
    0, Complex(.nan, 0), Complex(0, .nan), Complex(.infinity, 0), Complex(0, -.infinity),
  ]

  @Test(arguments: noImpedances)
  func isNothingWithoutAnInputImpedance(_ impedance: Complex<Double>) {
    #expect(cable(input: impedance, tip: 10) == nil)
  }

  @Test(arguments: [Double.nan, .infinity, 20, 20.5])
  func isNothingWhereTheTipDoesNotAttenuate(tip: Double) {
    #expect(cable(input: 20, tip: tip) == nil)
  }

  @Test(arguments: [0, -1e-4, Double.nan, .infinity])
  func isNothingWithoutALeak(leak: Double) {
    #expect(cable(input: 20, tip: 10, leak: leak) == nil)
  }

  @Test(arguments: [0, -150, Double.nan, .infinity])
  func isNothingWithoutAxialResistivity(axialResistivity: Double) {
    #expect(cable(input: 20, tip: 10, axialResistivity: axialResistivity) == nil)
  }

  @Test func isNothingWhereTheFrequencyOverflows() {
    #expect(cable(input: 20, tip: 10, frequency: .greatestFiniteMagnitude) == nil)
  }

  /// The same numbers without a fault in them do make a cable.
  @Test func isSomethingOtherwise() {
    #expect(cable(input: 20, tip: 10) != nil)
  }

  private func cable(
    input: Complex<Double>, tip: Double, leak: Double = 1e-4, axialResistivity: Double = 150,
    frequency: Double = 0
  ) -> EquivalentCable? {
    EquivalentCable(
      inputImpedance: input, tipTransferImpedance: tip,
      membrane: PassiveMembrane(
        leakConductanceDensity: leak, capacitanceDensity: 1, axialResistivity: axialResistivity),
      frequency: frequency)
  }

  // MARK: Positions

  /// A point goes where it was: X/L within the rounding of its ratio over the ratio's slope, which is
  /// at least that of 0 Hz, tanh D with D the distance to the tip.
  @Test(arguments: cylinders, [0, 100])
  func positionsOfACylinderAreItsOwn(cylinder: SealedCylinder, frequency: Double) throws {
    let cable = try #require(Self.cable(of: cylinder, frequency: frequency))
    let length = cylinder.electrotonicLength
    let q = cylinder.propagationFactor(frequency: frequency)
    for position in [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99] {
      let transfer = cylinder.transferImpedance(at: position, frequency: frequency).length
      let rounding = (8 + 2 * q.length * length) * Double.ulpOfOne
      // The uncertainty of L itself counts too: hence the slope at the tip's ratio beside it.
      let tolerance =
        rounding / (Double.tanh((1 - position) * length) * length)
        + rounding / (Double.tanh(length) * length)
      #expect(
        abs(cable.relativePosition(transferImpedance: transfer) - position) <= tolerance)
      #expect(tolerance < 1e-6)
    }
  }

  @Test(arguments: [0, 100])
  func positionsStayOnTheCable(frequency: Double) throws {
    let cable = try #require(Self.cable(of: Self.cylinders[1], frequency: frequency))
    let input = cable.inputImpedance.length
    #expect(cable.relativePosition(transferImpedance: input) == 0)
    #expect(cable.relativePosition(transferImpedance: 2 * input) == 0)
    #expect(cable.relativePosition(transferImpedance: .infinity) == 0)
    let tip = Self.cylinders[1].transferImpedance(at: 1, frequency: frequency).length
    #expect(cable.relativePosition(transferImpedance: tip / 2) == (1.0).nextDown)
    #expect(cable.relativePosition(transferImpedance: 0) == (1.0).nextDown)
  }
}

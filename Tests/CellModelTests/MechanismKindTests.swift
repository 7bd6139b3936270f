import CellModel
import Testing

@Suite struct MechanismKindTests {
  static let kind = MechanismKind(
    name: "ProbAMPANMDA",
    parameters: [
      .init(name: "tau_r", defaults: [0.2]),
      .init(name: "stages", defaults: [1, 2, 3]),
      .init(name: "e", defaults: [-70]),
      .init(name: "pair", defaults: [0.5, 0.25]),
    ],
    globals: [.init(name: "mg", values: [1])])

  @Test(arguments: [("tau_r", 0), ("stages", 1), ("e", 4), ("pair", 5)])
  func parametersBeginAfterThoseBeforeThem(name: String, offset: Int) {
    #expect(Self.kind.offset(ofParameter: name) == offset)
  }

  @Test(arguments: ["mg", "Stages", "stages[1]", "", "ProbAMPANMDA"])
  func otherNamesAreNoParameters(name: String) {
    #expect(Self.kind.offset(ofParameter: name) == nil)
  }

  @Test func arraysCountWithAllTheirElements() {
    #expect(Self.kind.valueCount == 7)
    #expect(Self.kind.defaultValues == [0.2, 1, 2, 3, -70, 0.5, 0.25])
  }

  @Test func aKindMayHaveNoParameters() {
    let kind = MechanismKind(name: "reader")
    #expect(kind.valueCount == 0)
    #expect(kind.defaultValues.isEmpty)
    #expect(kind.offset(ofParameter: "reader") == nil)
    #expect(!kind.isIon)
  }

  // MARK: Units

  @Test(arguments: [
    "S/cm2", "mho/cm2", "(S/cm2)", "( mho / cm2 )", "S/cm^2", "siemens/cm2", "mS/cm2", "uS/cm2",
    "mA/cm2", "pS/um2", "S/m2", "cm/s", "(cm/s)", "cm/sec", "um/s", "cm/ms", "1/um2", "/cm2",
    "uF/cm2",
  ])
  func amountsPerAreaAreDensities(unit: String) {
    #expect(MechanismKind.Parameter(name: "gbar", defaults: [1], unit: unit).isDensity)
  }

  @Test(arguments: [
    "", "1", "ms", "/ms", "1/ms", "mV", "/mV", "degC", "mM", "mM/ms", "um", "cm", "uS", "S", "nA",
    "ohm cm2", "ohm-cm2", "kohm-cm2", "ohm/cm2", "coulomb/mole", "mA", "cm2",
  ])
  func otherUnitsAreNot(unit: String) {
    #expect(!MechanismKind.Parameter(name: "tau", defaults: [1], unit: unit).isDensity)
  }
}

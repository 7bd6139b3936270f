import CellModel
import Testing

@testable import NEURONBridge

@Suite struct NamedLeakTests {
  private let cell = CellModel(
    name: "cell",
    mechanisms: [
      MechanismKind(name: "na_ion", isIon: true, parameters: [.init(name: "ena", defaults: [50])]),
      MechanismKind(
        name: "Leak",
        parameters: [
          .init(name: "shape_Leak", defaults: [1, 2]),
          .init(name: "gmax_Leak", defaults: [0.1], unit: "pS/um2"),
          .init(name: "e_Leak", defaults: [-70], unit: "mV"),
        ]),
    ])

  private func leak(
    _ mechanism: String = "Leak", _ conductance: String = "gmax", reversal: String? = "e",
    factor: Double? = nil
  ) throws(BridgeError) -> Leak {
    try NamedLeak(
      mechanism: mechanism, conductance: conductance, reversal: reversal, factor: factor
    ).leak(of: cell)
  }

  // pS/µm² is 1e-12 S per 1e-8 cm², given as the product of both, each rounded once.
  private let picosiemens = 1e-12 * 1e8

  @Test(arguments: [("gmax", "e"), ("gmax_Leak", "e_Leak"), ("gmax", "e_Leak")])
  func namesMayHaveTheMechanisms(conductance: String, reversal: String) throws {
    // An array of two values comes before them.
    #expect(
      try leak("Leak", conductance, reversal: reversal)
        == Leak(mechanism: 1, conductance: 2, factor: picosiemens, reversal: 3))
  }

  @Test func aReversalNeedNotBeNamed() throws {
    #expect(
      try leak(reversal: nil)
        == Leak(mechanism: 1, conductance: 2, factor: picosiemens, reversal: nil))
  }

  @Test func aFactorOfTheCallersComesFirst() throws {
    #expect(try leak(factor: 2).factor == 2)
  }

  @Test(arguments: ["leak", "pas", "na_ion", ""])
  func unknownMechanismsAreRefused(mechanism: String) {
    #expect(
      throws: BridgeError.leak(
        named: mechanism, expected: "a density mechanism of the cell: Leak")
    ) { try leak(mechanism) }
  }

  @Test(arguments: ["g", "GMAX", "Leak", "", "shape"])
  func unknownParametersAndArraysAreRefused(parameter: String) {
    let error = BridgeError.leak(
      named: parameter, expected: "a parameter of Leak: shape_Leak, gmax_Leak, e_Leak")
    #expect(throws: error) { try leak("Leak", parameter) }
    #expect(throws: error) { try leak(reversal: parameter) }
  }

  @Test(arguments: [
    ("S/cm2", 1.0), ("mho/cm2", 1), ("siemens/cm^2", 1), ("(S/cm2)", 1), ("mS/cm2", 1e-3),
    ("mmho / cm2", 1e-3), ("uS/cm2", 1e-6), ("nS/um2", 0.1), ("pS/um2", 1e-4), ("S/m2", 1e-4),
    ("pS/cm2", 1e-12),
    // What is no conductance per area is taken as S/cm².
    ("", 1), ("mV", 1), ("S", 1), ("S/", 1), ("/cm2", 1), ("cm/s", 1), ("S/cm3", 1),
  ])
  func unitsAreConverted(unit: String, expected: Double) {
    // One product of two rounded powers of ten.
    #expect(
      abs(NamedLeak.siemensPerSquareCentimeter(unit) - expected) <= 2 * expected * .ulpOfOne)
  }
}

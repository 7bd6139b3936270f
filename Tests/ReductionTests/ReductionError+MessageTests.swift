import Reduction
import Testing

@Suite struct ReductionErrorMessageTests {
  /// Each error, and what its message must name.
  static let messages: [(error: ReductionError, names: [String])] = [
    (.unknownMethod(name: "newest", known: ["classic", "other"]), ["newest", "classic, other"]),
    (.frequency(-3.5), ["frequency", "-3.5", "Hz"]),
    (.segmentCount(-2), ["segments", "-2", "1000000"]),
    (.noSoma(cell: "L5PC[0]"), ["L5PC[0]", "soma"]),
    (.noDendrites(cell: "L5PC[0]"), ["L5PC[0]", "dendrites", "soma"]),
    (.somaHasParent(soma: "soma[1]", parent: "dend[7]"), ["soma[1]", "dend[7]"]),
    (
      .missingLeak(
        section: "apic[4]", stems: ["apic[4]", "dend[7]"], having: 8, sections: 10,
        example: "apic[5] has g_pas = 2e-05, e_pas = -70.0"),
      ["apic[4], dend[7] have no pas", "apic[5] has g_pas = 2e-05, e_pas = -70.0"]
    ),
    (
      .missingLeak(
        section: "apic[4]", stems: ["apic[4]"], having: 1, sections: 10,
        example: "apic[5] has g_pas = 2e-05"),
      [
        "apic[4] has no pas", "9 of the 10 sections", "where the leak is in another mechanism",
        #"leak=("Mechanism", "gmax", "e")"#, "where there is none, insert pas",
      ]
    ),
    (
      .model(.property(section: "dend[3]", name: "cm", value: -1.5, expected: "a finite value")),
      ["dend[3]", "cm", "-1.5", "a finite value"]
    ),
    (.unsolvable(section: "dend[2]", frequency: 1e300), ["dend[2]", "1e+300", "Hz"]),
    (
      .tooManySegments(section: "dend[5]", count: 40_000, limit: 32_766),
      ["dend[5]", "40000", "32766", "segments"]
    ),
    (.tolerance(-0.5), ["tolerance", "-0.5", "mV", "greater than 0"]),
    (
      .toleranceWithout(method: "classic", methods: ["folded"]),
      ["tolerance", "'classic'", "method='folded'", "segments"]
    ),
    (
      .toleranceOutOfReach(tolerance: 0.01, least: 0.25),
      ["tolerance", "0.01", "0.25", "at the ends of sections"]
    ),
    (
      .gain(name: "zn", factor: 1.5, known: ["leak", "na"]),
      ["calibrate", "'zn'", "1.5", "leak, na"]
    ),
    (
      .observedWithout(method: "lumped", methods: ["folded"]),
      ["observe", "'lumped'", "method='folded'"]
    ),
    (.observed(samples: 7, segments: 3, interval: 0.5), ["observe", "7", "3 segments", "0.5 ms"]),
    (.unknownLoss(tolerance: 0.5), ["tolerance", "0.5", "rates=", "NetStims"]),
    (
      .unknownParameter(kind: "Exp2Syn", name: "tau3", known: ["tau1", "tau2", "e"]),
      ["compared_parameters", "Exp2Syn", "tau3", "tau1, tau2, e"]
    ),
    (.sitesOfMethod(name: "lumped", known: ["folded"]), ["sites", "'lumped'", "folded"]),
    (.part(argument: "keep", index: 2, section: 70), ["keep[2]", "70"]),
    (.rootStays(section: "axon[1]", role: "axon"), ["roots", "axon[1]", "axon and stays"]),
    (.rootInside(section: "apic[3]", of: "apic[1]"), ["roots", "apic[3]", "subtree of apic[1]"]),
    (.rootInside(section: "apic[3]", of: "apic[3]"), ["roots", "apic[3] twice"]),
    (.rootKept(section: "apic[3]"), ["keep", "subtree of apic[3]", "roots"]),
    (.allKept(cell: "L5PC[0]"), ["keep", "L5PC[0]"]),
    (.site(index: 3, section: 7, position: 1.5), ["sites[3]", "1.5", "section 7"]),
    (
      .sitesNeed(needed: 57, total: 40, kept: 41),
      ["segments is 40", "the sites need 57", "41 segments", "15 for what hangs on these"]
    ),
  ]

  @Test(arguments: messages)
  func namesWhatIsAtFaultAndWhatWasExpected(error: ReductionError, names: [String]) {
    let message = error.description
    for name in names + ["expected"] {
      #expect(message.contains(name), "\(message)")
    }
    #expect(!message.contains("\n"))
    #expect(!message.contains("  "))
  }

  @Test func isWhatAStringOfTheErrorSays() {
    let error = ReductionError.noSoma(cell: "cell")
    #expect("\(error)" == error.description)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersWithoutAValueAreNamed(value: Double) {
    #expect(ReductionError.frequency(value).description.contains("\(value)"))
    #expect(ReductionError.segmentCount(value).description.contains("\(value)"))
    let many = ReductionError.tooManySegments(section: "dend[0]", count: value, limit: 1)
    #expect(many.description.contains("\(value)"))
  }
}

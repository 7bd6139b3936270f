import CellModel
import Testing

@Suite struct IonUseTests {
  @Test(arguments: [
    ("NEURON { SUFFIX a USEION na READ ena WRITE ina RANGE g }", ["na"]),
    ("NEURON {\n\tUSEION na READ ena WRITE ina\n\tUSEION k READ ek WRITE ik\n}", ["na", "k"]),
    ("USEION ca READ cai, cao WRITE ica", ["ca"]),
    ("USEION ca READ ica WRITE cai", []),
    ("USEION ca READ cai\nUSEION k READ ek WRITE ik", ["k"]),
    ("USEION ca READ ica, cai WRITE cai, ica VALENCE 2", ["ca"]),
    ("USEION na READ ena : WRITE ina\nNONSPECIFIC_CURRENT i", []),
    ("COMMENT\nUSEION na WRITE ina\nENDCOMMENT\nNONSPECIFIC_CURRENT ina", []),
    ("USEION x WRITE", []), ("USEION", []), ("", []),
  ])
  func currentsAreThoseThatAreWritten(source: String, expected: [String]) {
    #expect(IonUse.currents(inSource: source) == expected)
  }
}

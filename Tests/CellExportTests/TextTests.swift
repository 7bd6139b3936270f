import Testing

@testable import CellExport

@Suite struct TextTests {
  @Test(arguments: [
    ("<Cell object at 0x7f00>", "Cell"), ("a <m.<locals>.Cell object at 0x7F> b", "a Cell b"),
    ("<Cell object at 0x7f...", "Cell"), ("<<Cell object at 0x>>", "<Cell>"),
    ("a < b > c", "a < b > c"),
    ("<Cell object at 0x7f", "<Cell object at 0x7f"), ("< object at 0x7f>", "< object at 0x7f>"),
    ("<Zelle_é object at 0x1> <B object at 0x2>", "Zelle_é B"), ("", ""),
  ])
  func objectsAreNamedByTheirClass(text: String, plain: String) {
    #expect(text.withoutAddresses == plain)
  }

  @Test(arguments: [
    ("apic[3]", "apic_3"), ("Cell[0].dend[1]", "Cell_0_dend_1"), ("[]", ""), ("_a-_b_", "a__b"),
    ("Zelle é", "Zelle_é"),
  ])
  func namesOfWords(text: String, name: String) {
    #expect(text.joined(ofOnly: \.isPartOfWord) == name)
  }
}

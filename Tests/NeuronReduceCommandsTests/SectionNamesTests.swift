import CellModel
import Testing

@testable import NeuronReduceCommands

@Suite struct SectionNamesTests {
  private func names(_ names: String...) -> SectionNames { SectionNames(names) }

  @Test func sectionsAreNamedWithOrWithoutTheirCell() {
    let names = names("Cell[0].soma", "Cell[0].dend[1]", "Cell[0].inner[0].dend[0]")
    #expect(names.index(of: "soma") == 0)
    #expect(names.index(of: "Cell[0].dend[1]") == 1)
    #expect(names.index(of: "dend[0]") == 2)
    #expect(names.index(of: "inner[0].dend[0]") == 2)
    for name in ["", "dend", "end[1]", "dend[2]", "Cell[0]", "Cell[0]."] {
      #expect(names.index(of: name) == nil)
    }
    #expect(names.first(of: "soma") == 0)
    #expect(names.first(of: "dend") == 2)
    #expect(names.first(of: "apic") == nil)
    #expect((0...2).map(names.plain) == ["soma", "dend[1]", "dend[0]"])
    #expect(names.example == "dend[0]")
  }

  @Test func aNameOfSeveralIsThatOfNone() {
    let names = names("soma", "dend", "dend", "A[0].axon", "B[0].axon", "axon")
    #expect(names.index(of: "dend") == nil)
    #expect(names.sharing("dend") == 2)
    #expect(names.sharing("soma") == 0)
    // A whole name comes first.
    #expect(names.index(of: "axon") == 5)
    // Neither of two is taken for the one that is meant.
    let two = self.names("A[0].soma[0]", "B[0].soma[0]")
    #expect(two.first(of: "soma") == nil)
    #expect(
      two.fault(of: "soma", on: "A[0]", expected: "", example: "")
        == ", and 2 sections of A[0] have that name; expected a name that one section alone has")
    #expect(names.plain(3) == "A[0].axon")
    #expect(names.plain(5) == "axon")
  }
}

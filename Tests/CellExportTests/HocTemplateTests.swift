import CellExport
import CellFile
import Testing

@Suite struct HocTemplateTests {
  @Test(arguments: [
    ("cell", "Cell"), ("my cell-1", "My_cell_1"), ("1a", "Cell_1a"), ("soma", "Soma"),
    ("é", "Cell__"), ("", "Cell_"),
  ])
  func isCalledAsTheFile(file: String, name: String) {
    #expect(HocTemplate.name(ofFile: file) == name)
  }

  @Test func hasTheCell() {
    let text = HocTemplate(SampleCell.cell, file: "my-cell").text
    #expect(text.hasPrefix("// Toy[0], reduced by folded\n"))
    #expect(text.contains("//   { load_file(\"my-cell.hoc\") }\n"))
    #expect(text.contains("// soma[0] is soma\n"))
    #expect(text.contains("begintemplate My_cell\n"))
    #expect(text.contains("create soma[1], apic[2]\n"))
    #expect(text.contains("  connect apic[1](0.0), apic[0](0.5)\n"))
    #expect(text.contains("  sources[0].noiseFromRandom123(1, 2, 3)\n"))
    #expect(text.contains("  event_times.append(1.0, 2.5)\n"))
    #expect(text.hasSuffix("proc My_cell_globals() {\n  My_cell_globals_0()\n}\n"))
  }

  @Test func numbersThatAreNoneAreExpressions() {
    let cell = SampleCell.cell {
      $0.pointProcesses[0].parameters = [
        Named("e", .array([.nan, .infinity, -.infinity, 1e22, 1e-5]))
      ]
    }
    let text = HocTemplate(cell, file: "cell").text
    for (index, number) in ["(1e999 - 1e999)", "1e999", "-1e999", "1e+22", "1e-05"].enumerated() {
      #expect(text.contains("process.e[\(index)] = \(number)\n"))
    }
  }

  @Test func streamsOfSectionsAreSet() {
    let cell = SampleCell.cell {
      let stream = Stream(ids: [1, 2, 3], sequence: 4)
      $0.sections[0].insertions[0].streams = [Named("rng", [stream])]
    }
    #expect(
      HocTemplate(cell, file: "cell").text.contains(
        "  soma[0] process = rng_pas(0.5)\n  process.set_ids(1, 2, 3)\n  process.set_seq(4.0)\n"))
  }

  @Test func tablesAreSetByTheirOwners() {
    let cell = SampleCell.cell {
      $0.mechanisms[0].tables = [("shape", [0, 1], [2, 3])]
      $0.mechanisms[3].tables = [("tau", [0, 1], [4, 5])]
    }
    let text = HocTemplate(cell, file: "cell").text
    #expect(text.contains("begintemplate Cell_owner_of\n"))
    #expect(text.contains("  if ($1 == 0) place process = new Exp2Syn(0.5)\n"))
    #expect(text.contains("  Cell_owner.process.table_shape(Cell_tables.o(Cell_tables.count - 1)"))
    #expect(text.contains("  table_tau_pas(Cell_tables.o(Cell_tables.count - 1)"))
  }

  @Test func commentsAreOneLine() {
    let cell = SampleCell.cell {
      $0.name = "<__main__.Cell object at 0x7f00aa>\nquit()"
      $0.sections[0].name = "soma\r\nquit()"
    }
    let text = HocTemplate(cell, file: "a\nb").text
    #expect(text.hasPrefix("// Cell quit(), reduced by folded\n"))
    #expect(text.contains("// soma[0] is soma quit()\n"))
    #expect(text.contains("load_file(\"a b.hoc\")"))
  }
}

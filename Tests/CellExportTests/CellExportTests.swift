import CellExport
import CellFile
import TestSupport
import Testing

@Suite struct CellExportTests {
  @Test func formatsAreKnownByEndings() {
    #expect(ExportFormat(ending: ".HOC") == .hoc)
    #expect(ExportFormat(ending: ".nml") == .neuroml)
    #expect(ExportFormat(ending: "") == nil)
    #expect(ExportFormat.allCases.filter { $0.ending == nil } == [.sonata])
  }

  @Test func swcHasThePoints() throws {
    #expect(
      try SampleCell.text(.swc) == """
        # Toy[0], reduced by folded
        # Sections without 3D points are drawn as a plane tree: their directions mean nothing.
        # index type x y z radius parent
        1 1 -10 0 0 1 -1
        2 1 0 0 0 1 1
        3 1 10 0 0 1 2
        4 4 10 0 0 1 3
        5 4 10 10 0 1 4
        6 4 10 20 0 1 5
        7 4 10 10 0 1 5
        8 4 10 20 0 1 7
        9 4 10 30 0 1 8

        """)
  }

  @Test func pythonHasTheContentAsText() throws {
    let cell = SampleCell.cell { $0.name = "it's \"a\" \\ cell" }
    let text = try SampleCell.text(.python, of: cell, named: "my_cell")
    #expect(text.hasPrefix("\"\"\"it's a  cell, reduced by folded.\n\nNeeds NEURON alone"))
    #expect(text.contains("celsius was 6.3 and v_init -65: set_globals()"))
    #expect(text.contains("\nfrom neuron import h\n\n_SPECIAL = {"))
    #expect(text.contains("\"name\": \"it\\u0027s \\\"a\\\" \\\\ cell\""))
    #expect(text.contains("        name = f\"my_cell_{next(_numbers)}\"\n"))
  }

  @Test func namesOfModulesAreNoCode() throws {
    let text = try SampleCell.text(.python, named: "a{b}\"c\\d\ne")
    #expect(text.contains("name = f\"a{{b}}\\\"c\\\\d\\ne_{next(_numbers)}\"\n"))
  }

  /// Signs of a language that are parts of characters: the first is one that is no less than, the second a quote with
  /// an accent, the third the end of a line.
  @Test func signsWithinCharactersAreSigns() throws {
    let cell = SampleCell.cell { $0.name = "a<\u{338}b\u{1b}" }
    #expect(
      try SampleCell.text(.neuroml, of: cell).contains("<notes>a&lt;\u{338}b\u{fffd}, reduced"))
    let quoted = SampleCell.cell { $0.name = "a\"\u{301}" }
    let text = try SampleCell.text(.python, of: quoted, named: "b\"\u{301}\r\n")
    #expect(text.unicodeScalars.starts(with: "\"\"\"a\u{301}, reduced".unicodeScalars))
    #expect(text.utf8.contains("f\"b\\\"\u{301}\\r\\n_{".utf8))
  }

  @Test func filesOfSONATA() throws {
    let export = try CellExport(of: SampleCell.cell, as: .sonata, named: "a cell")
    let texts = Dictionary(uniqueKeysWithValues: export.files.map { ($0.path, $0.text) })
    #expect(
      texts["node_types.csv"]
        == "node_type_id model_type model_template morphology\n100 biophysical hoc:A_cell A_cell\n")
    #expect(
      texts["edge_types.csv"]
        == "edge_type_id model_template dynamics_params\n101 Exp2Syn Exp2Syn_0.json\n")
    #expect(
      texts["synapses.csv"] == """
        synapse edge_type_id afferent_section_id afferent_section_pos syn_weight delay
        0 101 1 0.5 0.001 1.0
        1 101 2 0.25 0.001 1.0
        2 101 1 0.5 0.001 1.0

        """)
    #expect(
      texts["synaptic_models/Exp2Syn_0.json"]
        == "{\n \"tau1\": 0.3,\n \"e\": 0.0,\n \"erev\": 0.0\n}\n")
    let hoc = try #require(texts["templates/A_cell.hoc"])
    #expect(hoc.contains("process = new IClamp(0.5)") && !hoc.contains("new Exp2Syn"))
    #expect(hoc.hasSuffix("\n{ A_cell_globals() }\n"))
    #expect(texts["morphologies/A_cell.swc"] == (try SampleCell.text(.swc)))
  }

  @Test func rulesOfNetPyNE() throws {
    let text = try SampleCell.text(.netpyne, named: "rule")
    guard case .object(let members) = try JSONParser.value(of: Array(text.utf8)) else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.name) == ["net", "simConfig", "synapses"])
    let parameters = try #require(members[0].value["params"])
    let rule = try #require(parameters["cellParams"]?["rule"])
    let soma = try #require(rule["secs"]?["soma"])
    #expect(soma["spikeGenLoc"] == .number(0.5))
    #expect(soma["pointps"]?["IClamp_2"]?["loc"] == .number(0.5))
    #expect(
      rule["secs"]?["apic_1"]?["topol"]
        == .object([
          .init("parentSec", .text("apic_0")), .init("parentX", .number(0.5)),
          .init("childX", .number(0)),
        ]))
    #expect(rule["secLists"]?["apical"] == .list([.text("apic_0"), .text("apic_1")]))
    #expect(parameters["synMechParams"]?["Exp2Syn_0"]?["mod"] == .text("Exp2Syn"))
    guard case .list(let synapses) = members[2].value else { return }
    #expect(synapses.map { $0["sec"] } == [.text("apic_0"), .text("apic_1"), .text("apic_0")])
  }

  @Test func cellsOfNeuroML() throws {
    let cell = SampleCell.cell { $0.name = "A & <B>" }
    let text = try SampleCell.text(.neuroml, of: cell, named: "1 cell")
    #expect(text.contains("    id=\"cell_1_cell\">\n"))
    #expect(text.contains("<notes>A &amp; &lt;B&gt;, reduced by folded."))
    // The segment of the parent is cut where the branch is.
    #expect(text.contains("<segment id=\"4\" name=\"apic_1_0\">\n        <parent segment=\"2\" "))
    #expect(text.contains("<include segmentGroup=\"apic_0\"/>"))
    #expect(text.contains("condDensity=\"1e-05S_per_cm2\" erev=\"-70.0mV\" ion=\"non_specific\"/>"))
  }

  @Test func whatIsLeftOutIsSaid() throws {
    let cell = SampleCell.cell {
      $0.mechanisms[3].tables = [("tau", [0, 1], [4, 5])]
      $0.sections[1].insertions.append(.init(mechanism: "kv"))
      $0.sections[2].insertions.append(.init(mechanism: "hh"))
    }
    #expect(
      try CellExport(of: cell, as: .netpyne, named: "a").warnings == [
        "a cell rule of NetPyNE has no FUNCTION_TABLEs: they were left out"
      ])
    #expect(
      try CellExport(of: cell, as: .neuroml, named: "a").warnings == [
        "NeuroML has no kv, no hh (hh: ena of apic[1] is computed from concentrations): "
          + "morphology, passive properties and channels that are its own are kept"
      ])
    #expect(try CellExport(of: cell, as: .hoc, named: "a").warnings.isEmpty)
  }

  @Test(arguments: [
    (
      ExportFormat.netpyne,
      SampleCell.cell { $0.sections[1].capacitance = .each([1, 2, 1]) },
      "cm of apic[0] differs between segments, which a cell rule of NetPyNE has no way to say; "
        + "expected one value, or a path that ends with .hoc or .py"
    ),
    (
      .netpyne, SampleCell.cell { $0.sections[1].rallbranch = 2 },
      "apic[0] has rallbranch 2, which a cell rule of NetPyNE has no way to say; expected 1, or a "
        + "path that ends with .hoc or .py"
    ),
    (
      .netpyne,
      SampleCell.cell { $0.pointProcesses[0] = SampleCell.synapse(1, 0.5, reversal: .nan) },
      "e of Exp2Syn is nan, for which JSON has no text; expected a number, or a path that ends "
        + "with .py"
    ),
    (
      .sonata,
      SampleCell.cell { $0.pointProcesses[0] = SampleCell.synapse(1, 0.5, reversal: -.infinity) },
      "e of Exp2Syn is -inf, for which JSON has no text; expected a number, or the format 'hoc' "
        + "or 'python'"
    ),
    (
      .sonata, SampleCell.cell { $0.connections[1].weights = [1, 0, 2] },
      "Exp2Syn, a synapse, has connections of 3 weights, which SONATA's edges have no way to say; "
        + "expected one, others 0, or the format 'hoc' or 'python'"
    ),
    (
      .neuroml, SampleCell.cell { $0.sections[2].capacitance = .each([.nan]) },
      "cm of apic[1] is nan; expected a number, which NeuroML has a text for"
    ),
    (
      .neuroml, SampleCell.cell { $0.sections[2].insertions[0].parameters = [] },
      "g_pas of apic[1] is missing; expected it, which NEURON's own mechanism has"
    ),
  ])
  func whatAFormatCannotSayIsRefused(format: ExportFormat, cell: KeptCell, message: String) {
    #expect {
      try CellExport(of: cell, as: format, named: "cell")
    } throws: {
      "\($0)" == message
    }
  }

  /// Whatever a file has that is read, it is written or refused.
  @Test func damagedFilesDoNotTrap() {
    let text = Array(SampleCell.cell.text.utf8)
    for seed in 0..<4000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var damaged = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: damaged[place] = UInt8.random(in: 32...126, using: &random)
        case 1: damaged.remove(at: place)
        default:
          damaged.insert(
            contentsOf: Array("-1e9[]{}\",".utf8).shuffled(using: &random).prefix(2), at: place)
        }
      }
      guard let cell = try? KeptCell(text: damaged) else { continue }
      for format in ExportFormat.allCases {
        _ = try? CellExport(of: cell, as: format, named: "cell")
      }
    }
  }
}

extension SampleCell {
  /// What is one file.
  static func text(
    _ format: ExportFormat, of cell: KeptCell = cell, named name: String = "cell"
  ) throws -> String {
    let files = try CellExport(of: cell, as: format, named: name).files
    #expect(files.map(\.path) == [""])
    return files[0].text
  }
}

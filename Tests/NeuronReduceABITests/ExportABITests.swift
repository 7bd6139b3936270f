import CNeuronReduce
import CellFile
import Testing

@testable import NeuronReduceABI

@Suite struct ExportABITests {
  /// Of a soma that has a name of its own.
  private static let cell: KeptCell = {
    var cell = KeptCell()
    cell.name = "Zelle é"
    cell.sections = [
      KeptCell.Section(
        name: "soma", role: .soma, segmentCount: 1, length: 20, diameter: .all(2), points: [],
        arcs: nil, areas: nil, axialResistivity: 100, rallbranch: 1, capacitance: .all(1),
        insertions: [], ions: [])
    ]
    return cell
  }()

  /// What C reads of an export.
  private func written(
    _ format: String, of cell: KeptCell = cell
  ) throws(Refusal) -> (texts: [String: String], warnings: [String]) {
    let text = Array(cell.text.utf8)
    var written: OpaquePointer?
    if let error = nr_export_write(text, text.count, format, "cell", &written) {
      throw Refusal(error: ReadError(error))
    }
    guard let written else { return ([:], []) }
    defer { nr_export_free(written) }
    var texts: [String: String] = [:]
    while let path = nr_export_file(written, texts.count).path,
      let text = nr_export_file(written, texts.count).text
    {
      texts[String(cString: path)] = String(cString: text)
    }
    var warnings: [String] = []
    while let warning = nr_export_warning(written, warnings.count) {
      warnings.append(String(cString: warning))
    }
    return (texts, warnings)
  }

  private struct Refusal: Error { let error: ReadError }

  @Test func formatsAndTheirEndings() {
    var found: [String] = []
    while let name = nr_export_format_at(found.count).name {
      let ending = nr_export_format_at(found.count).ending
      found.append(String(cString: name) + (ending.map { String(cString: $0) } ?? ""))
    }
    #expect(
      found == [
        "hoc.hoc", "netpyne.json", "neuroml.nml", "python.py", "swc.swc", "sonata",
      ])
    #expect(nr_export_format_at(-1).name == nil)
  }

  @Test func filesAndWarnings() throws {
    let swc = try written("swc").texts
    #expect(swc.keys.sorted() == [""])
    #expect(swc[""]?.hasPrefix("# Zelle é, reduced by neuron_reduce\n") == true)
    #expect(try written("sonata").texts["morphologies/Cell.swc"] == swc[""])
    var cell = Self.cell
    cell.mechanisms = [.init(name: "kv", tables: [("tau", [0, 1], [2, 3])])]
    let rule = try written("netpyne", of: cell)
    #expect(rule.warnings.map { $0.contains("FUNCTION_TABLEs") } == [true])
  }

  @Test func errorsSayWhatTheyAreAbout() throws {
    var cell = Self.cell
    cell.mechanisms = [.init(name: "kv", globals: [("k_kv", [.nan], false)])]
    let error = #expect(throws: Refusal.self) { try written("netpyne", of: cell) }?.error
    #expect(error?.status == NR_SAVED_CELL.rawValue)
    #expect(error?.code == "noNumber")
    #expect(
      error?.values == [
        .text("what", "k_kv"), ErrorValue(name: "value", text: nil, number: nil),
        .text("format", "netpyne"),
      ])
  }

  @Test func whatIsNoCellOrNoFormatIsRefused() throws {
    let unknown = #expect(throws: Refusal.self) { try written("pdf") }?.error
    #expect(unknown?.status == NR_ARGUMENT.rawValue)
    #expect(unknown?.code == "unknownFormat")
    var result: OpaquePointer?
    let error = try #require(nr_export_write([0x7b], 1, "hoc", "cell", &result))
    let read = ReadError(error)
    #expect(read.status == NR_SAVED_CELL.rawValue && read.code == "noSavedCell")
    #expect(result == nil)
  }
}

import CellModel
import Testing

@testable import Reduction

@Suite struct ReductionNotesTests {
  /// A soma of several sections of which the caller named one: the others would be dendrites, silently.
  @Test(arguments: ["soma[1]", "Cell[0].soma[1]", "axon[3]", "Cell[0].Axon"])
  func whatIsNamedAsKeptAndReplacedIsNoted(name: String) throws {
    var builder = CellBuilder.ballAndStick(segments: 5)
    builder.add(.basal, on: 1)
    #expect(try builder.cell.reduced().notes(listed: 0, of: builder.cell).isEmpty)
    builder.cell.sections[2] = builder.cell.sections[2].named(name)
    let notes = try builder.cell.reduced().notes(listed: 0, of: builder.cell)
    #expect(notes.count == 1)
    #expect(notes[0].hasPrefix("\(name) is named as soma or axon and was replaced as dendrites"))
  }
}

extension Section {
  fileprivate func named(_ name: String) -> Section {
    Section(
      name: name, role: role, attachment: attachment, length: length,
      axialResistivity: axialResistivity, segments: segments, endResistance: endResistance,
      insertions: insertions)
  }
}

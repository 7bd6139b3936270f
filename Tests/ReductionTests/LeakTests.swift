import CellModel
import TestSupport
import Testing

@testable import Reduction

/// A leak is what it conducts, whatever the mechanism is called that it is in.
@Suite struct LeakTests {
  /// The cell with its leak as another mechanism has it: in a unit 1024 times smaller, after another value.
  private static func elsewhere(_ cell: CellModel) -> CellModel {
    var cell = cell
    cell.mechanisms[0] = MechanismKind(
      name: "Leak",
      parameters: [
        .init(name: "e_Leak", defaults: [-60]), .init(name: "gmax_Leak", defaults: [0.5]),
      ])
    cell.leaks = [Leak(mechanism: 0, conductance: 1, factor: 0x1p-10, reversal: 0)]
    for section in cell.sections.indices {
      for insertion in cell.sections[section].insertions.indices
      where cell.sections[section].insertions[insertion].mechanism == 0 {
        cell.sections[section].insertions[insertion].values =
          cell.sections[section].insertions[insertion].values.map { [$0[1], 0x1p10 * $0[0]] }
      }
    }
    return cell
  }

  @Test(arguments: UInt64(1)...40, Method.allCases)
  func theMechanismDoesNotMatter(seed: UInt64, method: Method) throws {
    let random = RandomCell(seed: seed)
    let settings = try ReductionSettings(
      method: method, frequency: random.frequency, segmentCount: random.segmentCount,
      drive: RandomDrive(of: random.cell, seed: seed).drive)
    let expected = try Reduction(of: random.cell, settings: settings)
    let found = try Reduction(of: Self.elsewhere(random.cell), settings: settings)
    #expect(found.cables == expected.cables)
    #expect(found.segmentMap == expected.segmentMap)
    #expect(found.reduced.connections == expected.reduced.connections)
    for (section, other) in zip(found.reduced.sections, expected.reduced.sections) {
      #expect(section.segments == other.segments)
      for segment in section.segments.indices {
        let values = try #require(section.values(ofMechanism: 0, segment: segment))
        let pas = try #require(other.values(ofMechanism: 0, segment: segment))
        #expect(values == [pas[1], 0x1p10 * pas[0]])
      }
    }
  }

  /// Two halves are the whole, each with its reversal potential.
  @Test(arguments: Method.allCases)
  func leaksAddUp(method: Method) throws {
    var builder = CellBuilder.ballAndStick(segments: 5)
    builder.add(.basal, on: 1, length: 200, diameter: 1, segments: 3)
    let settings = try ReductionSettings(method: method)
    let expected = try Reduction(of: builder.cell, settings: settings)
    var cell = builder.cell
    cell.mechanisms.append(
      MechanismKind(
        name: "k_leak",
        parameters: [.init(name: "g", defaults: [1]), .init(name: "e", defaults: [-90])]))
    cell.leaks.append(Leak(mechanism: 1, conductance: 0, reversal: 1))
    for index in cell.sections.indices {
      let values = cell.sections[index].insertions[0].values
      cell.sections[index].insertions = [
        .init(mechanism: 0, values: values.map { [0.5 * $0[0], $0[1]] }),
        .init(mechanism: 1, values: values.map { [0.5 * $0[0], -90] }),
      ]
    }
    let found = try Reduction(of: cell, settings: settings)
    #expect(found.cables == expected.cables)
    let cable = try #require(found.reduced.sections.last)
    #expect(cable.values(ofMechanism: 0, segment: 0)?[1] == -70)
    #expect(cable.values(ofMechanism: 1, segment: 0)?[1] == -90)
  }

  /// A stem's leak alone is not the cell's.
  @Test func mostSectionsWithoutALeakAreNoted() throws {
    var builder = CellBuilder.ballAndStick(segments: 5)
    for _ in 0..<2 { builder.add(.basal, on: 1, .init(leak: nil)) }
    let notes = try builder.cell.reduced().notes(listed: 0, of: builder.cell)
    #expect(notes.contains { $0.hasPrefix("2 of the 3 sections of the dendrites have no leak") })
    builder.add(.basal, on: 1)
    #expect(try builder.cell.reduced().notes(listed: 0, of: builder.cell).isEmpty)
  }
}

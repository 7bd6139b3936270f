import CellModel
import Testing

@testable import Reduction

/// Which branches with channels of inward currents have a compartment in common, and what a user is told of it.
@Suite struct SharedCompartmentsTests {
  private static let kinds = [
    MechanismKind(name: "na_ion", isIon: true, parameters: [.init(name: "ena", defaults: [50])]),
    MechanismKind(
      name: "Fast", parameters: [.init(name: "gbar_Fast", defaults: [0.1], unit: "S/cm2")],
      currents: ["na"]),
  ]

  /// A trunk, section 1, with two branches at its end; with a density of sodium channels in S/cm² in each.
  private static func forked(_ trunk: Double, _ first: Double, _ second: Double) -> CellModel {
    var builder = CellBuilder(mechanisms: kinds)
    func sodium(_ density: Double, _ count: Int) -> [Section.Insertion] {
      [
        .init(mechanism: 1, values: [[Double]](repeating: [50], count: count)),
        .init(mechanism: 2, values: [[Double]](repeating: [density], count: count)),
      ]
    }
    builder.add(.apical, on: 0, length: 200, segments: 2, inserting: sodium(trunk, 2))
    builder.add(.apical, on: 1, length: 100, inserting: sodium(first, 1))
    builder.add(.apical, on: 1, length: 100, inserting: sodium(second, 1))
    return builder.cell
  }

  private static func reduced(
    _ cell: CellModel, to total: Double, _ method: Method = .folded
  ) throws -> Reduction {
    try Reduction(
      of: cell, settings: ReductionSettings(method: method, segmentCount: .total(total)))
  }

  @Test func branchesInOneCompartmentAreFound() throws {
    let cell = Self.forked(0.01, 0.01, 0.03)
    let reduction = try Self.reduced(cell, to: 2)
    let shared = reduction.sharedCompartments(of: cell)
    #expect(shared.map(\.sections) == [[1, 2, 3]])
    #expect(shared.map(\.inwardShare) == [1])
    let notes = reduction.notes(listed: 0, of: cell)
    #expect(
      notes == [
        "Branches with channels of inward currents (na: Fast) share compartments, where what each of them does by "
          + "itself, such as a spike of its own or a plateau, is lost: 1 compartment with 100 % of the dendrites' "
          + "inward conductance: apic[0], apic[1], apic[2] (100 %). More segments keep more of them apart, sites "
          + "those that matter."
      ])
  }

  @Test func branchesApartAreNot() throws {
    let cell = Self.forked(0.01, 0.01, 0.03)
    #expect(try Self.reduced(cell, to: 10).sharedCompartments(of: cell).isEmpty)
    #expect(try Self.reduced(cell, to: 10).notes(listed: 0, of: cell).isEmpty)
  }

  /// A compartment along one way is a coarse cable, and no two branches.
  @Test func segmentsOfOneWayAreNot() throws {
    for cell in [Self.forked(0.01, 0.01, 0), Self.forked(0.01, 0, 0), Self.forked(0, 0, 0)] {
      let reduction = try Self.reduced(cell, to: 2)
      #expect(reduction.sharedCompartments(of: cell).isEmpty)
      #expect(reduction.notes(listed: 0, of: cell).isEmpty)
    }
  }

  @Test(arguments: [Method.classic, .lumped])
  func otherMethodsShareToo(method: Method) throws {
    let cell = Self.forked(0, 0.01, 0.03)
    let reduction = try Self.reduced(cell, to: 3, method)
    #expect(reduction.sharedCompartments(of: cell).map(\.sections) == [[2, 3]])
    let notes = reduction.notes(listed: 0, of: cell)
    #expect(notes.count == 1 && notes[0].hasSuffix("apic[1], apic[2] (100 %)."))
  }
}

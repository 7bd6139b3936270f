import CellModel
import Testing

@testable import Reduction

@Suite struct SynapseKindTests {
  /// Two dendrites that each become one segment; point processes by dendrite and values.
  private static func kinds(
    of processes: [(dendrite: Int, values: [Double])], mayMerge: Bool = true,
    comparing: [String: [String]] = [:], listed: Int? = nil
  ) throws -> [SynapseKind] {
    var builder = CellBuilder()
    let dendrites = [
      builder.add(.basal, on: 0, segments: 3), builder.add(.basal, on: 0, segments: 3),
    ]
    for process in processes {
      builder.addSynapse(
        on: dendrites[process.dendrite], at: 0.5, values: process.values, mayMerge: mayMerge)
    }
    return try builder.cell.reduced(.total(3), comparing: comparing).synapseKinds(
      amongFirst: listed ?? processes.count, of: builder.cell)
  }

  @Test(arguments: UInt64(1)...40)
  func nothingIsLostOrCountedTwice(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let count = random.cell.pointProcesses.count
    let kinds = reduction.synapseKinds(amongFirst: count, of: random.cell)
    #expect(kinds.reduce(0) { $0 + $1.before } == count)
    #expect(kinds.reduce(0) { $0 + $1.after } == reduction.survivors.count)
    #expect(kinds.reduce(0) { $0 + $1.connections } == random.cell.connections.count)
    for kind in kinds {
      #expect(kind.after >= 1 && kind.after <= kind.before)
      let explained = kind.obstacles.reduce(0) { $0 + $1.count }
      #expect(explained == kind.after || (explained == 0 && kind.after == 1))
    }
  }

  @Test func equalsInTwoSegments() throws {
    let kinds = try Self.kinds(of: [(0, [1, 2, 3]), (1, [1, 2, 3]), (0, [1, 2, 3])])
    try #require(kinds.count == 1)
    #expect(kinds[0].before == 3 && kinds[0].after == 2 && kinds[0].connections == 3)
    #expect(kinds[0].parameters.isEmpty, "nothing tells it from others")
    #expect(kinds[0].obstacles.map(\.obstacle) == [.segment])
    #expect(kinds[0].treatment.contains("became one"))
  }

  @Test func theFewestDifferencesAreNamed() throws {
    let kinds = try Self.kinds(of: [(0, [1, 2, 3]), (0, [1, 5, 6]), (0, [1, 2, 4])])
    #expect(
      kinds.map { $0.obstacles.map(\.obstacle) } == [
        [.parameters(["e"])], [.parameters(["tau2", "e"])], [.parameters(["e"])],
      ])
    #expect(kinds.map { $0.parameters.map(\.name) } == Array(repeating: ["tau2", "e"], count: 3))
    #expect(kinds[1].parameters.map(\.value) == [5, 6])
  }

  @Test func aloneInItsSegmentThereIsNothingToExplain() throws {
    let kinds = try Self.kinds(of: [(0, [1, 2, 3]), (1, [1, 2, 4])])
    #expect(kinds.allSatisfy { $0.obstacles.isEmpty })
  }

  @Test func whatIsNotComparedMakesNoKinds() throws {
    let kinds = try Self.kinds(
      of: [(0, [1, 2, 3]), (0, [1, 9, 3]), (0, [2, 2, 3])], comparing: ["Exp2Syn": ["tau1"]])
    #expect(kinds.map(\.before) == [2, 1])
    #expect(kinds.map { $0.parameters.map(\.name) } == [["tau1"], ["tau1"]])
  }

  @Test func whatMayNotMerge() throws {
    let kinds = try Self.kinds(of: [(0, [1, 2, 3]), (0, [1, 2, 3])], mayMerge: false)
    #expect(kinds.map { $0.obstacles.map(\.obstacle) } == [[.mayNotMerge]])
    #expect(kinds[0].after == 2)
  }

  @Test func onlyTheListedOnesCount() throws {
    let kinds = try Self.kinds(of: [(0, [1, 2, 3]), (0, [1, 2, 4])], listed: 1)
    #expect(kinds.map(\.before) == [1])
    #expect(kinds[0].obstacles.isEmpty)
  }
}

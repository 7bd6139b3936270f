import CellModel
import Reduction
import Testing

@Suite struct ReductionTests {
  @Test(arguments: Method.allCases)
  func reportsEachStageOnceAndInOrder(method: Method) throws {
    var stages: [ReductionStage] = []
    _ = try Reduction(
      of: CellBuilder.ballAndStick(segments: 3).cell, settings: ReductionSettings(method: method)
    ) { stages.append($0) }
    // The classic method has no weights to find, and where a number is given none is sought.
    #expect(
      stages
        == ReductionStage.allCases.filter {
          $0 != .search && (method != .classic || $0 != .weights)
        })
  }

  @Test func keepsTheSettings() throws {
    let settings = try ReductionSettings(
      frequency: 38, segmentCount: .total(9), comparedParameters: ["Exp2Syn": ["e"]])
    let cell = CellBuilder.ballAndStick(segments: 3).cell
    #expect(try Reduction(of: cell, settings: settings).settings == settings)
  }

  /// The same cell gives the same reduction, whatever a process's hashing is seeded with within it.
  @Test(arguments: UInt64(1)...5)
  func isDeterministic(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    #expect(try random.reduced() == random.reduced())
  }
}

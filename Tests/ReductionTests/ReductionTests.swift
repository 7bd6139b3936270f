import CellModel
import Reduction
import Testing

@Suite struct ReductionTests {
  @Test func reportsEachStageOnceAndInOrder() throws {
    var stages: [ReductionStage] = []
    _ = try ClassicReduction.reduce(
      CellBuilder.ballAndStick(segments: 3).cell, settings: ReductionSettings()
    ) { stages.append($0) }
    #expect(stages == [.cables, .mapping, .merging, .channels, .assembly])
    #expect(stages == ReductionStage.allCases)
  }

  @Test func keepsTheSettings() throws {
    let settings = try ReductionSettings(
      frequency: 38, segmentCount: .total(9), comparedParameters: ["Exp2Syn": ["e"]])
    let cell = CellBuilder.ballAndStick(segments: 3).cell
    #expect(try ClassicReduction.reduce(cell, settings: settings).settings == settings)
  }

  /// The same cell gives the same reduction, whatever a process's hashing is seeded with within it.
  @Test(arguments: UInt64(1)...5)
  func isDeterministic(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    #expect(try random.reduced() == random.reduced())
  }
}

import Testing

@testable import NEURONBridge

@Suite struct StageClockTests {
  @Test func stagesFollowOneAnother() {
    var clock = StageClock()
    #expect(clock.stages.isEmpty)
    for name in ["read", "reduce", "build"] { clock.end(name) }
    #expect(clock.stages.map(\.name) == ["read", "reduce", "build"])
    // A clock that never goes back.
    #expect(clock.stages.allSatisfy { $0.seconds >= 0 && $0.seconds.isFinite })
  }

  @Test func aStageLastsFromTheEndOfTheOneBefore() {
    var times = [10.0, 10.5, 12.5, 12.5].makeIterator()
    var clock = StageClock { times.next() ?? .nan }
    for name in ["read", "reduce", "build"] { clock.end(name) }
    #expect(clock.stages.map(\.seconds) == [0.5, 2, 0])
  }
}

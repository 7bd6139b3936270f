import Testing

@testable import NEURONBridge

@Suite struct UndoTests {
  private final class Log {
    var entries: [String] = []
  }
  private let log = Log()

  private func recorded() -> Undo {
    var undo = Undo()
    for name in ["first", "second"] {
      undo.record { [log] in log.entries.append("undo \(name)") }
      undo.finally { [log] in log.entries.append("release \(name)") }
    }
    undo.record { [log] in log.entries.append("undo third") }
    return undo
  }

  @Test func changesAreTakenBackLastFirstAndThenReleased() {
    var undo = recorded()
    undo.rollBack()
    #expect(
      log.entries == [
        "undo third", "undo second", "undo first", "release first", "release second",
      ])
  }

  @Test func changesThatStayAreReleased() {
    var undo = recorded()
    undo.commit()
    #expect(log.entries == ["release first", "release second"])
  }

  @Test func nothingIsDoneTwice() {
    var undo = recorded()
    undo.commit()
    log.entries = []
    undo.rollBack()
    undo.commit()
    #expect(log.entries.isEmpty)

    undo = recorded()
    undo.rollBack()
    log.entries = []
    undo.rollBack()
    undo.commit()
    #expect(log.entries.isEmpty)
  }

  @Test func whatIsRecordedAfterwardsIsTakenBackByItself() {
    var undo = recorded()
    undo.commit()
    log.entries = []
    undo.record { [log] in log.entries.append("undo later") }
    undo.rollBack()
    #expect(log.entries == ["undo later"])
  }
}

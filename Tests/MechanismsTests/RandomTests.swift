import Mechanisms
import Testing

/// `random.mod`: numbers that streams and NEURON's own generator give.
@Suite struct RandomTests {
  private func stream(of cell: Evaluation) throws -> Int {
    try #require(cell.mechanism.variables.firstIndex { $0.role == .stream })
  }

  @Test func streamsGiveTheirWords() throws {
    let mechanism = try Fixture.mechanism("random")
    var cell = Evaluation(mechanism)
    let index = try stream(of: cell)
    // Of block 2, the last word was made with other identifiers.
    cell.instance[index] = [9, 9, 9, 11, 4, 2, 10, 20, 30, 40, 0, 0, 1, 0, 0]
    cell.run(mechanism.initial)
    #expect(cell["x"] == 40)
    #expect(cell["y"] == RandomWords.word([1, 2, 3, 12, 4]))
    #expect(cell["z"] == RandomWords.word([1, 2, 3, 5, 4]))
    #expect(cell.instance[index][3] == 6)
  }

  @Test func identifiersHoldForTheNextBlock() throws {
    let mechanism = try Fixture.mechanism("random")
    var cell = Evaluation(mechanism)
    let index = try stream(of: cell)
    // Nothing is kept: what is left of the block is of the identifiers before.
    cell.instance[index] = [9, 8, 7, 2, 4, -1, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    cell.run(mechanism.initial)
    #expect(cell["x"] == RandomWords.word([9, 8, 7, 2, 4]))
    #expect(cell["y"] == RandomWords.word([9, 8, 7, 3, 4]))
  }

  @Test func oneGeneratorGoesOn() throws {
    let mechanism = try Fixture.mechanism("random")
    var cell = Evaluation(mechanism)
    cell.run(mechanism.advance)
    let first = RandomWords.next(7)
    #expect(cell["x"] == first / 4_294_967_295)
    #expect(cell["y"] == 0)
    // What a condition does not come to is not drawn.
    #expect(cell["z"] == RandomWords.next(first) / 4_294_967_295)
  }
}

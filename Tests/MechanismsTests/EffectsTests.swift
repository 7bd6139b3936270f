import Mechanisms
import Testing

@Suite struct EffectsTests {
  private let a = Variable.instance(0)
  private let b = Variable.instance(1)
  private let c = Variable.instance(2)

  @Test func followsOrder() {
    let block = Block(statements: [.assign(a, .variable(b)), .assign(c, .variable(a))])
    let effects = block.effects([])
    #expect(effects.liveIn == [b])
    #expect(effects.mayAssign == [a, c])
    #expect(effects.certainlyAssigned == [a, c])
  }

  @Test func branchesAssignPerhaps() {
    let block = Block(statements: [
      .conditional(
        .variable(c), then: [.assign(a, .number(1)), .assign(b, .number(2))],
        otherwise: [.assign(a, .number(3))]),
      .assign(c, .binary(.add, .variable(a), .variable(b))),
    ])
    let effects = block.effects([])
    #expect(effects.liveIn == [b, c])
    #expect(effects.certainlyAssigned == [a, c])
    #expect(effects.mayAssign == [a, b, c])
  }

  @Test func loopsMayNotHappen() {
    let block = Block(
      locals: ["i"],
      statements: [
        .loop(
          local: 0, first: .number(0), last: .variable(b), step: .number(1),
          [.assign(a, .variable(.local(0)))]),
        .assign(c, .variable(a)),
      ])
    #expect(block.effects([]).liveIn == [a, b])
    #expect(block.effects([]).certainlyAssigned == [c])
  }

  @Test func elementsOfArraysAreAssignedOneByOne() {
    let block = { (index: Double) in
      Block(statements: [
        .assignElement(self.a, index: .number(0), .number(1)),
        .assign(self.b, .element(self.a, .number(index))),
      ])
    }
    #expect(block(0).effects([]).liveIn == [])
    #expect(block(1).effects([]).liveIn == [a])
    #expect(block(0).effects([]).mayAssign == [a, b])
    #expect(block(0).effects([]).certainlyAssigned == [b])
  }

  @Test func dropsLocalsThatNothingReads() {
    let block = Block(
      locals: ["x", "y"],
      statements: [
        .assign(.local(0), .variable(a)), .assign(.local(1), .variable(.local(0))),
        .assign(.local(0), .variable(b)), .assign(c, .variable(.local(0))),
      ])
    #expect(
      block.pruned().statements == [
        .assign(.local(0), .variable(b)), .assign(c, .variable(.local(0))),
      ])
  }
}

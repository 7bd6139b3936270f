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

  @Test func knowsWhichElementsWereAssigned() {
    let first = Statement.assignElement(a, index: .number(0), .number(1))
    let block = Block(statements: [first, .assign(b, .element(a, .number(0)))])
    #expect(block.effects([]).liveIn == [])
    #expect(block.effects([]).certainlyAssigned == [b])
    #expect(block.effects([]).mayAssign == [a, b])
    let another = Block(statements: [first, .assign(b, .element(a, .number(1)))])
    #expect(another.effects([]).liveIn == [a])
    let perhaps = Block(statements: [
      .conditional(.variable(c), then: [first], otherwise: []),
      .assign(b, .element(a, .number(0))),
    ])
    #expect(perhaps.effects([]).liveIn == [a, c])
  }

  @Test func knowsElementsThatLoopsAssign() {
    let index = Expression.variable(.local(0))
    let fill = Statement.loop(
      local: 0, first: .number(0), last: .number(2), step: .number(1),
      [.assignElement(a, index: index, .number(1)), .assign(b, .element(a, index))])
    let block = Block(locals: ["i"], statements: [fill, .assign(c, .element(a, .number(2)))])
    #expect(block.effects([]).liveIn == [])
    let beyond = Block(locals: ["i"], statements: [fill, .assign(c, .element(a, .number(3)))])
    #expect(beyond.effects([]).liveIn == [a])
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

import Mechanisms
import Testing

@Suite struct ExpressionTests {
  @Test func equalTreesAreEqual() {
    #expect(Expression.binary(.add, .number(1), .number(2)) == .binary(.add, .number(1), .number(2)))
  }
}

import Testing

@testable import CableTheory

@Suite struct BisectionTests {
  /// 1 − x falls by as much as x grows, so the root is known to the last bit.
  @Test(arguments: [0.75, 0.5, 0.1, 1e-3])
  func findsTheRootToTheLastBit(target: Double) {
    let root = Bisection.root(of: target, in: 0...1) { 1 - $0 }
    // The ends of the last interval are neighbours of 1 − target, which itself is rounded.
    #expect(abs(root - (1 - target)) <= (1 - target).ulp)
  }

  @Test(arguments: [(-2.0, 5.0), (0, 1), (3, 1e12), (1e-300, 2e-300)])
  func answersWithTheLowerEndWhereTheTargetIsAboveTheRange(lower: Double, upper: Double) {
    #expect(Bisection.root(of: -lower, in: lower...upper) { -$0 } == lower)
    #expect(Bisection.root(of: .infinity, in: lower...upper) { -$0 } == lower)
  }

  @Test(arguments: [(-2.0, 5.0), (0, 1), (3, 1e12), (1e-300, 2e-300)])
  func answersWithTheUpperEndWhereTheTargetIsBelowTheRange(lower: Double, upper: Double) {
    #expect(Bisection.root(of: -upper, in: lower...upper) { -$0 } == upper)
    #expect(Bisection.root(of: -.infinity, in: lower...upper) { -$0 } == upper)
  }

  @Test func answersWithAnIntervalOfOneNumber() {
    #expect(Bisection.root(of: 0, in: 2...2) { $0 } == 2)
    #expect(Bisection.root(of: 9, in: 2...2) { $0 } == 2)
  }

  /// A step has no root: the step's place is the answer.
  @Test func findsWhereAStepFalls() {
    let root = Bisection.root(of: 0.5, in: 0...8) { $0 < 3 ? 1 : 0 }
    #expect(root == 3 || root == (3.0).nextDown)
  }

  /// Ends, whatever it is asked; where does not matter.
  @Test func endsForATargetThatIsNoNumber() {
    let root = Bisection.root(of: .nan, in: 0...10) { 1 / (1 + $0) }
    #expect((0...10).contains(root))
  }
}

import Mechanisms
import TestSupport
import Testing

@Suite struct ExpressionTests {
  private let x = Expression.variable(.instance(0))
  private let y = Expression.variable(.instance(1))

  private func sum(_ a: Expression, _ b: Expression) -> Expression { .binary(.add, a, b) }
  private func product(_ a: Expression, _ b: Expression) -> Expression { .binary(.multiply, a, b) }

  @Test func equalTreesAreEqual() {
    #expect(sum(.number(1), x) == sum(.number(1), x))
    #expect(sum(.number(1), x) != sum(x, .number(1)))
  }

  @Test func simplifies() {
    #expect(sum(.number(1), .number(2)).simplified == .number(3))
    #expect(sum(x, .number(0)).simplified == x)
    #expect(product(.number(1), x).simplified == x)
    #expect(product(x, sum(.number(1), .number(-1))).simplified == .number(0))
    #expect(Expression.negative(.negative(x)).simplified == x)
    #expect(Expression.binary(.power, x, .number(1)).simplified == x)
    #expect(sum(x, .negative(y)).simplified == .binary(.subtract, x, y))
    #expect(Expression.not(.number(0)).simplified == .number(1))
    // Not a finite number: left to the run.
    #expect(
      Expression.binary(.divide, .number(1), .number(0)).simplified
        == .binary(.divide, .number(1), .number(0)))
  }

  @Test func findsLinearForms() throws {
    let whole = Expression.binary(
      .divide, .binary(.subtract, y, product(x, .number(3))), .call(.exp, [y]))
    let form = try #require(whole.linear(in: .instance(0)))
    #expect(form.constant == .binary(.divide, y, .call(.exp, [y])))
    #expect(form.slope == .binary(.divide, .number(-3), .call(.exp, [y])))
    #expect(product(x, x).linear(in: .instance(0)) == nil)
    #expect(Expression.binary(.divide, y, x).linear(in: .instance(0)) == nil)
    #expect(Expression.call(.exp, [x]).linear(in: .instance(0)) == nil)
    #expect(Expression.element(.instance(0), .number(0)).linear(in: .instance(0)) == nil)
    #expect(y.linear(in: .instance(0))?.slope == .number(0))
  }

  /// Random expressions: simplified and taken apart they are what they were.
  @Test func keepsValues() {
    var random = SplitMix64(seed: 7)
    var linear = 0
    for _ in 0..<20_000 {
      let expression = Self.random(&random, depth: 4)
      var evaluation = Evaluation(Self.holder)
      evaluation.instance = [[random.uniform(0.5...2)], [random.uniform(0.5...2)]]
      let value = evaluation.value(expression)
      guard value.isFinite, value.magnitude < 1e6 else { continue }
      let simple = evaluation.value(expression.simplified)
      // The terms are below 2⁸ or so; nothing divides by what can be near 0.
      #expect(abs(simple - value) <= 1e-10 * max(1, value.magnitude))
      if let form = expression.linear(in: .instance(0)) {
        linear += 1
        let again =
          evaluation.value(form.constant)
          + evaluation.value(form.slope) * evaluation.instance[0][0]
        #expect(abs(again - value) <= 1e-9 * max(1, value.magnitude))
      }
    }
    #expect(linear > 5000)
  }

  private static let holder: Mechanism = {
    var mechanism = Mechanism(name: "holder", kind: .density)
    mechanism.variables = [
      .init(name: "x", role: .parameter), .init(name: "y", role: .parameter),
    ]
    return mechanism
  }()

  private static func random(_ random: inout SplitMix64, depth: Int) -> Expression {
    guard depth > 0, random.next() % 5 > 0 else {
      switch random.next() % 4 {
      case 0: return .variable(.instance(0))
      case 1: return .variable(.instance(1))
      default: return .number(Double(random.next() % 4))
      }
    }
    let left = Self.random(&random, depth: depth - 1)
    switch random.next() % 6 {
    case 0: return .negative(left)
    case 1: return .binary(.divide, left, .variable(.instance(1)))
    case 2: return .binary(.subtract, left, Self.random(&random, depth: depth - 1))
    case 3: return .binary(.multiply, left, Self.random(&random, depth: depth - 1))
    default: return .binary(.add, left, Self.random(&random, depth: depth - 1))
    }
  }
}

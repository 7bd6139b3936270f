import Mechanisms
import Testing

/// Whose NET_RECEIVE depends on which of two events at the same time comes first.
@Suite struct EventOrderTests {
  private static let g = Variable.instance(0)
  private static let x = Variable.instance(1)
  private static let tau = Variable.instance(2)
  private static let own = Variable.weight(1)
  private static let flag = Expression.variable(.flag)
  private static let weight = Expression.variable(.weight(0))

  private static func value(_ variable: Variable) -> Expression { .variable(variable) }

  private static func adds(_ amount: Expression, to variable: Variable) -> Statement {
    .assign(variable, .binary(.add, value(variable), amount))
  }

  private func order(
    of statements: [Statement], locals: Int = 1, kept: Set<Variable> = [g, x, .global(0)]
  ) -> EventOrder {
    var mechanism = Mechanism(name: "synapse", kind: .pointProcess)
    mechanism.variables = [
      .init(name: "g", role: .state), .init(name: "x", role: .assigned),
      .init(name: "tau", role: .parameter),
    ]
    mechanism.globals = [.init(name: "shared")]
    mechanism.receiver = .init(
      weightCount: 2,
      block: Block(locals: (0..<locals).map { "l\($0)" }, statements: statements))
    return mechanism.eventOrder { kept.contains($0) }
  }

  @Test func sumsAreIndifferent() {
    #expect(order(of: [Self.adds(Self.weight, to: Self.g)]) == .indifferent)
    let scaled = Expression.binary(.multiply, Self.weight, Self.value(Self.tau))
    #expect(
      order(of: [.assign(.local(0), scaled), Self.adds(Self.value(.local(0)), to: Self.g)])
        == .indifferent)
    // Each NetCon's own resources, which no other one sees.
    #expect(
      order(of: [
        .assign(Self.own, .binary(.multiply, Self.value(Self.own), .number(0.5))),
        Self.adds(.binary(.multiply, Self.weight, Self.value(Self.own)), to: Self.g),
      ]) == .indifferent)
    #expect(
      order(of: [
        .conditional(
          .binary(.equal, Self.flag, .number(0)), then: [Self.adds(Self.weight, to: Self.g)],
          otherwise: [.assign(Self.g, .binary(.subtract, Self.value(Self.g), Self.weight))])
      ]) == .indifferent)
  }

  @Test func factorsAreIndifferentAmongThemselves() {
    let halved = Statement.assign(
      Self.g, .binary(.multiply, Self.value(Self.g), Self.weight))
    #expect(order(of: [halved]) == .indifferent)
    #expect(order(of: [halved, Self.adds(Self.weight, to: Self.g)]) == .significant)
  }

  @Test func whatIsTheSameForAllMayBeSet() {
    #expect(order(of: [.assign(Self.x, .variable(.time))]) == .indifferent)
    #expect(
      order(of: [
        .conditional(Self.weight, then: [.assign(Self.x, .number(1))], otherwise: [])
      ]) == .indifferent)
    #expect(order(of: [.assign(Self.x, Self.weight)]) == .significant)
    // It is the last one's.
    #expect(
      order(of: [
        .conditional(
          Self.flag, then: [.assign(Self.x, .number(0))], otherwise: [.assign(Self.x, .number(1))])
      ]) == .significant)
    // The local is 1 for one event and 2 for another.
    #expect(
      order(of: [
        .assign(.local(0), .number(1)),
        .conditional(Self.flag, then: [.assign(.local(0), .number(2))], otherwise: []),
        .assign(Self.x, Self.value(.local(0))),
      ]) == .significant)
  }

  @Test func whatNobodySeesDoesNotCount() {
    let statements: [Statement] = [
      .assign(Self.x, Self.weight), Self.adds(Self.value(Self.x), to: Self.g),
    ]
    #expect(order(of: statements, kept: [Self.g]) == .indifferent)
    #expect(order(of: statements) == .significant)
  }

  @Test func whatTheOtherEventChangesMatters() {
    let used = Expression.binary(.multiply, Self.weight, Self.value(Self.x))
    #expect(
      order(of: [Self.adds(used, to: Self.g), Self.adds(.number(-0.1), to: Self.x)])
        == .significant)
    #expect(
      order(of: [
        .conditional(Self.value(Self.x), then: [Self.adds(Self.weight, to: Self.g)], otherwise: []),
        .assign(Self.x, .number(1)),
      ]) == .significant)
    // By way of a local, and of what a loop brings up.
    #expect(
      order(
        of: [
          .whileLoop(
            Self.flag,
            [
              Self.adds(Self.value(.local(1)), to: Self.g),
              .assign(.local(1), Self.value(.local(0))), .assign(.local(0), Self.value(Self.x)),
            ]), Self.adds(.number(1), to: Self.x),
        ], locals: 2) == .significant)
    // A NetCon keeps what it found.
    #expect(
      order(of: [
        .assign(Self.own, Self.value(Self.g)), Self.adds(Self.weight, to: Self.g),
      ]) == .significant)
    // A stream of random numbers.
    #expect(
      order(of: [.assignElement(Self.x, index: .number(3), .number(1))]) == .significant)
    #expect(
      order(of: [
        .sendToItself(delay: Self.value(Self.x), flag: .number(1)),
        Self.adds(.number(1), to: Self.x),
      ]) == .significant)
    #expect(order(of: [.moveEvent(time: .variable(.time))]) == .significant)
    #expect(
      order(of: [
        .watch(left: .variable(.voltage), isUpwards: true, right: .number(0), flag: .number(2))
      ]) == .significant)
  }

  @Test func eventsToOneselfShareTheWeights() {
    let pulse: [Statement] = [
      .conditional(
        Self.flag,
        then: [
          .assign(Self.own, .number(0)), Self.adds(.negative(Self.weight), to: Self.g),
        ],
        otherwise: [
          .conditional(
            .not(Self.value(Self.own)),
            then: [.assign(Self.own, .number(1)), Self.adds(Self.weight, to: Self.g)],
            otherwise: [])
        ])
    ]
    #expect(order(of: pulse) == .indifferent)
    let sends = pulse + [.sendToItself(delay: .number(1), flag: .number(1))]
    #expect(order(of: sends) == .withinConnections)
    #expect(
      order(of: [
        Self.adds(Self.weight, to: Self.g), .sendToItself(delay: .number(1), flag: .number(1)),
      ]) == .indifferent)
  }

  @Test func globalsAreOfAllInstances() {
    #expect(order(of: [.assign(.global(0), .variable(.time))]) == .indifferent)
    #expect(order(of: [.assign(.global(0), Self.value(Self.tau))]) == .significant)
    #expect(order(of: [Self.adds(Self.value(Self.tau), to: .global(0))]) == .indifferent)
  }

  @Test func fixtures() throws {
    for (name, expected) in [("synapse", EventOrder.indifferent), ("depressing", .significant)] {
      #expect(try Fixture.mechanism(name).eventOrder { _ in true } == expected, "\(name)")
    }
  }
}

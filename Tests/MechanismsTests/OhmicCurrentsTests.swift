import Mechanisms
import Testing

@Suite struct OhmicCurrentsTests {
  private let v = Expression.variable(.voltage)

  /// Two currents i, j and a parameter g.
  private func mechanism(_ statements: [Statement]) -> Mechanism {
    var mechanism = Mechanism(name: "test", kind: .density)
    mechanism.variables = [
      .init(name: "i", role: .current), .init(name: "j", role: .current),
      .init(name: "g", role: .parameter), .init(name: "h", role: .assigned),
    ]
    mechanism.currentVariables = [0, 1]
    mechanism.currents = Block(locals: ["x"], statements: statements)
    return mechanism
  }

  private func agree(_ mechanism: Mechanism) throws {
    let ohmic = mechanism.ohmicCurrents
    for voltage in [-80.0, -20, 40] {
      for g in [-2.0, 0.5] {
        var direct = Evaluation(mechanism)
        (direct["g"], direct.voltage) = (g, voltage)
        direct.run(mechanism.currents)
        // Values of locals are read by what is appended to the block.
        for (index, form) in ohmic.forms.enumerated() {
          let form = try #require(form)
          var block = ohmic.block
          let sum = Expression.binary(
            .add, form.constant, .binary(.multiply, form.slope, .variable(.voltage)))
          block.statements.append(.assign(.instance(index), sum))
          var split = Evaluation(mechanism)
          (split["g"], split.voltage) = (g, voltage)
          split.run(block)
          let expected = direct.instance[index][0]
          #expect(abs(split.instance[index][0] - expected) <= 1e-13 * abs(expected))
        }
      }
    }
  }

  @Test func followsAssignments() throws {
    try agree(
      mechanism([
        .assign(.instance(3), .binary(.multiply, .variable(.instance(2)), .number(3))),
        .assign(.local(0), .binary(.subtract, v, .number(50))),
        .assign(.instance(0), .binary(.multiply, .variable(.instance(3)), .variable(.local(0)))),
        .assign(.instance(1), .binary(.subtract, .number(2), .variable(.instance(0)))),
      ]))
  }

  @Test func followsBranchesThatDoNotDependOnVoltage() throws {
    try agree(
      mechanism([
        .assign(.instance(0), v),
        .conditional(
          .binary(.less, .variable(.instance(2)), .number(0)),
          then: [.assign(.instance(1), .binary(.multiply, .number(2), v))],
          otherwise: [.assign(.instance(1), .number(4)), .assign(.instance(0), .number(5))]),
      ]))
  }

  @Test func refusesWhatIsNotOhmic() {
    let branch = mechanism([
      .assign(.instance(1), .number(0)),
      .conditional(
        .binary(.less, v, .number(0)), then: [.assign(.instance(0), v)],
        otherwise: [.assign(.instance(0), .number(0))]),
    ]).ohmicCurrents
    #expect(branch.forms[0] == nil && branch.forms[1] != nil)
    let square = mechanism([.assign(.instance(0), .binary(.multiply, v, v))]).ohmicCurrents
    #expect(square.forms[0] == nil)
    let changed = mechanism([
      .assign(.instance(0), .binary(.multiply, v, .variable(.instance(2)))),
      .assign(.instance(2), .number(3)),
    ]).ohmicCurrents
    #expect(changed.forms[0] == nil)
  }
}

import Foundation
import Mechanisms
import Testing

@Suite struct SynapseTests {
  @Test func fallsExponentially() throws {
    let mechanism = try Fixture.mechanism("synapse")
    var synapse = Evaluation(mechanism)
    synapse.run(mechanism.initial)
    let peak = 0.5 * 4 / 3.5 * log(8.0)
    let factor = 1 / (exp(-peak / 4) - exp(-peak / 0.5))
    #expect(abs(synapse["factor"] - factor) <= 4 * factor.ulp)
    let receiver = try #require(mechanism.receiver)
    #expect(receiver.weightCount == 1 && receiver.initial == nil)
    synapse.weights = [0.002]
    synapse.run(receiver.block)
    for _ in 0..<40 { synapse.run(mechanism.advance) }
    synapse.run(mechanism.currents)
    let g = 0.002 * factor * (exp(-1 / 4.0) - exp(-1 / 0.5))
    // 40 steps, each of a few roundings.
    #expect(abs(synapse["g"] - g) < 1e-14 * g * 40)
    #expect(synapse["i"] == synapse["g"] * -65)
  }

  @Test func superposesWhereAllIsLinear() throws {
    #expect(try Fixture.mechanism("synapse").superposes)
    for name in Fixture.names where name != "synapse" {
      #expect(try !Fixture.mechanism(name).superposes, "\(name)")
    }
  }

  /// Each change makes instances differ from one that stands for them.
  @Test func superposesOnlyWhereAllIsLinear() throws {
    let mechanism = try Fixture.mechanism("synapse")
    let a = Variable.instance(try #require(mechanism.variables.firstIndex { $0.name == "a" }))
    let changes: [(inout Mechanism) -> Void] = [
      { $0.initial.statements.append(.assign(a, .number(1))) },
      { $0.advance.statements.append(.assign(a, .binary(.add, .variable(a), .number(1)))) },
      {
        $0.advance.statements.append(
          .assign(a, .binary(.multiply, .variable(a), .variable(a))))
      },
      { $0.receiver?.block.statements.append(.assign(a, .variable(.weight(0)))) },
      {
        $0.receiver?.block.statements.append(
          .conditional(.variable(a), then: [.assign(a, .number(0))], otherwise: []))
      },
      { $0.receiver?.block.statements.append(.sendEvent(time: .variable(.time))) },
      { $0.receiver?.initial = Block() },
      {
        $0.currents.statements.append(
          .assign(.instance($0.currentVariables[0]), .number(1)))
      },
      { $0.kind = .density },
    ]
    for (index, change) in changes.enumerated() {
      var changed = mechanism
      change(&changed)
      #expect(!changed.superposes, "change \(index)")
    }
  }

  @Test func receivesEvents() throws {
    let mechanism = try Fixture.mechanism("depressing")
    #expect(mechanism.isElectrode)
    let receiver = try #require(mechanism.receiver)
    var synapse = Evaluation(mechanism)
    synapse.run(mechanism.initial)
    #expect(synapse.events == [.toItself(delay: 1, flag: 1)])
    synapse.events = []
    synapse.weights = [0.5, 0, 0]
    synapse.time = 3
    synapse.run(try #require(receiver.initial))
    #expect(synapse.weights == [0.5, 1, 3])
    synapse.time = 13
    synapse.run(receiver.block)
    let r = 1 - 0.2 * exp(-0.1)
    #expect(abs(synapse.weights[1] - r) <= 2 * r.ulp)
    #expect(synapse["g"] == 0.5 * synapse.weights[1])
    synapse.flag = 1
    synapse.run(receiver.block)
    #expect(
      synapse.events == [.watch(difference: -45, isUpwards: true, flag: 2), .sent(time: 13)])
    let g = synapse["g"]
    synapse.run(mechanism.advance)
    #expect(abs(synapse["g"] - g / (1 + 0.025 / 3)) <= 2 * g.ulp)
  }
}

import CableTheory
import Foundation
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct OperatingPointTests {
  private static let course = DoubleExponential(rise: 0.5, decay: 5)

  private static func input(
    at compartment: Int = 0, weight: Double, rate: Double,
    _ response: SynapticResponse = course.response()
  ) -> OperatingPoint.Input {
    OperatingPoint.Input(
      connection: 0, compartment: compartment, weight: weight, response: response,
      eventsPerMillisecond: rate)
  }

  /// One compartment of conductance g: the load solves x = w·q·rate·F(κ)/κ, κ that of g + x, and κ is known in
  /// closed form. κ of the grid is within 2 % of that (see SynapticResponseTests).
  @Test(arguments: [1e-5, 1e-3, 1e-2, 3e-2], [0.0, 1e-2, 1])
  func ofOneCompartmentIsTheScalarFixedPoint(weight: Double, rate: Double) {
    let (leak, capacitance) = (0.01, 0.2)
    let point = OperatingPoint(
      of: CompartmentTree(rootLeakConductance: leak, rootCapacitance: capacitance),
      inputs: [Self.input(weight: weight, rate: rate)])

    var load = 0.0
    var shunt = 0.0
    for _ in 0..<200 {
      // nF/µS = ms
      shunt =
        weight / (leak + load)
        * Self.course.selfShunt(timeConstant: capacitance / (leak + load))
      load =
        weight * Self.course.charge * rate
        / SelfShunt(kappa: shunt, growth: point.selfShunts[0].growth).loss
    }
    #expect(abs(point.selfShunts[0].kappa / shunt - 1) <= 0.03)
    #expect(abs(point.transfers[0] * (leak + load) - 1) <= 0.03 * shunt / (1 + shunt) + 1e-3)
    #expect(
      abs(point.compartments.leakConductances[0] * point.transfers[0] - 1) <= 1e-15)
  }

  @Test(arguments: UInt64(1)...10)
  func withoutEventsItIsTheCell(seed: UInt64) {
    let random = RandomInputs(seed: seed, rates: 0...0)
    let point = OperatingPoint(of: random.tree, inputs: random.inputs)
    #expect(point.compartments.leakConductances == random.tree.leakConductances)
    #expect(
      point.transfers == TreeImpedance(of: random.tree, frequency: 0).transfersToRoot().map(\.real))
    let none = OperatingPoint(of: random.tree, inputs: [])
    #expect(none.transfers == point.transfers)
    #expect(none.selfShunts.isEmpty)
  }

  /// One more round of the iteration, done here, changes no load by more than a thousandth.
  @Test(arguments: UInt64(1)...20)
  func moreRoundsChangeNothing(seed: UInt64) {
    let random = RandomInputs(seed: seed, rates: 1e-3...5e-2)
    let point = OperatingPoint(of: random.tree, inputs: random.inputs)
    let resistances = SpectralGrid.frequencies.map {
      TreeImpedance(of: point.compartments, frequency: $0).inputs().map(\.real)
    }
    for (input, shunt) in zip(random.inputs, point.selfShunts.map(\.kappa)) {
      let next =
        input.weight
        * SpectralGrid.integral { input.response.power[$0] * resistances[$0][input.compartment] }
      #expect(shunt >= 0)
      #expect(abs((1 + next) / (1 + shunt) - 1) <= 1e-3, "κ is \(shunt), then \(next)")
    }
  }

  /// More events: more conductance, less transfer resistance everywhere, less self-shunt.
  @Test(arguments: UInt64(1)...20)
  func moreEventsMeanLessResistance(seed: UInt64) {
    let random = RandomInputs(seed: seed, rates: 1e-3...2e-2)
    let less = OperatingPoint(of: random.tree, inputs: random.inputs)
    let more = OperatingPoint(of: random.tree, inputs: random.timesRate(4))
    for index in less.transfers.indices {
      #expect(
        more.compartments.leakConductances[index] >= less.compartments.leakConductances[index])
      #expect(more.transfers[index] < less.transfers[index])
    }
    for (less, more) in zip(less.selfShunts, more.selfShunts) {
      #expect(more.kappa <= less.kappa)
    }
  }

  @Test func onlyLinearConductancesShuntThemselves() {
    let natures = SynapticResponse.Nature.allCases
    let point = OperatingPoint(
      of: CompartmentTree(rootLeakConductance: 0.01, rootCapacitance: 0.2),
      inputs: natures.map {
        Self.input(weight: 1e-3, rate: 0.1, Self.course.response($0))
      })
    for (nature, shunt) in zip(natures, point.selfShunts) {
      #expect((shunt.kappa > 0) == (nature == .linearConductance))
    }
  }

  /// What a connection must have to count.
  @Test func inputsAreTheConnectionsOfWhichSomethingIsKnown() {
    var builder = CellBuilder.ballAndStick(segments: 3)
    for weight in [0.001, 0.002, 0, -0.003, .nan, .infinity, 0.004] {
      builder.addSynapse(on: 1, at: 0.5, weight: weight)
    }
    builder.cell.connections[1].weights = []
    builder.addSynapse(on: 0, at: 0.5)
    builder.addSynapse(on: 1, at: 0.9)
    let drive = SynapticDrive(
      responses: [Self.course.response(), Self.course.response(.none)],
      responseIndices: [0, 0, 0, 0, 0, 0, 0, nil, 1], rates: [5, 5, 5, 5, 5, 5, nil, 5, 5])
    let inputs = OperatingPoint.inputs(
      of: builder.cell, drive: drive, compartments: Array(10..<20))
    #expect(inputs.map(\.connection) == [0, 6])
    #expect(inputs.map(\.compartment) == [10, 16])
    #expect(inputs.map(\.weight) == [0.001, 0.004])
    #expect(inputs.map(\.eventsPerMillisecond) == [0.005, 0])
  }

  /// A current has no conductance that could load the cell, but a weight that moves with it, of
  /// either sign.
  @Test func currentsAreInputsWithoutCharge() {
    var builder = CellBuilder.ballAndStick(segments: 3)
    for weight in [0.1, -0.1, 0] { builder.addSynapse(on: 1, at: 0.5, weight: weight) }
    let drive = SynapticDrive(
      responses: [SynapticResponse(nature: .current)], responseIndices: [0, 0, 0],
      rates: [5, 5, 5])
    let inputs = OperatingPoint.inputs(of: builder.cell, drive: drive, compartments: [1, 1, 1])
    #expect(inputs.map(\.connection) == [0, 1])
    let tree = CompartmentTree(rootLeakConductance: 0.01, rootCapacitance: 0.2)
    let point = OperatingPoint(
      of: tree, inputs: [Self.input(weight: -0.1, rate: 1, drive.responses[0])])
    #expect(point.compartments.leakConductances == [0.01])
    #expect(point.selfShunts == [.none])
  }
}

/// Trees of some branches with conductances on them.
private struct RandomInputs {
  let tree: CompartmentTree
  private(set) var inputs: [OperatingPoint.Input] = []

  private static let responses = [1.0, 3, 8, 20].map {
    DoubleExponential(rise: 0.4, decay: $0).response()
  }

  /// - Parameter rates: in events per ms.
  init(seed: UInt64, rates: ClosedRange<Double>) {
    var generator = SplitMix64(seed: seed)
    // Of the order of a soma's and of dendritic segments' membranes, in µS and nF: 20 ms.
    var tree = CompartmentTree(rootLeakConductance: 6e-4, rootCapacitance: 0.012)
    for index in 1..<Int.random(in: 2...40, using: &generator) {
      let leak = generator.logUniform(1e-5...4e-4)
      _ = tree.append(
        parent: Int.random(in: max(0, index - 3)..<index, using: &generator),
        axialResistance: generator.logUniform(1...100), leakConductance: leak,
        capacitance: leak * 20)
    }
    self.tree = tree
    for connection in 0..<60 {
      inputs.append(
        OperatingPoint.Input(
          connection: connection,
          compartment: Int.random(in: 0..<tree.count, using: &generator),
          weight: generator.logUniform(1e-5...1e-3),
          response: Self.responses[connection % Self.responses.count],
          eventsPerMillisecond: generator.uniform(rates)))
    }
  }

  func timesRate(_ factor: Double) -> [OperatingPoint.Input] {
    inputs.map {
      OperatingPoint.Input(
        connection: $0.connection, compartment: $0.compartment, weight: $0.weight,
        response: $0.response, eventsPerMillisecond: $0.eventsPerMillisecond * factor)
    }
  }
}

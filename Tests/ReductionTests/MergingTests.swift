import CellModel
import Testing

@testable import Reduction

@Suite struct MergingTests {
  private static let probe = MechanismKind(
    name: "Probe",
    parameters: [
      .init(name: "stages", defaults: [0, 0]), .init(name: "scale", defaults: [1]),
    ])

  /// A dendrite that becomes one segment, so that all that is on it meets at one site; the cell's
  /// point processes are given as kind and values.
  private static func representatives(
    of processes: [(kind: Int, values: [Double])], comparing: [String: [String]] = [:]
  ) throws -> [Int] {
    var builder = CellBuilder(pointProcessKinds: [CellBuilder.synapse, probe])
    builder.add(.basal, on: 0, segments: 5)
    for (index, process) in processes.enumerated() {
      builder.addSynapse(
        on: 1, at: Double(index % 5) / 5 + 0.1, kind: process.kind, values: process.values)
    }
    return try builder.cell.reduced(.total(2), comparing: comparing).pointProcessFates.map(
      \.representative)
  }

  // MARK: Any cell

  /// Against comparison of each with each: the first before it that has the same site, kind and
  /// compared values stands for a point process.
  @Test(arguments: UInt64(1)...60)
  func theFirstOfEqualsStandsForTheRest(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    let fates = reduction.pointProcessFates
    let processes = random.cell.pointProcesses
    #expect(fates.count == processes.count)

    func compared(_ index: Int) -> [[Double]] {
      let process = processes[index]
      let kind = random.cell.pointProcessKinds[process.kind]
      let names = random.comparedParameters[kind.name] ?? kind.parameters.map(\.name)
      var next = 0
      var compared: [[Double]] = []
      for parameter in kind.parameters {
        let values = Array(process.values[next..<(next + parameter.defaults.count)])
        next += values.count
        if names.contains(parameter.name) { compared.append(values) }
      }
      return compared
    }
    for index in processes.indices {
      let first = (0..<index).first { other in
        processes[index].mayMerge && processes[other].mayMerge
          && fates[other].site == fates[index].site
          && processes[other].kind == processes[index].kind
          && compared(other) == compared(index)
      }
      #expect(fates[index].representative == first ?? index, "point process \(index)")
    }
  }

  // MARK: What is compared

  @Test func equalOnesAreMerged() throws {
    let same = try Self.representatives(of: [
      (0, [1, 2, 3]), (0, [1, 2, 3]), (0, [1, 2, 3.5]), (0, [1, 2, 3.5]), (0, [1, 2, 3]),
    ])
    #expect(same == [0, 0, 2, 2, 0])
  }

  @Test func everyParameterCounts() throws {
    let different = try Self.representatives(of: [
      (0, [1, 2, 3]), (0, [1.5, 2, 3]), (0, [1, 2.5, 3]), (0, [1, 2, (3.0).nextUp]),
    ])
    #expect(different == [0, 1, 2, 3])
  }

  @Test func kindsAreKeptApart() throws {
    let apart = try Self.representatives(of: [(0, [1, 2, 3]), (1, [1, 2, 3])])
    #expect(apart == [0, 1])
    let comparing = ["Exp2Syn": [String](), "Probe": []]
    let same = try Self.representatives(
      of: [(0, [1, 2, 3]), (1, [1, 2, 3]), (0, [4, 5, 6]), (1, [4, 5, 6])], comparing: comparing)
    #expect(same == [0, 1, 0, 1])
  }

  @Test func onlyNamedParametersCount() throws {
    let processes: [(kind: Int, values: [Double])] = [
      (0, [1, 2, 3]), (0, [9, 2, 3]), (0, [1, 9, 3]), (0, [1, 2, 9]),
    ]
    func representatives(_ names: [String]) throws -> [Int] {
      try Self.representatives(of: processes, comparing: ["Exp2Syn": names])
    }
    #expect(try representatives(["tau1"]) == [0, 1, 0, 0])
    #expect(try representatives(["tau2", "e"]) == [0, 0, 2, 3])
    #expect(try representatives(["e", "e"]) == [0, 0, 0, 3])
    #expect(try representatives([]) == [0, 0, 0, 0])
    #expect(try representatives(["e", "tau2", "tau1"]) == [0, 1, 2, 3])
  }

  /// A named array is compared in all its elements, and what follows it is found where it is.
  @Test func arraysCountAsAWhole() throws {
    let processes: [(kind: Int, values: [Double])] = [
      (1, [1, 2, 3]), (1, [1, 9, 3]), (1, [1, 2, 9]), (1, [9, 2, 9]),
    ]
    func representatives(_ names: [String]) throws -> [Int] {
      try Self.representatives(of: processes, comparing: ["Probe": names])
    }
    #expect(try representatives(["stages"]) == [0, 1, 0, 3])
    #expect(try representatives(["scale"]) == [0, 0, 2, 2])
  }

  /// A dictionary for many cells may name kinds that this one has not.
  @Test func otherKindsMayBeNamed() throws {
    let processes: [(kind: Int, values: [Double])] = [(0, [1, 2, 3]), (0, [1, 2, 4])]
    let apart = try Self.representatives(
      of: processes, comparing: ["ProbAMPANMDA2": ["tau_r_AMPA"], "Probe": ["scale"]])
    #expect(apart == [0, 1])
  }

  @Test(arguments: ["tau3", "Tau1", "", "stages"])
  func refusesParametersThatAKindHasNot(name: String) {
    #expect(
      throws: ReductionError.unknownParameter(
        kind: "Exp2Syn", name: name, known: ["tau1", "tau2", "e"])
    ) {
      try Self.representatives(of: [], comparing: ["Exp2Syn": ["tau1", name]])
    }
  }

  // MARK: Numbers

  @Test func whatIsNoNumberNeverMerges() throws {
    let processes: [(kind: Int, values: [Double])] = [
      (0, [.nan, 2, 3]), (0, [.nan, 2, 3]), (0, [1, 2, 3]), (0, [1, 2, 3]), (0, [.nan, 2, 3]),
    ]
    #expect(try Self.representatives(of: processes) == [0, 1, 2, 2, 4])
    // Unless it does not count.
    let same = try Self.representatives(of: processes, comparing: ["Exp2Syn": ["e"]])
    #expect(same == [0, 0, 0, 0, 0])
  }

  @Test func bothZerosAreEqual() throws {
    #expect(try Self.representatives(of: [(0, [0, 2, 3]), (0, [-0.0, 2, 3])]) == [0, 0])
  }

  @Test func infinitiesAreEqual() throws {
    let processes: [(kind: Int, values: [Double])] = [
      (0, [.infinity, 2, 3]), (0, [.infinity, 2, 3]), (0, [-.infinity, 2, 3]),
    ]
    #expect(try Self.representatives(of: processes) == [0, 0, 2])
  }

  // MARK: Sites

  @Test func segmentsAreKeptApart() throws {
    var builder = CellBuilder.ballAndStick(segments: 10)
    for position in [0.05, 0.95, 0.06, 0.94] { builder.addSynapse(on: 1, at: position) }
    let fates = try builder.cell.reduced().pointProcessFates
    #expect(fates.map(\.representative) == [0, 1, 0, 1])
    #expect(fates[0].site != fates[1].site)
  }

  @Test func cablesAreKeptApart() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    builder.add(.basal, on: 0)
    builder.addSynapse(on: 1, at: 0.5)
    builder.addSynapse(on: 2, at: 0.5)
    let fates = try builder.cell.reduced().pointProcessFates
    #expect(fates.map(\.representative) == [0, 1])
  }

  /// On what stays, point processes meet where NEURON has one point: within a segment, or at an end.
  @Test func onTheSomaPointsAreNEURONs() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    for position in [0.5, 0.3, 0, 1, 0, 0.9] { builder.addSynapse(on: 0, at: position) }
    let fates = try builder.cell.reduced().pointProcessFates
    #expect(fates.map(\.representative) == [0, 0, 2, 3, 2, 0])
  }

  /// A dendrite's beginning is part of the dendrite, not of the soma; an axon's of the axon.
  @Test func beginningsAreKeptApartFromTheSoma() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    builder.add(.axon, on: 0)
    builder.addSynapse(on: 0, at: 1)
    builder.addSynapse(on: 1, at: 0)
    builder.addSynapse(on: 2, at: 0)
    let fates = try builder.cell.reduced().pointProcessFates
    #expect(fates.map(\.representative) == [0, 1, 2])
    #expect(fates[1].site == .cable(CableSegment(cable: 0, segment: 0)))
  }

  /// Where each acts by itself, neither stands for another nor does another stand for it.
  @Test func thoseThatMayNotMergeStay() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    for mayMerge in [false, true, false, true] {
      builder.addSynapse(on: 1, at: 0.5, mayMerge: mayMerge)
    }
    let fates = try builder.cell.reduced().pointProcessFates
    #expect(fates.map(\.representative) == [0, 1, 2, 1])
  }
}

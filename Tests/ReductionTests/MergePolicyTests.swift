import CellModel
import SynapseResponse
import Testing

@testable import Reduction

@Suite struct MergePolicyTests {
  /// By index: superposes, does not, is not known to.
  private static let responses = [
    SynapticResponse(
      nature: .linearConductance, times: [0, 1, 9], conductances: [0, 1, 0], superposes: true),
    SynapticResponse(nature: .nonlinearConductance, superposes: false),
    SynapticResponse(nature: .current),
  ]

  /// Equal synapses that meet in one segment, with their responses.
  private static func reduction(
    _ policy: MergePolicy, responses indices: [Int?], kinds: [Int]? = nil,
    _ method: Method = .classic
  ) throws -> (cell: CellModel, Reduction) {
    let other = MechanismKind(name: "Other", parameters: CellBuilder.synapse.parameters)
    var builder = CellBuilder(pointProcessKinds: [CellBuilder.synapse, other])
    builder.add(.basal, on: 0, segments: 3)
    for index in indices.indices {
      builder.addSynapse(on: 1, at: 0.5, kind: kinds?[index] ?? 0)
    }
    let settings = try ReductionSettings(
      method: method, segmentCount: .total(2), mergePolicy: policy,
      drive: SynapticDrive(responses: responses, responseIndices: indices))
    return (builder.cell, try Reduction(of: builder.cell, settings: settings))
  }

  private static func representatives(
    _ policy: MergePolicy, _ indices: [Int?], _ method: Method = .classic
  ) throws -> [Int] {
    try reduction(policy, responses: indices, method).1.pointProcessFates.map(\.representative)
  }

  @Test(arguments: Method.allCases)
  func onlyWhatSuperposesIsMergedExactly(method: Method) throws {
    #expect(try Self.representatives(.exact, [0, 0, 0], method) == [0, 0, 0])
    #expect(try Self.representatives(.exact, [1, 1, 1], method) == [0, 1, 2])
    #expect(try Self.representatives(.exact, [2, 2, 2], method) == [0, 1, 2])
    #expect(try Self.representatives(.exact, [nil, nil, nil], method) == [0, 1, 2])
    #expect(try Self.representatives(.exact, [], method) == [])
    #expect(try Self.representatives(.published, [0, 1, 2, nil], method) == [0, 0, 0, 0])
    #expect(try Self.representatives(.none, [0, 0, 0], method) == [0, 1, 2])
  }

  @Test func whatSuperposesMergesBesideWhatDoesNot() throws {
    #expect(try Self.representatives(.exact, [1, 0, nil, 0, 1]) == [0, 1, 2, 1, 4])
  }

  @Test func kindsTellWhyTheyWereNotMerged() throws {
    func kind(_ policy: MergePolicy, _ indices: [Int?]) throws -> SynapseKind {
      let (cell, reduction) = try Self.reduction(policy, responses: indices)
      return try #require(reduction.synapseKinds(amongFirst: indices.count, of: cell).first)
    }
    var found = try kind(.exact, [1, 1, 1])
    #expect(found.before == 3 && found.after == 3)
    #expect(found.obstacles.map(\.obstacle) == [.notSuperposing])
    #expect(found.obstacles.map(\.count) == [3])
    #expect(found.treatment.contains("an event of one NetCon changes the response to another's"))
    found = try kind(.exact, [nil, 2])
    #expect(found.obstacles.map(\.obstacle) == [.notMeasured])
    #expect(found.treatment.contains("not known"))
    found = try kind(.none, [0, 0])
    #expect(found.obstacles.map(\.obstacle) == [.notAsked])
    found = try kind(.exact, [0, 0])
    #expect(found.after == 1 && found.obstacles.isEmpty)
    #expect(found.treatment.contains("became one"))
    // One that has no equal is kept apart by nothing else.
    found = try kind(.exact, [1])
    #expect(found.obstacles.isEmpty)
    found = try kind(.exact, [0, 1, 0, nil])
    #expect(found.obstacles.map(\.obstacle) == [.notSuperposing, .notMeasured])
    #expect(found.after == 3)
  }

  @Test func whatWasMergedInexactlyIsTold() throws {
    let (cell, reduction) = try Self.reduction(
      .published, responses: [0, 0, 1, 1, nil, 2], kinds: [0, 0, 1, 1, 1, 1])
    #expect(
      reduction.inexactMerges(of: cell) == [
        InexactMerge(mechanism: "Other", obstacle: .notSuperposing, count: 1),
        InexactMerge(mechanism: "Other", obstacle: .notMeasured, count: 2),
      ])
    for policy in [MergePolicy.exact, .none] {
      let (cell, reduction) = try Self.reduction(policy, responses: [0, 0, 1, 1, nil])
      #expect(reduction.inexactMerges(of: cell).isEmpty)
    }
  }
}

import CNeuronReduce
import Testing

@testable import NeuronReduceABI

@Suite struct ReductionResultTests {
  @Test func isReadByCsFunctions() throws {
    let reduction = try reducedValue()
    defer { nr_reduction_free(reduction) }
    #expect(nr_reduction_cable_count(reduction) == 1)
    let cable = nr_reduction_cable(reduction, 0)
    #expect(cable.is_apical == 0)
    #expect(cable.stem.map { String(cString: $0) } == "dend[0]")
    #expect(cable.parent.map { String(cString: $0) } == "soma[0]")
    #expect(cable.length > 0)

    var count = 0
    let survivors = nr_reduction_survivors(reduction, &count)
    #expect((0..<count).map { survivors[$0] } == [0])

    let map = nr_reduction_segment_map(reduction, &count)
    #expect(count == 1)
    #expect(map[0].section == 0)
    #expect(map[0].position == 0.5)
    #expect(map[0].cable == 0)
    #expect(nr_reduction_section_name(reduction, 0).map { String(cString: $0) } == "dend[0]")
    #expect(nr_reduction_section_name(reduction, 1) == nil)
    #expect(nr_reduction_loss(reduction, 0) == nil)
  }

  @Test func readingIsTheFirstOfItsStages() throws {
    let reduction = try reducedValue()
    defer { nr_reduction_free(reduction) }
    #expect(nr_reduction_stage_name(reduction, 0).map { String(cString: $0) } == "read")
    #expect(nr_reduction_stage_seconds(reduction, 0) == 0.25)
    var count = 0
    while nr_reduction_stage_name(reduction, count) != nil { count += 1 }
    #expect(count > 1)
    #expect(nr_reduction_stage_seconds(reduction, count).isNaN)
  }

  @Test(arguments: [Int.min, -1, 1000, Int.max - 1])
  func outsideThereIsNothing(index: Int) throws {
    let reduction = try reducedValue()
    defer { nr_reduction_free(reduction) }
    #expect(nr_reduction_cable(reduction, index).name == nil)
    #expect(nr_reduction_section_name(reduction, index) == nil)
    #expect(nr_reduction_stage_name(reduction, index) == nil)
    #expect(nr_reduction_inexact_merge(reduction, index).mechanism == nil)
    #expect(nr_reduction_loss(reduction, index) == nil)
    #expect(nr_reduction_section(reduction, index).name == nil)
    #expect(nr_reduction_synapse_kind(reduction, index).mechanism == nil)
    #expect(nr_reduction_kind_parameter(reduction, index, 0).name == nil)
    #expect(nr_reduction_kind_parameter(reduction, 0, index).name == nil)
    #expect(nr_reduction_kind_obstacle(reduction, 0, index).name == nil)
    #expect(nr_reduction_note(reduction, index) == nil)
    #expect(nr_reduction_site(reduction, index).name == nil)
  }

  @Test func itsRecordIsMadeWhenAskedForAndOnce() throws {
    let reduction = try reducedValue()
    defer { nr_reduction_free(reduction) }
    #expect(try !hasRecord(reduction))
    #expect(nr_reduction_counts(reduction).point_processes_before == 2)
    #expect(nr_reduction_counts(reduction).point_processes_after == 1)
    #expect(try hasRecord(reduction))
    #expect(nr_reduction_section_count(reduction) == 2)
    // A record made anew would have its texts elsewhere.
    let name = try #require(nr_reduction_section(reduction, 1).name)
    #expect(String(cString: name) == "dend[0]")
    #expect(nr_reduction_section(reduction, 1).name == name)
    let kind = nr_reduction_synapse_kind(reduction, 0)
    #expect(kind.mechanism.map { String(cString: $0) } == "ExpSyn")
    #expect(kind.before == 2)
    #expect(kind.after == 1)
    #expect(kind.connections == 2)
  }

  @Test func aMergeThatIsNotKnownToBeExactIsTold() throws {
    let reduction = try reducedValue()
    defer { nr_reduction_free(reduction) }
    let merge = nr_reduction_inexact_merge(reduction, 0)
    #expect(merge.mechanism.map { String(cString: $0) } == "ExpSyn")
    #expect(merge.is_known == 0)
    #expect(merge.count == 1)
  }

  @Test func impedancesAreThoseOfTheSomaAndThenOfTheSites() throws {
    let reduction = try reducedValue()
    defer { nr_reduction_free(reduction) }
    var count = 0
    let soma = try #require(nr_reduction_impedances(reduction, -1, &count))
    #expect(count == 25)
    #expect((0..<count).allSatisfy { soma[$0].full > 0 && soma[$0].reduced > 0 })
    #expect(nr_reduction_impedances(reduction, 1000, &count) == nil)
    #expect(count == 0)
    #expect(nr_reduction_impedances(reduction, -2, &count) == nil)
    #expect(nr_reduction_impedances(reduction, .max, &count) == nil)
  }

  private func hasRecord(_ reduction: OpaquePointer) throws -> Bool {
    let result = Unmanaged<ReductionResult>.fromOpaque(UnsafeRawPointer(reduction))
      .takeUnretainedValue()
    let storage = try #require(
      Mirror(reflecting: result).children.first { $0.label == "$__lazy_storage_$_record" })
    return Mirror(reflecting: storage.value).children.count > 0
  }
}

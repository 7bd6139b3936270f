import CNeuronReduce
import Testing

@testable import NeuronReduceABI

/// What the calls that need NEURON do in a process that has none.
@Suite struct CellABITests {
  private let missing = ReadError.missingNEURON

  @Test func aCellIsNotReadWithoutNEURON() throws {
    // Never looked at: NEURON is looked for first.
    let object = CArray<Double>([0])
    let name = CStrings(["cell"])
    var request = nr_cell_request(
      name: name.first, soma_sections: object.base, apical_sections: object.base,
      axonal_sections: object.base, synapses: nil, synapse_count: 0, connections: nil,
      connection_count: 0, is_whole: 0, is_apical_given: 0, is_axon_given: 0)
    let untouched = OpaquePointer(object.base)
    var cell: OpaquePointer? = untouched
    let error = try #require(nr_cell_read(&request, &cell))
    #expect(ReadError(error) == missing)
    #expect(cell == untouched)
  }

  @Test func aSynapseThatIsNoObjectIsNamed() throws {
    let object = CArray<Double>([0])
    let objects = CArray<UnsafeMutableRawPointer?>([UnsafeMutableRawPointer(object.base), nil])
    let name = CStrings(["cell"])
    var request = nr_cell_request(
      name: name.first, soma_sections: object.base, apical_sections: object.base,
      axonal_sections: object.base, synapses: UnsafePointer(objects.base), synapse_count: 2,
      connections: nil, connection_count: 0, is_whole: 0, is_apical_given: 0, is_axon_given: 0)
    var cell: OpaquePointer?
    let synapses = ReadError(try #require(nr_cell_read(&request, &cell)))
    #expect(synapses.code == "notAPointProcess")
    #expect(synapses.values == [.number("index", 1), .text("found", "no object")])

    // As many as is said where there are none at all.
    request.synapse_count = 0
    request.connection_count = 3
    let connections = ReadError(try #require(nr_cell_read(&request, &cell)))
    #expect(connections.code == "notANetCon")
    #expect(connections.values.first == .number("index", 0))

    request.connection_count = -1
    #expect(ReadError(try #require(nr_cell_read(&request, &cell))) == missing)
  }

  @Test func aTemplateIsNotPreparedWithoutNEURON() throws {
    #expect(ReadError(try #require(nr_template_prepare("cells", 1))) == missing)
  }

  @Test func questionsHaveAnAnswerWithoutNEURON() {
    nr_release_orphans()
    #expect(nr_is_array_or_object(nil, "soma") == 0)
  }

  @Test func methodsAreKnownByTheirTraits() {
    #expect(nr_method_traits("classic") == Int32(NR_TRAIT_USES_FREQUENCY.rawValue))
    let lumped = [NR_TRAIT_CHANGES_WEIGHTS, NR_TRAIT_CONSERVES_TOTALS, NR_TRAIT_CABLES_ARE_LUMPS]
    #expect(nr_method_traits("lumped") == lumped.reduce(0) { $0 | Int32($1.rawValue) })
    #expect(nr_method_traits("no such method") == 0)
  }
}

extension ReadError {
  /// That of a process without NEURON: the first function of the table is not there.
  static var missingNEURON: ReadError {
    ReadError(.noNEURON(missingFunction: "nrn_section_new"))
  }
}

import CNeuronReduce
import NEURONBridge
import Reduction
import SynapseResponse
import Testing

@testable import NeuronReduceABI

@Suite struct ReductionSettingsTests {
  private let method = CStrings(["classic"])

  /// Settings that say as little as they can.
  private var plain: nr_settings {
    nr_settings(
      method: method.first, frequency: 0, total_segments: -1, merging: NR_MERGING_EXACT,
      compared_parameters: nil, compared_parameter_pairs: 0, responses: nil, response_count: 0,
      response_indices: nil, response_index_count: 0, rates: nil, rate_count: 0,
      steady_events: nil, steady_event_count: 0, membranes: nil,
      membrane_count: 0, gains: nil, gain_count: 0, sites: nil, site_count: 0, observed: nil,
      observed_count: 0, observed_interval: 0, tolerance: 0, roots: nil, root_count: 0,
      kept: nil, kept_count: 0, spines: NR_SPINES_COLLAPSED, spine_sections: nil,
      spine_section_count: 0)
  }

  private func converted(
    _ settings: nr_settings, stems: [Int] = []
  ) throws(BridgeError) -> ReductionSettings {
    try ReductionSettings(settings, stems: stems)
  }

  @Test func whatIsNotGivenIsNotThere() throws {
    let settings = try converted(plain)
    #expect(settings.method == .classic)
    #expect(settings.frequency == 0)
    #expect(settings.segmentCount == .automatic)
    #expect(settings.mergePolicy == .exact)
    #expect(settings.comparedParameters.isEmpty)
    #expect(settings.drive == SynapticDrive())
    #expect(settings.membranes.isEmpty)
  }

  // MARK: Numbers and names

  @Test func numbersAndNamesWithoutAMeaningAreRefused() {
    var settings = plain
    settings.frequency = -1
    #expect(throws: BridgeError.reduction(.frequency(-1))) { try converted(settings) }
    settings = plain
    settings.total_segments = -2
    #expect(throws: BridgeError.reduction(.segmentCount(-2))) { try converted(settings) }
    settings = plain
    let newest = CStrings(["newest"])
    settings.method = newest.first
    #expect(
      throws: BridgeError.reduction(
        .unknownMethod(name: "newest", known: Method.allCases.map(\.name)))
    ) { try converted(settings) }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersWithoutAValueAreRefused(value: Double) {
    var settings = plain
    settings.frequency = value
    #expect(throws: BridgeError.self) { try converted(settings) }
    settings = plain
    settings.total_segments = value
    #expect(throws: BridgeError.self) { try converted(settings) }
  }

  @Test(arguments: [
    (NR_MERGING_EXACT, MergePolicy.exact), (NR_MERGING_PUBLISHED, .published),
    (NR_MERGING_NONE, .none),
    // What no header declares merges least wrongly.
    (nr_merging(rawValue: 17), .exact), (nr_merging(rawValue: .max), .exact),
  ])
  func mergingIsAPolicy(merging: nr_merging, policy: MergePolicy) throws {
    var settings = plain
    settings.merging = merging
    #expect(try converted(settings).mergePolicy == policy)
  }

  // MARK: Compared parameters

  @Test func comparedParametersAreGatheredByKind() throws {
    let texts = CStrings(["Exp2Syn", "tau1", "e", "Silent"])
    let pairs = CArray([
      texts[0], texts[1], texts[3], nil, texts[0], texts[2], nil, texts[1],
    ])
    var settings = plain
    settings.compared_parameters = UnsafePointer(pairs.base)
    settings.compared_parameter_pairs = 4
    #expect(
      try converted(settings).comparedParameters == ["Exp2Syn": ["tau1", "e"], "Silent": []])
    settings.compared_parameter_pairs = 1
    #expect(try converted(settings).comparedParameters == ["Exp2Syn": ["tau1"]])
  }

  // MARK: Drive

  @Test func indicesOfNoResponseAreNone() throws {
    let responses = CArray([nr_response(), nr_response()])
    let indices = CArray<Int64>([0, 1, 2, -1, .max, .min])
    var settings = plain
    settings.responses = UnsafePointer(responses.base)
    settings.response_count = 2
    settings.response_indices = UnsafePointer(indices.base)
    settings.response_index_count = 6
    let drive = try converted(settings).drive
    #expect(drive.responses.count == 2)
    #expect(drive.responseIndices == [0, 1, nil, nil, nil, nil])
    settings.response_count = 0
    #expect(
      try converted(settings).drive.responseIndices == [Int?](repeating: nil, count: 6))
  }

  @Test func ratesThatAreNoneAreNotKnown() throws {
    let rates = CArray<Double>([5, 0, -1, .nan, .infinity, -.infinity])
    var settings = plain
    settings.rates = UnsafePointer(rates.base)
    settings.rate_count = 6
    #expect(try converted(settings).drive.rates == [5, 0, nil, nil, nil, nil])
  }

  @Test func whatEventsDoAtTheirRateIsRead() throws {
    let events = CArray([
      nr_steady_event(charge: 2, exponent: 3), nr_steady_event(charge: .nan, exponent: 1),
    ])
    var settings = plain
    settings.steady_events = UnsafePointer(events.base)
    settings.steady_event_count = 2
    #expect(
      try converted(settings).drive.steadyEvents == [SteadyEvent(charge: 2, exponent: 3), nil])
  }

  @Test func aResponseIsReadWithItsConductance() throws {
    // A conductance that falls from 1 to 0 within 2 ms has an integral of 1 µS·ms.
    let times = CArray([0.0, 2])
    let conductances = CArray([1.0, 0])
    var response = nr_response()
    response.nature = NR_NATURE_LINEAR
    response.superposes = 1
    response.times = UnsafePointer(times.base)
    response.conductances = UnsafePointer(conductances.base)
    response.count = 2
    let read = try #require(try self.response(response))
    #expect(read.nature == .linearConductance)
    #expect(read.superposes == true)
    #expect(read.isOhmic)
    // Trapezoids of two numbers: exact but for rounding.
    #expect(abs(read.charge - 1) < 1e-12)

    response.superposes = 0
    #expect(try self.response(response)?.superposes == false)
    response.superposes = -1
    let unknown = try #require(try self.response(response))
    #expect(unknown.superposes == nil)

    // What is not all there has no conductance.
    response.times = nil
    #expect(try self.response(response)?.charge == 0)
    response.times = UnsafePointer(times.base)
    response.count = -1
    #expect(try self.response(response)?.charge == 0)
  }

  private func response(_ response: nr_response) throws -> SynapticResponse? {
    let responses = CArray([response])
    var settings = plain
    settings.responses = UnsafePointer(responses.base)
    settings.response_count = 1
    return try converted(settings).drive.responses.first
  }

  @Test(arguments: [
    (NR_NATURE_LINEAR, SynapticResponse.Nature.linearConductance),
    (NR_NATURE_NONLINEAR, .nonlinearConductance), (NR_NATURE_STOCHASTIC, .stochastic),
    (NR_NATURE_CURRENT, .current), (NR_NATURE_NONE, .none), (nr_nature(rawValue: 99), .none),
    (nr_nature(rawValue: .max), .none),
  ])
  func naturesAreThoseOfTheHeader(nature: nr_nature, expected: SynapticResponse.Nature) throws {
    var response = nr_response()
    response.nature = nature
    #expect(try self.response(response)?.nature == expected)
  }

  // MARK: Membranes

  @Test func membranesAreThoseOfTheStemsInTheirOrder() throws {
    let membranes = CArray(
      [1.0, 2, 3].map {
        nr_cable_membrane(
          capacitance: $0, membrane_resistance: 10 * $0, axial_resistivity: 100 * $0,
          factor_real: $0 + 1, factor_imaginary: $0 / 4)
      })
    var settings = plain
    settings.membranes = UnsafePointer(membranes.base)
    settings.membrane_count = 3
    let read = try converted(settings, stems: [7, 4]).membranes
    #expect(Set(read.keys) == [7, 4])
    #expect(read[7]?.capacitance == 1)
    #expect(read[4]?.capacitance == 2)
    #expect(read[4]?.membraneResistance == 20)
    #expect(read[4]?.axialResistivity == 200)
    #expect(read[4]?.propagationFactor.real == 3)
    #expect(read[4]?.propagationFactor.imaginary == 0.5)
  }

  // MARK: Sites

  @Test func sitesAreSectionsAndPositions() throws {
    let places = CArray([
      nr_place(section: 3, position: 0.25), nr_place(section: -1, position: .infinity),
    ])
    let folded = CStrings(["folded"])
    var settings = plain
    settings.sites = UnsafePointer(places.base)
    settings.site_count = 2
    #expect(
      throws: BridgeError.reduction(.sitesOfMethod(name: "classic", known: ["folded"]))
    ) { try converted(settings) }
    settings.method = folded.first
    #expect(
      try converted(settings).sites == [
        ReductionSite(section: 3, position: 0.25), ReductionSite(section: -1, position: .infinity),
      ])
    settings.site_count = -1
    #expect(try converted(settings).sites.isEmpty)
  }

  // MARK: Counts

  @Test(arguments: [-1, Int.min])
  func countsBelowZeroAreNone(count: Int) throws {
    let texts = CStrings(["Exp2Syn", "tau1"])
    let pairs = CArray([texts[0], texts[1]])
    let responses = CArray([nr_response()])
    let indices = CArray<Int64>([0])
    let rates = CArray([1.0])
    let membranes = CArray([nr_cable_membrane()])
    var settings = plain
    settings.compared_parameters = UnsafePointer(pairs.base)
    settings.compared_parameter_pairs = count
    settings.responses = UnsafePointer(responses.base)
    settings.response_count = count
    settings.response_indices = UnsafePointer(indices.base)
    settings.response_index_count = count
    settings.rates = UnsafePointer(rates.base)
    settings.rate_count = count
    settings.membranes = UnsafePointer(membranes.base)
    settings.membrane_count = count
    let read = try converted(settings, stems: [1])
    #expect(read.comparedParameters.isEmpty)
    #expect(read.drive == SynapticDrive())
    #expect(read.membranes.isEmpty)
  }

  @Test func addressesOfNothingAreNotRead() throws {
    var settings = plain
    settings.compared_parameter_pairs = 3
    settings.response_count = 3
    settings.response_index_count = 3
    settings.rate_count = 3
    settings.membrane_count = 3
    let read = try converted(settings, stems: [1])
    #expect(read.comparedParameters.isEmpty)
    #expect(read.drive == SynapticDrive())
    #expect(read.membranes.isEmpty)
  }
}

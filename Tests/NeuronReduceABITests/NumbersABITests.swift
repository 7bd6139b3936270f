import CNeuronReduce
import Testing

@testable import NeuronReduceABI

/// The functions that take numbers and need no cell: whatever the numbers, a value or a reason.
@Suite struct NumbersABITests {
  /// The status of an error, which is given back; nil for none.
  private func refusal(_ error: OpaquePointer?) -> nr_status? {
    error.map { nr_status(rawValue: ReadError($0).status) }
  }

  private static let hostile = [
    Double.nan, .infinity, -.infinity, -1, 0, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
  ]

  // MARK: Cables

  @Test func aPropagationFactorAtRestIsOne() {
    var q = nr_complex()
    #expect(nr_propagation_factor(20_000, 1, 0, &q) == nil)
    #expect(q.real == 1)
    #expect(q.imaginary == 0)
  }

  @Test(arguments: hostile)
  func whatIsRefusedIsNotWritten(number: Double) {
    let impedance = nr_complex(real: number, imaginary: number)
    var q = nr_complex(real: 17, imaginary: 17)
    let isRefused = refusal(nr_propagation_factor(number, number, number, &q)) != nil
    #expect((q.real == 17) == isRefused)
    var cable = nr_equivalent_cable(
      electrotonic_length: 17, diameter: 17, space_constant: 17, length: 17)
    let isUnsolved =
      refusal(nr_solve_cable(impedance, number, number, number, impedance, &cable)) != nil
    #expect((cable.length == 17) == isUnsolved)
    var constant = 17.0
    let hasNone = refusal(nr_space_constant(number, number, number, &constant)) != nil
    #expect((constant == 17) == hasNone)
    var length = 17.0
    let isNoLength = refusal(nr_cable_length(number, impedance, number, &length)) != nil
    #expect((length == 17) == isNoLength)
    var position = 17.0
    let isNoPosition = refusal(nr_cable_position(number, impedance, number, &position)) != nil
    #expect((position == 17) == isNoPosition)
    if !number.isFinite || number < 0 {
      #expect(isRefused && isUnsolved && hasNone && isNoLength && isNoPosition)
    }
  }

  @Test(arguments: [
    (5.0, 0.0, 0.1), (5, 0.5, 0.5), (5, 1, 0.9), (1, 0.3, 0.5),
  ])
  func aSegmentsCentreIsFound(segments: Double, position: Double, center: Double) {
    var value = 17.0
    #expect(nr_segment_center(segments, position, &value) == nil)
    // A quotient, rounded once.
    #expect(abs(value - center) <= .ulpOfOne)
  }

  @Test(arguments: [
    (0.0, 0.5), (2.5, 0.5), (.nan, 0.5), (.infinity, 0.5), (1e300, 0.5), (-3, 0.5), (3, -0.1),
    (3, 1.1), (3, .nan),
  ])
  func whatIsNoPlaceHasNone(segments: Double, position: Double) {
    var value = 17.0
    #expect(refusal(nr_segment_center(segments, position, &value)) == NR_ARGUMENT)
    #expect(value == 17)
  }

  @Test func countsBelowZeroAreNoCables() {
    var counts = [17.0]
    #expect(nr_segment_counts([1.0], -1, -1, &counts) == nil)
    #expect(nr_segment_counts(nil, 5, -1, &counts) == nil)
    #expect(counts == [17])
    #expect(nr_segment_counts([1.0], 1, -1, &counts) == nil)
    #expect(counts[0] >= 1)
    #expect(refusal(nr_segment_counts([.nan], 1, -1, &counts)) == NR_ARGUMENT)
  }

  @Test func aRefusalNamesTheNumber() throws {
    var value = 17.0
    let error = ReadError(try #require(nr_segment_center(2.5, 0, &value)))
    #expect(error.code == "number")
    #expect(error.values.contains(.number("value", 2.5)))
  }

  // MARK: Traces

  private let times = CArray([0.0, 1, 2, 3, 4])
  private let voltages = CArray([-70.0, 20, -70, 20, -70])

  private var trace: nr_trace {
    nr_trace(
      times: UnsafePointer(times.base), voltages: UnsafePointer(voltages.base), count: 5)
  }

  @Test func noMoreTimesAreWrittenThanThereIsRoomFor() {
    var trace = trace
    let span = nr_span(start: 0, end: 4)
    let spikes = CArray([17.0, 17])
    var count = 0
    for (capacity, written) in [(Int.min, 0), (-1, 0), (0, 0), (1, 1), (2, 2)] {
      spikes.base[0] = 17
      spikes.base[1] = 17
      #expect(
        nr_spike_times(&trace, span, 0, spikes.base, capacity, &count)
          == nil)
      #expect(count == 2)
      #expect((0..<2).count { spikes.base[$0] != 17 } == written)
    }
    #expect(nr_spike_times(&trace, span, 0, nil, 2, &count) == nil)
  }

  @Test(arguments: [Int.min, -1, 0, 1])
  func aTraceOfTooFewSamplesIsNone(count: Int) {
    var trace = trace
    trace.count = count
    #expect(refusal(nr_check_trace(&trace)) == NR_ARGUMENT)
    trace.count = 5
    #expect(nr_check_trace(&trace) == nil)
    trace.voltages = nil
    #expect(refusal(nr_check_trace(&trace)) == NR_ARGUMENT)
  }

  // MARK: Responses

  @Test(arguments: [Int32.min, -1, 99, .max])
  func ofAProtocolThatThereIsNotNothingIsKnown(measuring: Int32) {
    #expect(nr_stand_count(measuring) == 0)
    #expect(nr_stand_at(measuring, 0).holding == 0)
    var measured = nr_measured()
    measured.is_known = 17
    var conductance = 17.0
    var charges = [Double](repeating: 17, count: nr_potential_count())
    nr_analyse_currents(measuring, nil, 10, [1], [1], 1, &measured, &conductance, &charges)
    #expect(charges.allSatisfy { $0 == 17 })
    #expect(measured.is_known == 0)
    #expect(measured.brief_protocol == -1)
    #expect(conductance == 17)
  }

  @Test func protocolsAreReadByTheirIndices() {
    let count = nr_stand_count(NR_PROTOCOL_THOROUGH)
    #expect(count > 0)
    #expect((0..<count).contains { nr_stand_at(NR_PROTOCOL_THOROUGH, $0).event_counts.0 > 0 })
    for index in [Int.min, -1, count, Int.max] {
      #expect(nr_stand_at(NR_PROTOCOL_THOROUGH, index).events.0 == nil)
      #expect(nr_voltage_step_at(index == count ? nr_voltage_step_count() : index).time == 0)
    }
  }

  @Test(arguments: [-1, 0])
  func withoutKindsOrSamplesNothingIsWritten(count: Int) {
    var measured = nr_measured()
    var conductance = 17.0
    var charge = 17.0
    nr_analyse_currents(
      NR_PROTOCOL_THOROUGH, nil, count, [1], [1], count, &measured, &conductance, &charge)
    #expect(charge == 17)
    #expect(conductance == 17)
    #expect(nr_are_over(nil, count, 3) == 1)
    var nearest: Int64 = 17
    var distance = 17.0
    nr_choose_kinds(nil, count, count, count, &nearest, &distance)
    #expect(nearest == 17)
    #expect(distance == 17)
  }

  @Test(arguments: [Int.min, -1, 0, 1, 2, 3, Int.max])
  func everyKindHasOneThatStandsForIt(limit: Int) {
    let values = [1.0, 2, .nan, .infinity]
    var nearest = [Int64](repeating: -1, count: 4)
    var distances = [Double](repeating: -1, count: 4)
    nr_choose_kinds(values, 4, 1, limit, &nearest, &distances)
    #expect(nearest.allSatisfy { (0..<4).contains($0) })
    #expect(Set(nearest).count <= max(limit, 1))
  }
}

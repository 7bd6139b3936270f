import Reduction
import Testing

@Suite struct SettingsTests {
  // MARK: total_segments_manual

  @Test(arguments: [
    (-1, SegmentCount.automatic),
    (0.5, .atLeast(share: 0.5)), (1, .atLeast(share: 1)),
    (Double.leastNonzeroMagnitude, .atLeast(share: .leastNonzeroMagnitude)),
    ((1.0).nextUp, .total((1.0).nextUp)), (2, .total(2)), (120.5, .total(120.5)),
    (1e6, .total(1e6)),
  ])
  func takesNumbersWithAMeaning(number: Double, expected: SegmentCount) throws {
    #expect(try SegmentCount(manualTotal: number) == expected)
  }

  @Test(arguments: [0, -0.0, -2, -0.5, (-1.0).nextUp, 1e6 + 1, (1e6).nextUp, .infinity, -.infinity])
  func refusesNumbersWithoutOne(number: Double) {
    #expect(throws: ReductionError.segmentCount(number)) {
      try SegmentCount(manualTotal: number)
    }
  }

  @Test func refusesASegmentCountThatIsNoNumber() throws {
    let error = #expect(throws: ReductionError.self) { try SegmentCount(manualTotal: .nan) }
    guard case .segmentCount(let value) = try #require(error) else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(value.isNaN)
  }

  // MARK: Frequency

  @Test(arguments: [0, -0.0, 0.1, 38, 1e6, Double.greatestFiniteMagnitude])
  func takesFrequenciesFromZero(frequency: Double) throws {
    #expect(try ReductionSettings(frequency: frequency).frequency == frequency)
  }

  @Test(arguments: [-1, -Double.leastNonzeroMagnitude, .infinity, -.infinity])
  func refusesOtherFrequencies(frequency: Double) {
    #expect(throws: ReductionError.frequency(frequency)) {
      try ReductionSettings(frequency: frequency)
    }
  }

  @Test func refusesAFrequencyThatIsNoNumber() throws {
    let error = #expect(throws: ReductionError.self) {
      try ReductionSettings(frequency: .nan)
    }
    guard case .frequency(let value) = try #require(error) else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(value.isNaN)
  }

  @Test func areTheSimplestUnlessToldOtherwise() throws {
    let settings = try ReductionSettings()
    #expect(settings.frequency == 0)
    #expect(settings.segmentCount == .automatic)
    #expect(settings.comparedParameters.isEmpty)
  }
}

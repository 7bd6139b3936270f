import Testing

@testable import ResponseMeasuring

@Suite struct EventTrainTests {
  @Test(arguments: [0.5, 5, 40, 200])
  func hasItsRateInTheMean(rate: Double) {
    let train = EventTrain(rate: rate)
    let counted = train.times[train.first...]
    #expect(counted.count == EventTrain.count + 1)
    let mean = ((counted.last ?? 0) - (counted.first ?? 0)) / Double(EventTrain.count)
    // Events come at multiples of a step.
    #expect(abs(mean - 1000 / rate) <= EventTrain.step / Double(EventTrain.count))
    #expect(train.times.allSatisfy { $0.truncatingRemainder(dividingBy: EventTrain.step) == 0 })
    // Two seconds go before, or as many events as at a low rate.
    #expect(train.first >= 64 && Double(train.first) >= 2 * rate)
  }

  /// The sum of the weights is the time, whatever the steps are; and of a line its integral.
  @Test(arguments: [2.0, 30])
  func weightsIntegrate(rate: Double) {
    let train = EventTrain(rate: rate)
    let phases = train.phases(lasting: 200)
    let weights = EventTrain.weights(phases)
    #expect(weights.count == phases.reduce(0) { $0 + $1.count })
    let end = phases.last?.end ?? 0
    #expect(abs(weights.reduce(0, +) - end) < 1e-6 * end)
    #expect(phases.last?.meetsEvent == true)
    #expect(phases.filter(\.meetsEvent).count == Set(train.times).count - 1)
  }
}

@Suite struct StandInTests {
  @Test func fewStandForThemselves() {
    let found = ResponseMeasurement.standIns([[1], [2], [3]], limit: 3)
    #expect(found.map(\.other) == [0, 1, 2])
    #expect(found.map(\.distance) == [0, 0, 0])
  }

  @Test func ofManyTheNearestStands() {
    let found = ResponseMeasurement.standIns((1...20).map { [Double($0)] }, limit: 2)
    #expect(Set(found.map(\.other)) == [0, 19])
    #expect(found[1].other == 0 && found[18].other == 19)
  }
}

@Suite struct ProcessCopyTests {
  @Test func givesWhatItsWorkGives() throws {
    #expect(try ProcessCopy.call(timeout: 20) { [1, .infinity, -0.5] } == [1, .infinity, -0.5])
    let many = (0..<100_000).map(Double.init)
    #expect(try ProcessCopy.call(timeout: 20) { many } == many)
  }

  @Test func itsErrorsAreTold() {
    struct Fault: Error, CustomStringConvertible { let description = "a fault" }
    #expect(throws: CopyError.failed("a fault")) {
      try ProcessCopy.call(timeout: 20) { throw Fault() }
    }
  }

  @Test func whatTakesTooLongIsGivenUp() {
    #expect(throws: CopyError.tookTooLong(seconds: 0.2)) {
      try ProcessCopy.call(timeout: 0.2) {
        while true {}
      }
    }
  }
}

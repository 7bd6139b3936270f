import Fidelity
import Testing

@Suite struct SpikeSynchronizationTests {
  // MARK: Closed forms

  /// Windows: half of 100 ms around the spikes, so that 49 ms coincide and 51 do not; one at exactly
  /// half an interval does not.
  @Test(arguments: [(49.0, 1.0), (50, 0), (51, 0)])
  func windowIsHalfTheShortestInterval(shift: Double, expected: Double) throws {
    let first = try SpikeTrain([200, 300, 400])
    let second = try SpikeTrain([200, 300, 400].map { $0 + shift })
    // A shift of 51 ms brings a spike within 49 ms of the next one.
    let synchronization = SpikeSynchronization.between(first, second)
    #expect(synchronization == (shift > 50 ? 4.0 / 6 : expected))
  }

  @Test func spikesAloneCoincideWithinHalfTheSpan() throws {
    let first = try SpikeTrain([100])
    #expect(SpikeSynchronization.between(first, try SpikeTrain([599])) == 1)
    #expect(SpikeSynchronization.between(first, try SpikeTrain([600])) == 0)
  }

  @Test func silentTrains() throws {
    let (silent, active) = (try SpikeTrain([]), try SpikeTrain([100]))
    #expect(SpikeSynchronization.between(silent, silent) == 1)
    #expect(SpikeSynchronization.between(silent, active) == 0)
    #expect(SpikeSynchronization.between(active, silent) == 0)
  }

  // MARK: Properties

  @Test(arguments: UInt64(1)...200)
  func symmetricAndOneForEqualTrains(seed: UInt64) throws {
    let (first, second) = try SpikeTrain.pair(seed: seed)
    let value = SpikeSynchronization.between(first, second)
    #expect(value == SpikeSynchronization.between(second, first))
    #expect((0...1).contains(value))
    #expect(SpikeSynchronization.between(first, first) == 1)
  }

  /// Against the definition, all pairs of spikes looked at.
  @Test(arguments: UInt64(1)...200)
  func definition(seed: UInt64) throws {
    let (first, second) = try SpikeTrain.pair(seed: seed)
    func shortest(_ train: SpikeTrain, _ index: Int) -> Double {
      var intervals = [1000.0]
      if index > 0 { intervals.append(train.times[index] - train.times[index - 1]) }
      if index + 1 < train.count { intervals.append(train.times[index + 1] - train.times[index]) }
      return intervals.min()!
    }
    var coincidences = 0
    for i in 0..<first.count {
      for j in 0..<second.count
      where abs(first.times[i] - second.times[j]) < min(shortest(first, i), shortest(second, j)) / 2
      {
        coincidences += 2
      }
    }
    let total = first.count + second.count
    let expected = total == 0 ? 1 : Double(coincidences) / Double(total)
    #expect(SpikeSynchronization.between(first, second) == expected)
  }
}

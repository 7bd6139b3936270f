import RealModule
import SimulationSupport
import TestSupport
import Testing

/// The queue of a run, and the sources that fill it.
@Suite struct EventTests {
  private struct Delivery: Equatable {
    let time: Double
    let connection: Int
    let step: Double
  }

  private struct Source {
    var stream: test_source
    var times: [Double]?
    var delays: [Double]
  }

  /// A NetStim, with a stream of ids 0 unless others are given.
  private func stream(
    interval: Double, number: Double = 1e9, start: Double = 0, noise: Double = 0,
    ids: (UInt32, UInt32, UInt32) = (0, 0, 0), delays: [Double] = [1]
  ) -> Source {
    Source(
      stream: test_source(
        interval: interval, number: number, start: start, noise: noise, ids: ids, global: 0,
        times: nil, timeCount: 0, first: 0, count: 0), times: nil, delays: delays)
  }

  private func times(_ times: [Double], delays: [Double]) -> Source {
    var source = stream(interval: 1, delays: delays)
    source.times = times
    return source
  }

  /// What sources deliver until `end`; `marked` connections send themselves an event of 1.5 delays later.
  private func deliveries(
    of sources: [Source], until end: Double, marked: Set<Int> = []
  ) -> [Delivery] {
    run(sources, until: end, marked: marked).delivered
  }

  /// The same, and what is still to come then.
  private func run(
    _ sources: [Source], until end: Double, marked: Set<Int> = []
  ) -> (delivered: [Delivery], pending: [test_pending]) {
    var delays: [Double] = []
    var given: [test_source] = []
    var buffers: [UnsafeMutableBufferPointer<Double>] = []
    defer { for buffer in buffers { buffer.deallocate() } }
    for source in sources {
      var made = source.stream
      made.first = Int32(delays.count)
      made.count = Int32(source.delays.count)
      delays += source.delays
      if let times = source.times {
        let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(times.count, 1))
        _ = buffer.initialize(from: times)
        buffers.append(buffer)
        made.times = UnsafePointer(buffer.baseAddress)
        made.timeCount = Int64(times.count)
      }
      given.append(made)
    }
    let capacity = 1_000_000
    var found = [Double](repeating: 0, count: capacity)
    var steps = found
    var connections = [Int32](repeating: 0, count: capacity)
    var pending = [test_pending](repeating: test_pending(), count: 100_000)
    var pendingCount: Int64 = 0
    let count = test_deliveries(
      given, Int64(given.count), delays, delays.indices.map { marked.contains($0) ? 1 : 0 },
      Int64(delays.count), end, &found, &connections, &steps, Int64(capacity), &pending,
      Int64(pending.count), &pendingCount)
    #expect((0...capacity).contains(Int(count)))
    #expect((0...pending.count).contains(Int(pendingCount)))
    let delivered = (0..<Int(max(count, 0))).map {
      Delivery(time: found[$0], connection: Int(connections[$0]), step: steps[$0])
    }
    return (delivered, Array(pending.prefix(Int(max(pendingCount, 0)))))
  }

  /// Every event once, in the order of time, before the middle of the step that it falls into has passed.
  @Test func randomEventsComeOnceAndInOrder() {
    for seed in 0..<40 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var sources: [Source] = []
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        let count = Int.random(in: 0...40, using: &random)
        // Some far away, many at once.
        let own = (0..<count).map { _ in
          Bool.random(using: &random)
            ? Double.random(in: 0...900, using: &random)
            : Double(Int.random(in: 0...8, using: &random)) * 50
        }.sorted()
        let delays = (0..<Int.random(in: 0...3, using: &random)).map { _ in
          [0, 0.1, 0.025, 250, Double.random(in: 0...3, using: &random)].randomElement(
            using: &random)
            ?? 0
        }
        sources.append(times(own, delays: delays))
      }
      var first = 0
      var expected: [Double] = []
      for source in sources {
        for delay in source.delays { expected += (source.times ?? []).map { $0 + delay } }
        first += source.delays.count
      }
      let end = 1000.0
      let found = deliveries(of: sources, until: end)
      expected = expected.filter { $0 <= end }.sorted()
      #expect(found.map(\.time) == expected, "seed \(seed)")
      for delivery in found {
        // What comes in the second half of a step waits for its end.
        #expect(delivery.step + 0.5 * 0.025 + 1e-9 >= delivery.time, "seed \(seed)")
        #expect(delivery.step <= delivery.time + 0.5 * 0.025 + 1e-9, "seed \(seed)")
      }
    }
  }

  /// Sources that fire several times in a half step, and such that are silent for longer than there are buckets,
  /// are delivered as each of them alone.
  @Test func streamsOfAllRatesAreMerged() {
    for seed in 0..<30 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let sources = (0..<Int.random(in: 1...30, using: &random)).map { index in
        stream(
          interval: .exp(Double.random(in: -5...8, using: &random)),
          noise: [0, 0.5, 1].randomElement(using: &random) ?? 0, ids: (UInt32(index), 7, 0),
          delays: [[0, 0.3, 40, 3000].randomElement(using: &random) ?? 0])
      }
      let end = 60.0
      let found = deliveries(of: sources, until: end)
      #expect(zip(found, found.dropFirst()).allSatisfy { $0.time <= $1.time }, "seed \(seed)")
      for (index, source) in sources.enumerated() {
        let alone = deliveries(of: [source], until: end)
        let own = found.filter { $0.connection == index }
        #expect(own.map(\.time) == alone.map(\.time), "seed \(seed)")
        #expect(own.map(\.step) == alone.map(\.step), "seed \(seed)")
      }
    }
  }

  @Test func eventsToOneselfComeInBetween() {
    let found = deliveries(
      of: [times([1, 2, 300], delays: [0.4])], until: 400, marked: [0])
    // To itself: −1 − connection.
    #expect(found.map(\.connection) == [0, -1, 0, -1, 0, -1])
    #expect(
      zip(found.map(\.time), [1.4, 2.0, 2.4, 3.0, 300.4, 301]).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  /// What is still to come at a run's end is what a longer run has next: of each connection what it is to deliver, and
  /// then the next event of its source.
  @Test func whatIsToComeIsWhatComes() {
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let end = Double.random(in: 0...40, using: &random)
      let sources = (0..<Int.random(in: 1...30, using: &random)).map { index in
        let delays = (0..<Int.random(in: 0...3, using: &random)).map { _ -> Double in
          [0, 0.3, 7, 300].randomElement(using: &random) ?? 0
        }
        if index % 3 == 0 {
          let own = (0..<Int.random(in: 0...30, using: &random)).map { _ in
            Double.random(in: 0...60, using: &random)
          }
          return times(own.sorted(), delays: delays)
        }
        return stream(
          interval: .exp(Double.random(in: -2...5, using: &random)),
          number: Bool.random(using: &random) ? 1e9 : 4,
          start: Double.random(in: 0...20, using: &random),
          noise: [0, 0.5, 1].randomElement(using: &random) ?? 0, ids: (UInt32(index), 7, 0),
          delays: delays)
      }
      let delays = sources.flatMap(\.delays)
      let marked = Set(delays.indices.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
      let (before, pending) = run(sources, until: end, marked: marked)
      let all = deliveries(of: sources, until: end + 500, marked: marked)
      #expect(Array(all.prefix(before.count)) == before, "seed \(seed)")
      let after = all.dropFirst(before.count)
      var first = 0
      for (place, source) in sources.enumerated() {
        let next = pending.filter { $0.isOfSource != 0 && Int($0.index) == place }.map(\.time)
        #expect(next.count <= 1, "seed \(seed)")
        for connection in first..<(first + source.delays.count) {
          var expected = pending.filter {
            $0.isOfSource == 0 && Int($0.index) == connection
          }.map(\.time).sorted()
          // Some are later than the longer run is long.
          expected += next.map { $0 + delays[connection] }.filter { $0 < end + 499 }
          let found = after.filter { $0.connection == connection }.map(\.time)
          #expect(Array(found.prefix(expected.count)) == expected, "seed \(seed)")
          if next.isEmpty { #expect(found.count == expected.count, "seed \(seed)") }
          // To itself.
          let own = pending.filter { $0.isOfSource == 0 && Int($0.index) == -1 - connection }
          let sent = before.filter { $0.connection == connection && marked.contains(connection) }
          let received = before.count { $0.connection == -1 - connection }
          #expect(own.count == sent.count - received, "seed \(seed)")
        }
        first += source.delays.count
      }
    }
  }

  @Test func aRegularStimulatorCountsItsEvents() {
    let found = deliveries(
      of: [stream(interval: 10, number: 4, start: 5, delays: [0.5, 2])], until: 100)
    #expect(found.filter { $0.connection == 0 }.map(\.time) == [5.5, 15.5, 25.5, 35.5])
    #expect(found.filter { $0.connection == 1 }.map(\.time) == [7, 17, 27, 37])
    #expect(deliveries(of: [stream(interval: 10, start: -1)], until: 100).isEmpty)
    #expect(deliveries(of: [stream(interval: 10, number: 0)], until: 100).isEmpty)
    #expect(deliveries(of: [stream(interval: 10, number: 2.5)], until: 100).count == 3)
  }

  /// The first block of Random123's philox4x32-10 for a counter and a key of 0, as its authors publish it, is
  /// 6627e8d5 e169c58d bc57ac4c 9b00dbd8; a word w stands for (w + 1)/(2³² + 1).
  @Test func aNoisyStimulatorDrawsFromPhilox() {
    let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    let intervals = words.map { -Double.log((Double($0) + 1) / 4_294_967_297) * 20 }
    var time = 0.0
    let expected = intervals.map { interval -> Double in
      time += interval
      return time + 1
    }
    let found = deliveries(of: [stream(interval: 20, number: 4, noise: 1)], until: 500)
    #expect(found.count == 4)
    for (one, other) in zip(found.map(\.time), expected) {
      // Rounding of sums that were made in another order.
      #expect(abs(one - other) < 1e-12)
    }
  }

  @Test func streamsWithOtherIdsAreOthers() {
    let sources = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)].map {
      stream(interval: 20, noise: 1, ids: ($0.0, $0.1, $0.2))
    }
    let found = deliveries(of: sources, until: 2000)
    let firsts = (0..<4).compactMap { source in found.first { $0.connection == source }?.time }
    #expect(Set(firsts).count == 4)
    // 100 on the average: five standard deviations.
    for source in 0..<4 {
      #expect(abs(found.count { $0.connection == source } - 100) < 50)
    }
  }
}

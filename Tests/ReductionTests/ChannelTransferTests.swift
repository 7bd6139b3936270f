import CellModel
import Reduction
import Testing

@Suite struct ChannelTransferTests {
  private static let hyperpolarised = MechanismKind(
    name: "Ih",
    parameters: [
      .init(name: "gbar_Ih", defaults: [0.5]), .init(name: "shift_Ih", defaults: [-1, -2]),
    ])
  private static let calcium = MechanismKind(
    name: "ca_ion", isIon: true, parameters: [.init(name: "eca", defaults: [132])])
  private static let defaults = [0.5, -1, -2]

  private static func inserting(_ values: [Double]...) -> [Section.Insertion] {
    [Section.Insertion(mechanism: 1, values: values)]
  }

  /// The values of Ih, mechanism 1, in a cable's segments; nil where it is not inserted.
  private func values(
    in reduction: Reduction, cable: Int = 0, ofMechanism mechanism: Int = 1
  ) throws -> [[Double]]? {
    let section = try #require(reduction.origins.firstIndex(of: .cable(cable)))
    return reduction.reduced.sections[section].insertions.first { $0.mechanism == mechanism }?
      .values
  }

  // MARK: Segments that received originals

  /// The values are such that sums and quotients are exact.
  @Test func aParameterIsTheMeanOfAllSegments() throws {
    var builder = CellBuilder(mechanisms: [Self.hyperpolarised])
    let stem = builder.add(
      .basal, on: 0, length: 10, segments: 1, inserting: Self.inserting([1, 10, -4]))
    // Of another area: the mean is plain.
    builder.add(
      .basal, on: stem, length: 200, diameter: 0.5, segments: 3,
      inserting: Self.inserting([2, 20, -8], [3, 30, 0], [6, 40, 16]))
    let reduction = try builder.cell.reduced(.total(2))
    #expect(try values(in: reduction) == [[3, 25, 1]])
  }

  @Test func segmentsWithoutTheMechanismDoNotCount() throws {
    var builder = CellBuilder(mechanisms: [Self.hyperpolarised])
    let stem = builder.add(.basal, on: 0, segments: 2)
    builder.add(
      .basal, on: stem, segments: 3, inserting: Self.inserting([4, 0, 1], [8, 0, 1], [9, 3, 1]))
    let reduction = try builder.cell.reduced(.total(2))
    #expect(try values(in: reduction) == [[7, 1, 1]])
  }

  /// The leak is a mechanism like others, ions too.
  @Test func leakAndIonsAreMeansToo() throws {
    var builder = CellBuilder(mechanisms: [Self.hyperpolarised, Self.calcium])
    let passive = CellBuilder.Passive(leak: 0x1p-14, reversal: -80)
    let stem = builder.add(
      .basal, on: 0, passive, inserting: [.init(mechanism: 2, values: [[100]])])
    builder.add(
      .basal, on: stem, .init(leak: 0x1p-13, reversal: -60),
      inserting: [.init(mechanism: 2, values: [[150]])])
    builder.add(.basal, on: stem, .init(leak: nil))
    let reduction = try builder.cell.reduced(.total(2))
    #expect(try values(in: reduction, ofMechanism: 0) == [[1.5 * 0x1p-14, -70]])
    #expect(try values(in: reduction, ofMechanism: 2) == [[125]])
    #expect(try values(in: reduction, ofMechanism: 1) == nil)
  }

  @Test func aCableHasOnlyWhatItsOwnOriginalsHave() throws {
    var builder = CellBuilder(mechanisms: [Self.hyperpolarised])
    builder.add(.basal, on: 0)
    builder.add(.basal, on: 0, inserting: Self.inserting([1, 2, 3]))
    let reduction = try builder.cell.reduced(.total(3))
    #expect(try values(in: reduction, cable: 0) == nil)
    #expect(try values(in: reduction, cable: 1) == [[1, 2, 3]])
  }

  /// NEURON inserts into whole sections, so a segment whose originals lack what others on the cable
  /// have gets it with its defaults.
  @Test func segmentsOfACableShareItsMechanisms() throws {
    var builder = CellBuilder(mechanisms: [Self.hyperpolarised])
    let stem = builder.add(.basal, on: 0, length: 300)
    builder.add(.basal, on: stem, length: 300, inserting: Self.inserting([7, 8, 9]))
    let reduction = try builder.cell.reduced(.total(3))
    #expect(reduction.segmentMap.points[1].map(\.segment.segment) == [0])
    #expect(reduction.segmentMap.points[2].map(\.segment.segment) == [1])
    #expect(try values(in: reduction) == [Self.defaults, [7, 8, 9]])
  }

  // MARK: Segments that received none

  /// A chain of sections of one segment each, in a cable of 60: with the channel's values in each
  /// section, or nil where it has none. Returns the cable's values and each section's segment.
  private func cableOfChain(
    _ channels: [[Double]?]
  ) throws -> (values: [[Double]], received: [Int]) {
    var builder = CellBuilder(mechanisms: [Self.hyperpolarised])
    var parent = 0
    for channel in channels {
      parent = builder.add(
        .basal, on: parent, length: 200, inserting: channel.map { Self.inserting($0) } ?? [])
    }
    let reduction = try builder.cell.reduced(.total(61))
    let received = reduction.segmentMap.points.dropFirst().map { $0[0].segment.segment }
    // There are segments before the first and between any two.
    try #require(received[0] > 1)
    for (proximal, distal) in zip(received, received.dropFirst()) {
      try #require(distal - proximal > 2)
    }
    let values = try #require(try values(in: reduction))
    #expect(values.count == 60)
    return (values, Array(received))
  }

  @Test func theyAreTheAverageOfBothNeighbors() throws {
    let (values, received) = try cableOfChain([[1, 2, 4], [3, 6, 0], [9, 0, 0]])
    let (first, second, third) = (received[0], received[1], received[2])
    #expect(values[first] == [1, 2, 4])
    #expect(values[second] == [3, 6, 0])
    #expect(values[third] == [9, 0, 0])
    #expect(values[(first + 1)..<second].allSatisfy { $0 == [2, 4, 2] })
    #expect(values[(second + 1)..<third].allSatisfy { $0 == [6, 3, 0] })
  }

  @Test func beforeTheFirstTheyAreItsEqual() throws {
    let (values, received) = try cableOfChain([[1, 2, 4], [3, 6, 0]])
    #expect(values[..<received[0]].allSatisfy { $0 == [1, 2, 4] })
  }

  @Test func whereOneNeighborHasTheMechanismTheyAreItsEqual() throws {
    let (values, received) = try cableOfChain([[1, 2, 4], nil, [3, 6, 0]])
    let (first, second, third) = (received[0], received[1], received[2])
    #expect(values[first] == [1, 2, 4])
    #expect(values[(first + 1)..<second].allSatisfy { $0 == [1, 2, 4] })
    #expect(values[second] == Self.defaults)
    #expect(values[(second + 1)..<third].allSatisfy { $0 == [3, 6, 0] })
    #expect(values[third] == [3, 6, 0])
  }

  @Test func whereNoNeighborHasTheMechanismTheyAreItsDefaults() throws {
    let (values, received) = try cableOfChain([nil, nil, [3, 6, 0]])
    #expect(values[...received[1]].allSatisfy { $0 == Self.defaults })
    #expect(values[(received[1] + 1)...].allSatisfy { $0 == [3, 6, 0] })
  }

  // MARK: Any cell

  /// Every segment that received originals has their means, mechanism by mechanism. The values of
  /// random cells sum exactly.
  @Test(arguments: UInt64(1)...60)
  func meansOfRandomCellsAreThoseOfTheirSegments(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    let reduction = try random.reduced()
    for (index, cable) in reduction.cables.enumerated() {
      var originals = [[(section: Int, segment: Int)]](repeating: [], count: cable.segmentCount)
      for (section, points) in reduction.segmentMap.points.enumerated() {
        for (segment, point) in points.enumerated() where point.segment.cable == index {
          originals[point.segment.segment].append((section, segment))
        }
      }
      for (mechanism, kind) in random.cell.mechanisms.enumerated() {
        let values = try values(in: reduction, cable: index, ofMechanism: mechanism)
        let all = originals.map { segment in
          segment.compactMap {
            random.cell.sections[$0.section].values(ofMechanism: mechanism, segment: $0.segment)
          }
        }
        guard let values else {
          #expect(all.allSatisfy { $0.isEmpty }, "\(kind.name)")
          continue
        }
        #expect(values.count == cable.segmentCount)
        for (segment, having) in all.enumerated() where !originals[segment].isEmpty {
          let mean = kind.defaultValues.indices.map { value in
            having.reduce(0) { $0 + $1[value] } / Double(having.count)
          }
          let expected = having.isEmpty ? kind.defaultValues : mean
          #expect(values[segment] == expected, "\(kind.name) in segment \(segment)")
        }
      }
    }
  }
}

import CableTheory
import CellModel
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct VolleysTests {
  private static let course = DoubleExponential(rise: 0.3, decay: 1.8)

  /// A soma with two long stems, each of which branches; synapses at places on these.
  private static func cell(
    _ synapses: [(section: Int, position: Double, weight: Double)], sources: [Int?],
    delays: [Double] = []
  ) -> CellModel {
    var builder = CellBuilder()
    for _ in 0..<2 {
      let trunk = builder.add(.apical, on: 0, length: 300, diameter: 3, segments: 9)
      for _ in 0..<3 {
        builder.add(.apical, on: trunk, length: 150, diameter: 0.8, segments: 5)
      }
    }
    for each in synapses {
      builder.addSynapse(on: each.section, at: each.position, weight: each.weight)
    }
    for index in synapses.indices {
      builder.cell.connections[index].sourceIdentity = sources[index]
      if !delays.isEmpty { builder.cell.connections[index].delay = delays[index] }
    }
    return builder.cell
  }

  private static func weights(
    _ cell: CellModel, method: Method = .folded, segments: Double = 6,
    reversals: [Double] = [0, -80], responses: [Int]? = nil
  ) throws -> [Double] {
    let drive = SynapticDrive(
      responses: reversals.map { course.response(reversal: $0) },
      responseIndices: responses ?? cell.pointProcesses.map { _ in 0 })
    return try Reduction(
      of: cell,
      settings: ReductionSettings(
        method: method, segmentCount: .total(segments), drive: drive)
    ).reduced.connections.map { $0.weights[0] }
  }

  /// Two at one place are one of the sum of their weights, by section 6.
  @Test(arguments: [1e-5, 5e-4, 2e-3, 5e-3], [Method.folded, .lumped])
  func twoAtOnePlaceAreOneOfTwice(weight: Double, method: Method) throws {
    let place = (section: 2, position: 0.9)
    let two = try Self.weights(
      Self.cell(
        [(place.section, place.position, weight), (place.section, place.position, weight)],
        sources: [5, 5]), method: method)
    let one = try Self.weights(
      Self.cell([(place.section, place.position, 2 * weight)], sources: [5]), method: method)
    #expect(abs(two[0] + two[1] - one[0]) <= 1e-10 * one[0])
    let alone = try Self.weights(
      Self.cell(
        [(place.section, place.position, weight), (place.section, place.position, weight)],
        sources: [5, 6]), method: method)
    if weight > 1e-4 { #expect(alone[0] > 1.02 * two[0]) }
  }

  /// On stems of their own they hardly feel each other.
  @Test func onTwoStemsTheyAreAsAlone() throws {
    let places = [(2, 0.9, 2e-3), (6, 0.9, 2e-3)]
    let together = try Self.weights(Self.cell(places, sources: [0, 0]))
    let alone = try Self.weights(Self.cell(places, sources: [0, 1]))
    for (one, other) in zip(together, alone) { #expect(abs(one / other - 1) < 0.01) }
    #expect(together != alone)
  }

  /// To the last bit.
  @Test func whatComesByItselfKeepsItsWeight() throws {
    let places = [(2, 0.9, 2e-3), (2, 0.7, 1e-3), (3, 0.5, 1e-3), (6, 0.1, 3e-3)]
    let none: [Int?] = [nil, nil, nil, nil]
    let expected = try Self.weights(Self.cell(places, sources: none))
    #expect(try Self.weights(Self.cell(places, sources: [0, 1, 2, 3])) == expected)
    // One source, at different times.
    let apart = Self.cell(places, sources: [0, 0, 0, 0], delays: [3, 1, 4, 2])
    #expect(try Self.weights(apart) == expected)
    // Not passing events.
    var silent = Self.cell(places, sources: [0, 0, 0, 0])
    for index in 0..<3 { silent.connections[index].isActive = false }
    #expect(try Self.weights(silent) == expected)
    // Excitation does not shunt inhibition in this sense.
    let pair = Array(places.prefix(2))
    #expect(
      try Self.weights(Self.cell(pair, sources: [0, 0]), responses: [0, 1])
        == Self.weights(Self.cell(pair, sources: [0, 1]), responses: [0, 1]))
    #expect(
      try Self.weights(Self.cell(pair, sources: [0, 0]), responses: [1, 1])
        != Self.weights(Self.cell(pair, sources: [0, 1]), responses: [1, 1]))
  }

  @Test func likeDelaysAreAtOnce() {
    let response = Self.course.response(reversal: 0)
    let delays = [1.4, 0.1, 3, 1, 0.5, 0.8, .nan, .nan]
    let members = delays.indices.map {
      Volleys.Member(connection: $0, compartment: 0, weight: 1, response: response)
    }
    let connections = delays.map {
      Connection(target: 0, weights: [1], delay: $0, sourceIdentity: 3)
    }
    #expect(Volleys(of: members, connections).groups == [[1, 4], [5, 3]])
  }

  /// κ by the columns of the impedance matrix.
  @Test(arguments: UInt64(1)...20)
  func kappaSumsOverAllPairs(seed: UInt64) {
    let random = RandomCell(seed: seed)
    let tree = CellCompartments(of: random.varied(seed: seed)).tree
    var generator = SplitMix64(seed: seed)
    let responses = [Self.course.response(), DoubleExponential(rise: 1, decay: 8).response()]
    let members = (0..<4).map { index in
      Volleys.Member(
        connection: index, compartment: Int.random(in: 0..<tree.count, using: &generator),
        weight: generator.logUniform(1e-5...1e-2), response: responses[index / 3])
    }
    let found = Volleys.Sites(of: tree).selfShunts(of: members).map(\.kappa)
    let columns = SpectralGrid.frequencies.map { frequency in
      let impedance = TreeImpedance(of: tree, frequency: frequency)
      return members.map { impedance.voltages(injectingInto: $0.compartment) }
    }
    for (member, kappa) in zip(members, found) {
      let expected = SpectralGrid.integral { index in
        members.enumerated().reduce(0.0) { sum, each in
          let (own, other) = (member.response, each.element.response)
          let power =
            own.power[index] * own.charge * other.power[index] * other.charge
          return sum + each.element.weight * power.squareRoot() / own.charge
            * columns[index][each.offset][member.compartment].real
        }
      }
      #expect(abs(kappa / expected - 1) < 1e-9)
    }
  }

  /// The volley delivers what it did: Σ T·w·F(κ)/κ, in the reduced cell with what it sees.
  @Test(arguments: [1e-4, 1e-3, 4e-3])
  func togetherTheyDeliverWhatTheyDid(weight: Double) {
    var before = CompartmentTree(rootLeakConductance: 0.01, rootCapacitance: 0.1)
    let trunk = before.append(
      parent: 0, axialResistance: 50, leakConductance: 2e-3, capacitance: 0.02)
    let tips = (0..<3).map { _ in
      before.append(
        parent: trunk, axialResistance: 200, leakConductance: 1e-4, capacitance: 1e-3)
    }
    var after = CompartmentTree(rootLeakConductance: 0.01, rootCapacitance: 0.1)
    let lump = after.append(
      parent: 0, axialResistance: 70, leakConductance: 2.3e-3, capacitance: 0.023)
    let response = Self.course.response()
    func members(_ places: [Int], _ scale: Double) -> [Volleys.Member] {
      places.enumerated().map { index, place in
        Volleys.Member(
          connection: index, compartment: place, weight: weight * scale * Double(index + 1),
          response: response)
      }
    }
    let places = [tips[0], tips[0], tips[1]]
    let lumps = [lump, lump, lump]
    let moves = zip(members(places, 1), members(lumps, 1.3)).map {
      Volleys.Move(before: $0, after: $1, transfers: (before: 20, after: 25))
    }
    let connections = moves.map { _ in Connection(target: 0, weights: [1], sourceIdentity: 1) }
    let volleys = Volleys(of: moves.map(\.before), connections)
    #expect(volleys.groups == [[0, 1, 2]])
    let factor = volleys.factors(moves, from: before, to: after)[0]

    func charge(_ members: [Volleys.Member], in tree: CompartmentTree) -> Double {
      let losses = volleys.losses(of: members, alone: [0, 0, 0], in: tree)
      return zip(members, losses).reduce(0) { $0 + $1.0.weight / $1.1 }
    }
    let wanted = 20 * charge(moves.map(\.before), in: before)
    let found = 25 * charge(members(lumps, 1.3 * factor), in: after)
    #expect(abs(found / wanted - 1) < 1e-12)
    #expect(factor < 1)
  }
}

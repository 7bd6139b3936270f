import CellModel
import RealModule
import SynapseResponse
import TestSupport
import Testing

@testable import Reduction

@Suite struct ExpectedLossTests {
  /// Campbell's theorem in time: λ·(E − V)²·w²·∫r², with r what an event makes of an isopotential membrane. The
  /// grid's trapezoids are within 3 % of it.
  @Test(arguments: [(0.3, 1.8), (1, 8), (4, 40)], [0.0, -80])
  func deviationIsThatOfShotNoise(times: (Double, Double), reversal: Double) throws {
    let course = DoubleExponential(rise: times.0, decay: times.1)
    var builder = CellBuilder()
    builder.add(.basal, on: 0, at: 0.5, length: 1, diameter: 20)
    let (rate, weight) = (20.0, 1e-7)
    builder.addSynapse(on: 1, at: 0.5, weight: weight)
    let drive = SynapticDrive(
      responses: [course.response(reversal: reversal)], responseIndices: [0], rates: [rate])
    let loss = try Self.loss(builder.cell, drive: drive)

    let area = builder.cell.sections.reduce(0) { $0 + $1.segments[0].area }
    let (conductance, capacitance) = (area * 1e-2 / 20_000, area * 1e-5)
    let tau = capacitance / conductance
    let step = 0.01
    var (voltage, square) = (0.0, 0.0)
    for index in 0..<Int(60 * tau / step) {
      let time = (Double(index) + 0.5) * step
      let current = course.factor * (.exp(-time / course.decay) - .exp(-time / course.rise))
      voltage += step * (current / capacitance - voltage / tau)
      square += step * voltage * voltage
    }
    let expected = (rate * 1e-3 * square).squareRoot() * weight * abs(reversal + 65)
    #expect(abs(try #require(loss.deviation) / expected - 1) < 0.03)
    #expect(loss.counted == 1)
    #expect(loss.connections == 1)
  }

  @Test(arguments: UInt64(1)...40)
  func nothingIsLostWhereNothingIsFolded(seed: UInt64) throws {
    guard let cell = Self.cellWithoutSynapsesAtEnds(seed) else { return }
    let loss = try Self.loss(cell, drive: RandomDrive(of: cell, seed: seed).drive, 1e6)
    guard let rmsd = loss.rmsd, let deviation = loss.deviation else { return }
    #expect(rmsd <= 1e-7 * deviation)
  }

  /// Synapses on the soma, whose steady impedance is kept, lose less than those far out.
  @Test func whatIsFarOutLosesMore() throws {
    func loss(at position: Double) throws -> Double {
      var builder = CellBuilder()
      let trunk = builder.add(.apical, on: 0, length: 300, diameter: 3, segments: 9)
      for _ in 0..<2 { builder.add(.apical, on: trunk, length: 300, segments: 9) }
      builder.addSynapse(on: position < 0 ? 0 : 2, at: abs(position), weight: 1e-4)
      let drive = SynapticDrive(
        responses: [DoubleExponential(rise: 0.3, decay: 1.8).response(reversal: 0)],
        responseIndices: [0], rates: [5])
      let found = try Self.loss(builder.cell, drive: drive, 3)
      return try #require(found.rmsd) / #require(found.deviation)
    }
    let (soma, far) = try (loss(at: -0.5), loss(at: 0.95))
    #expect(0 < soma)
    #expect(soma < far / 2)
    #expect(far < 1)
  }

  /// Synapses of one source at one place are one synapse of all their weight; those of sources of their own are not.
  @Test(arguments: [0, 7, Double.nan])
  func whatOneSourceDrivesAddsUp(delay: Double) throws {
    func loss(_ weights: [Double], sources: [Int?]) throws -> ExpectedLoss {
      var builder = CellBuilder()
      let trunk = builder.add(.apical, on: 0, length: 300, diameter: 3, segments: 9)
      for _ in 0..<2 { builder.add(.apical, on: trunk, length: 300, segments: 9) }
      for weight in weights { builder.addSynapse(on: 2, at: 0.9, weight: weight) }
      var cell = builder.cell
      for (index, source) in sources.enumerated() {
        cell.connections[index].sourceIdentity = source
        cell.connections[index].delay = delay
      }
      let drive = SynapticDrive(
        responses: [DoubleExponential(rise: 0.3, decay: 1.8).response(reversal: 0)],
        responseIndices: weights.map { _ in 0 }, rates: weights.map { _ in 5 })
      return try Self.loss(cell, drive: drive, 3)
    }
    // So weak that they do not shunt each other, nor the cell.
    let one = try loss([4e-12], sources: [nil])
    let together = try loss([1e-12, 3e-12], sources: [1, 1])
    let apart = try loss([1e-12, 3e-12], sources: [1, 2])
    let (whole, ofBoth) = try (#require(one.deviation), #require(together.deviation))
    #expect(abs(ofBoth / whole - 1) < 1e-6)
    #expect(try abs(#require(together.rmsd) / #require(one.rmsd) - 1) < 1e-6)
    let expected = (1.0 * 1 + 3 * 3).squareRoot() / 4
    #expect(try abs(#require(apart.deviation) / whole - expected) < 1e-6)
  }

  /// Events at other times differ by the phase that the delay makes: at a delay of no overlap two of one source are
  /// as two of their own.
  @Test func delaysPartWhatOneSourceDrives() throws {
    func deviation(_ delays: [Double], sources: [Int?]) throws -> Double {
      var builder = CellBuilder()
      builder.add(.basal, on: 0, at: 0.5, length: 100, diameter: 2, segments: 5)
      for _ in delays { builder.addSynapse(on: 1, at: 0.5, weight: 1e-12) }
      var cell = builder.cell
      for (index, source) in sources.enumerated() {
        cell.connections[index].sourceIdentity = source
        cell.connections[index].delay = delays[index]
      }
      let drive = SynapticDrive(
        responses: [DoubleExponential(rise: 0.3, decay: 1.8).response(reversal: 0)],
        responseIndices: [0, 0], rates: [5, 5])
      return try #require(Self.loss(cell, drive: drive, 2).deviation)
    }
    let (together, apart) = try (
      deviation([1, 1], sources: [1, 1]), deviation([1, 1], sources: [1, 2])
    )
    let later = try deviation([1, 8], sources: [1, 1])
    #expect(abs(together / apart - 2.squareRoot()) < 1e-6)
    #expect(apart < later)
    #expect(later < 0.95 * together)
  }

  @Test func whatIsLostOfEachSection() throws {
    var builder = CellBuilder()
    let trunk = builder.add(.apical, on: 0, length: 300, diameter: 3, segments: 9)
    for _ in 0..<2 { builder.add(.apical, on: trunk, length: 300, segments: 9) }
    builder.addSynapse(on: 1, at: 0.5, weight: 1e-4)
    builder.addSynapse(on: 2, at: 0.9, weight: 1e-4)
    let drive = SynapticDrive(
      responses: [DoubleExponential(rise: 0.3, decay: 1.8).response(reversal: 0)],
      responseIndices: [0, 0], rates: [5, 5])
    let loss = try Self.loss(builder.cell, drive: drive, 3)
    #expect(loss.ofSections.map { $0 != nil } == [false, true, true, false])
    let (near, far) = try (#require(loss.ofSections[1]), #require(loss.ofSections[2]))
    #expect(0 < near && near < far)
    // Means may have opposite signs; variances add up.
    #expect(try #require(loss.rmsd) <= near + far)
  }

  @Test func eventsOfWhichNothingIsKnownDoNotCount() throws {
    var builder = CellBuilder.ballAndStick(segments: 3)
    for _ in 0..<5 { builder.addSynapse(on: 1, at: 0.5, weight: 1e-3) }
    let course = DoubleExponential()
    let drive = SynapticDrive(
      responses: [
        course.response(reversal: 0), course.response(), SynapticResponse(nature: .current),
      ], responseIndices: [0, 0, 1, 2, nil], rates: [3, nil, 3, 3, 3])
    let some = try Self.loss(builder.cell, drive: drive, 2)
    #expect(some.counted == 1)
    #expect(some.connections == 5)
    #expect(some.rmsd != nil)
    let none = try Self.loss(builder.cell, drive: SynapticDrive(), 2)
    #expect(none.counted == 0)
    #expect(none.rmsd == nil)
    #expect(none.deviation == nil)
  }

  @Test(arguments: UInt64(1)...40, [0.5, 0.05, 1e-3])
  func aToleranceIsKeptAndOneLessIsNotEnough(seed: UInt64, share: Double) throws {
    guard let cell = Self.cellWithoutSynapsesAtEnds(seed) else { return }
    let drive = RandomDrive(of: cell, seed: seed).drive
    guard let deviation = try Self.loss(cell, drive: drive, 2).deviation, deviation > 0
    else { return }
    let tolerance = share * deviation
    let reduction = try Reduction(
      of: cell,
      settings: ReductionSettings(
        method: .folded, segmentCount: .expectedLoss(atMost: tolerance), drive: drive))
    let found = try ExpectedLoss(of: cell, reduction)
    #expect(try #require(found.rmsd) <= tolerance)
    guard case .total(let total) = reduction.settings.segmentCount else {
      Issue.record("the settings do not have a number of segments")
      return
    }
    let groups = Set(reduction.segmentMap.points.joined().map(\.segment.cable)).count
    #expect(groups == Int(total) - 1)
    guard groups > 1 else { return }
    #expect(try #require(Self.loss(cell, drive: drive, total - 1).rmsd) > tolerance)
  }

  @Test func tolerancesWithoutMeaningAreRefused() throws {
    let cell = CellBuilder.ballAndStick(segments: 3).cell
    for value in [0, -1, .nan, .infinity] {
      #expect(throws: ReductionError.self) {
        try Reduction(
          of: cell,
          settings: ReductionSettings(method: .folded, segmentCount: .expectedLoss(atMost: value)))
      }
    }
    #expect(throws: ReductionError.unknownLoss(tolerance: 0.5)) {
      try Reduction(
        of: cell,
        settings: ReductionSettings(method: .folded, segmentCount: .expectedLoss(atMost: 0.5)))
    }
    for method in [Method.classic, .lumped] {
      #expect(
        throws: ReductionError.toleranceWithout(method: method.name, methods: ["folded"])
      ) {
        try Reduction(
          of: cell,
          settings: ReductionSettings(method: method, segmentCount: .expectedLoss(atMost: 0.5)))
      }
    }
  }

  /// What there is no membrane at goes to the segment before it, however many groups there are.
  private static func cellWithoutSynapsesAtEnds(_ seed: UInt64) -> CellModel? {
    var cell = RandomCell(seed: seed).varied(seed: seed)
    guard !FoldedReductionTests.hasAxonAtStemsProximalEnd(cell) else { return nil }
    for index in cell.pointProcesses.indices {
      cell.pointProcesses[index].position =
        0.01 + 0.98 * cell.pointProcesses[index].position
    }
    return cell
  }

  @Test func whatCannotBeKeptIsRefused() throws {
    var builder = CellBuilder.ballAndStick(segments: 5)
    builder.addSynapse(on: 1, at: 1, weight: 1e-3)
    let drive = SynapticDrive(
      responses: [DoubleExponential().response(reversal: 0)], responseIndices: [0], rates: [20])
    let least = try #require(Self.loss(builder.cell, drive: drive).rmsd)
    #expect(throws: ReductionError.toleranceOutOfReach(tolerance: least / 2, least: least)) {
      try Reduction(
        of: builder.cell,
        settings: ReductionSettings(
          method: .folded, segmentCount: .expectedLoss(atMost: least / 2), drive: drive))
    }
  }

  private static func loss(
    _ cell: CellModel, drive: SynapticDrive, _ total: Double = 1e6
  ) throws -> ExpectedLoss {
    try ExpectedLoss(
      of: cell,
      Reduction(
        of: cell,
        settings: ReductionSettings(method: .folded, segmentCount: .total(total), drive: drive)))
  }
}

@Suite struct SharedMembraneTests {
  private static let channel = MechanismKind(
    name: "Na", parameters: [.init(name: "gbar", defaults: [0], unit: "S/cm2")])

  /// A trunk of two sections in a row, one branch, with two branches on it, each with channels.
  private static func fork() -> CellModel {
    var builder = CellBuilder(mechanisms: [channel])
    func channels(_ count: Int) -> [Section.Insertion] {
      [.init(mechanism: 1, values: [[Double]](repeating: [0.01], count: count))]
    }
    let trunk = builder.add(.apical, on: 0, segments: 2, inserting: channels(2))
    let next = builder.add(.apical, on: trunk, segments: 2, inserting: channels(2))
    for _ in 0..<2 { builder.add(.apical, on: next, inserting: channels(1)) }
    return builder.cell
  }

  private static func shared(_ total: Double) throws -> SharedMembrane {
    let cell = fork()
    return try SharedMembrane(
      of: cell,
      Reduction(
        of: cell, settings: ReductionSettings(method: .folded, segmentCount: .total(total))))
  }

  @Test func nothingIsSharedWhereNothingIsFolded() throws {
    let shared = try Self.shared(1e6)
    #expect(shared.joints.isEmpty)
    #expect(shared.shares.map(\.mechanism) == ["Na"])
    #expect(shared.shares[0].share == 0)
  }

  @Test func allIsSharedInOneCompartment() throws {
    let shared = try Self.shared(2)
    #expect(shared.joints.map(\.sections) == [[1, 2, 3, 4]])
    #expect(shared.shares[0].share == 1)
  }

  /// The two branches are alike and join first: half of the membrane. Compartments of sections in a row join no
  /// branches.
  @Test(arguments: [2.0, 3, 4, 5])
  func sectionsInARowAreOneBranch(groups: Double) throws {
    let shared = try Self.shared(groups + 1)
    #expect(shared.joints.count == 1)
    #expect(shared.joints[0].sections.suffix(2) == [3, 4])
    if groups == 5 { #expect(abs(shared.shares[0].share - 0.5) < 1e-12) }
  }
}

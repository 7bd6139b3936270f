import CableTheory
import CellModel
import Foundation
import Reduction
import TestSupport
import Testing

@Suite struct ClassicReductionTests {
  // MARK: A cylinder is its own reduction

  /// λ of `CellBuilder.Passive()` and d = 2 µm, in µm: √(Rm·d / 4Ra).
  private static let spaceConstant = (20_000 * 2e-4 / (4 * 150.0)).squareRoot() * 1e4

  /// At 0 Hz the compartments of a cylinder have closed forms, from sinh(θ/2) = L/2n:
  /// Z_in/Z_tip = cosh nθ and Z_in ∝ coth(θ/2)·coth(nθ). So they reduce to the cylinder with
  ///
  ///     L′ = nθ,    d′ = d·(2n/L · tanh(θ/2))^(2/3).
  @Test(arguments: [1, 2, 3, 10, 50, 200], [150.0, 600, 2500])
  func compartmentsOfACylinderReduceToItInClosedForm(count: Int, length: Double) throws {
    let builder = CellBuilder.ballAndStick(length: length, segments: count)
    let shape = try #require(try builder.cell.reduced().cables.first).shape
    let perSegment = length / Self.spaceConstant / Double(count)
    let theta = 2 * asinh(perSegment / 2)
    let electrotonicLength = theta * Double(count)
    let diameter = 2 * pow(2 / perSegment * tanh(theta / 2), 2.0 / 3)

    // The elimination adds to each compartment's pivot some ulps of its axial conductance 1/R, which
    // changes impedances by n·Z_in/R of those; the closed form gives Z_in/R. L follows with the
    // slope tanh L of the attenuation's logarithm, d with that of coth(L)^(2/3).
    let inputPerAxial = 1 / (2 * tanh(theta / 2) * tanh(electrotonicLength))
    let rounding = (8 + 4 * Double(count) * inputPerAxial) * Double.ulpOfOne
    let lengthTolerance = 2 * rounding / tanh(electrotonicLength)
    let diameterTolerance = rounding + 4.0 / 3 * lengthTolerance / sinh(2 * electrotonicLength)
    #expect(abs(shape.electrotonicLength - electrotonicLength) <= lengthTolerance)
    #expect(abs(shape.diameter / diameter - 1) <= diameterTolerance)
    #expect(lengthTolerance < 1e-6)
  }

  /// With finer segments the cable converges to the cylinder itself, at any frequency, with the
  /// square of the segments' length.
  @Test(arguments: [0, 20, 100])
  func aCylinderIsRestoredWithOrderTwo(frequency: Double) throws {
    let exact = (length: 600 / Self.spaceConstant, diameter: 2.0)
    let shapes = try [40, 80, 160, 320].map { count in
      let builder = CellBuilder.ballAndStick(length: 600, diameter: 2, segments: count)
      return try #require(try builder.cell.reduced(frequency: frequency).cables.first).shape
    }
    for errors in [
      shapes.map { abs($0.electrotonicLength / exact.length - 1) },
      shapes.map { abs($0.diameter / exact.diameter - 1) },
    ] {
      // |qh| ≤ 0.73·3.6/40 = 0.07 in the coarsest: the next term of the error's series is some (qh)²
      // of the first, and the estimate of the order misses by that.
      for order in convergenceOrders(ofErrors: errors) {
        #expect(abs(order - 2) <= 0.02, "errors \(errors)")
      }
      #expect(errors[3] < 1e-5)
    }
  }

  @Test func aCylindersPropertiesAreItsCables() throws {
    let passive = CellBuilder.Passive(
      leak: 1e-4, reversal: -66, capacitance: 1.5, axialResistivity: 80)
    let builder = CellBuilder.ballAndStick(segments: 7, passive)
    let reduction = try builder.cell.reduced()
    let cable = try #require(reduction.cables.first)
    #expect(cable.stem == 1)
    #expect(cable.role == .basal)
    #expect(cable.capacitance == 1.5)
    #expect(cable.axialResistivity == 80)
    #expect(cable.base == .original(section: 0, position: 1))
  }

  // MARK: What a cable keeps

  /// Of any subtree the cable has the input impedance and the largest attenuation: held against the
  /// closed forms |Z_in| = (2/π)·√(Rm·Ra)·d^(−3/2)·|coth(qL)/q| and |Z_tip/Z_in| = 1/|cosh(qL)|.
  @Test(arguments: UInt64(1)...60)
  func keepsInputImpedanceAndLargestAttenuation(seed: UInt64) throws {
    let random = RandomCell(seed: seed)
    for cable in try random.reduced().cables {
      let stem = random.cell.sections[cable.stem]
      let impedances = SubtreeImpedances(
        stem: cable.stem, of: random.cell, frequency: random.frequency)
      let middle = stem.segmentIndex(at: 0.5)
      let leak = try #require(stem.values(ofMechanism: 0, segment: middle))[0]
      let w = 2 * .pi * random.frequency * stem.segments[middle].capacitance * 1e-6 / leak
      // q = a + ib
      let modulusSquared = (1 + w * w).squareRoot()
      let a = ((modulusSquared + 1) / 2).squareRoot()
      let b = w / (2 * a)
      let length = cable.shape.electrotonicLength
      let x = 2 * a * length
      let y = 2 * b * length
      // |coth z|² = (cosh 2x + cos 2y) / (cosh 2x − cos 2y), and cosh 2x − cos 2y without
      // cancellation where both are near 1.
      let difference = 2 * (pow(sinh(x / 2), 2) + pow(sin(y / 2), 2))
      let cotangent = ((cosh(x) + cos(y)) / difference).squareRoot()
      let diameter = cable.shape.diameter * 1e-4
      let input =
        2 / .pi * (stem.axialResistivity / leak).squareRoot() / pow(diameter, 1.5) * cotangent
        / modulusSquared.squareRoot() * 1e-6
      // Axial conductances are up to 10⁶ times a leak here, so that elimination in another order may
      // differ by some 10⁶ ulps.
      let tolerance = 1e-9
      #expect(abs(input / impedances.input - 1) <= tolerance, "\(stem.name)")
      let attenuation = 1 / ((cosh(x) + cos(y)) / 2).squareRoot()
      #expect(
        abs(attenuation / (impedances.farthestEnd / impedances.input) - 1) <= tolerance,
        "\(stem.name)")
    }
  }

  @Test(arguments: [0, 100])
  func keepsWhatTheSubtreeIsElectrically(frequency: Double) throws {
    let builder = CellBuilder.ballAndStick(segments: 20)
    let cable = try #require(try builder.cell.reduced(frequency: frequency).cables.first)
    let shape = cable.shape
    // λ = √(Rm·d / 4Ra), Rm in Ω·cm²
    let spaceConstant = (20_000 * shape.diameter * 1e-4 / (4 * 150)).squareRoot() * 1e4
    #expect(abs(shape.length / (spaceConstant * shape.electrotonicLength) - 1) < 1e-14)
  }

  // MARK: Stems

  @Test func apicalStemsComeFirst() throws {
    var builder = CellBuilder()
    builder.add(.basal, on: 0)
    builder.add(.axon, on: 0)
    builder.add(.apical, on: 0, at: 0.5)
    builder.add(.basal, on: 0, at: 0)
    builder.add(.apical, on: 0)
    builder.add(.apical, on: 3)
    let cables = try builder.cell.reduced().cables
    #expect(cables.map(\.stem) == [3, 5, 1, 4])
    #expect(cables.map(\.role) == [.apical, .apical, .basal, .basal])
    #expect(
      cables.map(\.base) == [0.5, 1, 1, 0].map { .original(section: 0, position: $0) })
  }

  /// What hangs on a stem belongs to it, in however many steps; what hangs on the axon does not.
  @Test func eachStemHasOneCable() throws {
    var builder = CellBuilder()
    let axon = builder.add(.axon, on: 0)
    builder.add(.axon, on: axon)
    let stem = builder.add(.basal, on: 0)
    let branch = builder.add(.basal, on: stem)
    builder.add(.basal, on: branch)
    builder.add(.basal, on: stem)
    let reduction = try builder.cell.reduced()
    #expect(reduction.cables.map(\.stem) == [stem])
    let isReduced = reduction.segmentMap.points.map { !$0.isEmpty }
    #expect(isReduced == [false, false, false, true, true, true, true])
  }

  @Test func theSomaMayHaveSeveralSections() throws {
    var builder = CellBuilder()
    let second = builder.add(.soma, on: 0)
    builder.add(.basal, on: second, at: 0.5)
    let reduction = try builder.cell.reduced()
    #expect(reduction.origins == [.kept(0), .kept(second), .cable(0)])
    #expect(reduction.cables.map(\.base) == [.original(section: second, position: 0.5)])
  }

  @Test func theSomaMayHangOnAxon() throws {
    var builder = CellBuilder()
    builder.cell.sections = []
    let axon = builder.add(.axon)
    let soma = builder.add(.soma, on: axon, at: 0)
    builder.add(.basal, on: soma)
    let reduction = try builder.cell.reduced()
    #expect(reduction.origins == [.kept(axon), .kept(soma), .cable(0)])
    #expect(reduction.cables.map(\.stem) == [2])
  }

  // MARK: Segments

  /// One cable gets the whole total but the soma's segment.
  @Test(arguments: [(2.0, 1), (12, 11), (120, 119), (32_767, 32_766)])
  func totalsAreTheCellCompartmentss(total: Double, count: Int) throws {
    let builder = CellBuilder.ballAndStick(segments: 5)
    let reduction = try builder.cell.reduced(.total(total))
    #expect(reduction.cables.map(\.segmentCount) == [count])
    #expect(reduction.reduced.sections[1].segments.count == count)
  }

  /// Of a share the original's dendritic segments count, not those of soma and axon.
  @Test func sharesAreOfTheDendriticSegments() throws {
    var builder = CellBuilder.ballAndStick(length: 60, segments: 21)
    builder.add(.axon, on: 0, segments: 50)
    let branch = builder.add(.basal, on: 1, length: 20, segments: 9)
    #expect(branch == 3)
    let reduction = try builder.cell.reduced(.atLeast(share: 0.5))
    #expect(reduction.cables.map(\.segmentCount) == [14])
  }

  // MARK: Cells that cannot be reduced

  @Test func refusesACellWithoutSoma() {
    var builder = CellBuilder()
    builder.cell.sections = []
    builder.add(.basal)
    #expect(throws: ReductionError.noSoma(cell: "cell")) { try builder.cell.reduced() }
    builder.cell.sections = []
    #expect(throws: ReductionError.noSoma(cell: "cell")) { try builder.cell.reduced() }
  }

  @Test func refusesACellWithoutDendrites() {
    var builder = CellBuilder()
    #expect(throws: ReductionError.noDendrites(cell: "cell")) { try builder.cell.reduced() }
    let axon = builder.add(.axon, on: 0)
    builder.add(.axon, on: axon)
    #expect(throws: ReductionError.noDendrites(cell: "cell")) { try builder.cell.reduced() }
  }

  @Test func refusesASomaOnADendrite() {
    var builder = CellBuilder()
    builder.cell.sections = []
    builder.add(.basal)
    builder.add(.soma, on: 0)
    builder.add(.basal, on: 1)
    #expect(throws: ReductionError.somaHasParent(soma: "soma[0]", parent: "dend[0]")) {
      try builder.cell.reduced()
    }
  }

  /// The section at fault is named, whichever of the soma's it is.
  @Test func refusesAnotherSomaOnADendrite() {
    var builder = CellBuilder()
    let dendrite = builder.add(.apical, on: 0)
    builder.add(.soma, on: dendrite)
    #expect(throws: ReductionError.somaHasParent(soma: "soma[1]", parent: "apic[0]")) {
      try builder.cell.reduced()
    }
  }

  @Test func refusesMoreSegmentsThanASectionMayHave() {
    let builder = CellBuilder.ballAndStick(segments: 5)
    #expect(
      throws: ReductionError.tooManySegments(section: "dend[0]", count: 32_767, limit: 32_766)
    ) {
      try builder.cell.reduced(.total(32_768))
    }
  }

  @Test func refusesAFrequencyBeyondAllNumbers() {
    let builder = CellBuilder.ballAndStick(segments: 5)
    let frequency = Double.greatestFiniteMagnitude
    #expect(throws: ReductionError.unsolvable(section: "dend[0]", frequency: frequency)) {
      try builder.cell.reduced(frequency: frequency)
    }
  }
}

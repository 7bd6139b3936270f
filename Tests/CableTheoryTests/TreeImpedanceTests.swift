import CableTheory
import ComplexModule
import TestSupport
import Testing

@Suite struct TreeImpedanceTests {
  static let cylinders = [
    SealedCylinder(lengthMicrometers: 100, diameterMicrometers: 4),  // L = 0.09
    SealedCylinder(lengthMicrometers: 600, diameterMicrometers: 2),  // L = 0.73
    SealedCylinder(lengthMicrometers: 1500, diameterMicrometers: 0.8),  // L = 2.9
  ]

  // MARK: Closed form

  /// Isopotential: one compartment's impedance is 1 / (g + iωC).
  @Test func ofOneCompartmentIsThatOfItsMembrane() {
    let tree = CompartmentTree(rootLeakConductance: 0.002, rootCapacitance: 0.05)
    let impedance = TreeImpedance(of: tree, frequency: 50)
    let expected = 1 / Complex(0.002, 2 * Double.pi * 50 * 0.05e-3)
    #expect(relativeDifferenceInUlps(impedance.input, expected) <= 4)
  }

  /// The half segments of axial resistance at the ends make the discretisation that of midpoints:
  /// its error falls with the square of the segments' length.
  @Test(arguments: cylinders, [0, 10, 100])
  func inputImpedanceOfACylinderConvergesWithOrderTwo(
    cylinder: SealedCylinder, frequency: Double
  ) {
    let exact = cylinder.inputImpedance(frequency: frequency)
    let errors = [10, 20, 40, 80, 160].map { count in
      let tree = cylinder.compartments(segmentCount: count)
      return (TreeImpedance(of: tree, frequency: frequency).input - exact).length / exact.length
    }
    expectOrderTwo(errors)
    #expect(errors[4] < 1e-3)
  }

  @Test(arguments: cylinders, [0, 10, 100])
  func transferImpedanceOfACylindersTipConvergesWithOrderTwo(
    cylinder: SealedCylinder, frequency: Double
  ) {
    let exact = cylinder.transferImpedance(at: 1, frequency: frequency)
    let errors = [10, 20, 40, 80, 160].map { count in
      let tree = cylinder.compartments(segmentCount: count)
      let tip = TreeImpedance(of: tree, frequency: frequency).transfersToRoot()[tree.count - 1]
      return (tip - exact).length / exact.length
    }
    expectOrderTwo(errors)
  }

  /// The next term of an error's series is about the square of the first, so that an estimate of the
  /// order from two errors misses by about the larger of them.
  private func expectOrderTwo(_ errors: [Double]) {
    for (error, order) in zip(errors, convergenceOrders(ofErrors: errors)) {
      #expect(abs(order - 2) <= error + 0.02, "errors \(errors)")
    }
  }

  /// What the elimination's rounding may do to an impedance, in ulps: each compartment's pivot is
  /// off by some ulps of its axial conductance 1/R, as a leak of that size would do to it, and a leak
  /// δ changes an impedance by at most |Z_in|·δ of itself. Then some for the closed form.
  private func roundingBound(_ exact: DiscreteCylinder) -> Double {
    let count = Double(exact.segmentCount)
    return 4 * count * exact.inputImpedance.length / exact.axialResistance + 16
      + exact.theta.length * count
  }

  /// The compartments of a cylinder have a closed form of their own, which the elimination gives up
  /// to rounding at any number of segments, one included.
  @Test(arguments: cylinders, [0, 1, 38, 500])
  func inputImpedanceOfACylindersCompartmentsIsExact(
    cylinder: SealedCylinder, frequency: Double
  ) {
    for count in [1, 2, 3, 7, 50, 333, 2000] {
      let exact = DiscreteCylinder(cylinder, segmentCount: count, frequency: frequency)
      let tree = cylinder.compartments(segmentCount: count)
      let input = TreeImpedance(of: tree, frequency: frequency).input
      let difference = relativeDifferenceInUlps(input, exact.inputImpedance)
      #expect(difference <= roundingBound(exact), "\(count) segments")
    }
  }

  @Test(arguments: cylinders, [0, 1, 38, 500])
  func transferImpedancesOfACylindersCompartmentsAreExact(
    cylinder: SealedCylinder, frequency: Double
  ) {
    for count in [1, 2, 3, 7, 50, 333] {
      let exact = DiscreteCylinder(cylinder, segmentCount: count, frequency: frequency)
      let tree = cylinder.compartments(segmentCount: count)
      let transfers = TreeImpedance(of: tree, frequency: frequency).transfersToRoot()
      var worst = 0.0
      for segment in 0..<count {
        let difference = relativeDifferenceInUlps(
          transfers[segment + 1], exact.transferImpedance(ofSegment: segment))
        worst = max(worst, difference)
      }
      #expect(worst <= 2 * roundingBound(exact), "\(count) segments")
      // No current enters a sealed end, so it has the voltage of the last segment.
      #expect(relativeDifferenceInUlps(transfers[count + 1], transfers[count]) <= 4)
    }
  }

  // MARK: Any tree

  /// Z_ij = Z_ji. Either is a product and sum of terms along a path of at most `depth` steps, each
  /// with a complex quotient, product and sum: a few roundings a step. The terms are positive at 0 Hz
  /// and within a quarter turn of each other at others, so that nothing cancels.
  ///
  /// The bound is 4 ulps a step, relative to |Z_ij|; the worst of these trees differs by 1.0.
  @Test(arguments: UInt64(1)...40)
  func impedanceMatrixIsSymmetric(seed: UInt64) {
    let random = RandomTree(seed: seed)
    for frequency in [0.0, 5, 200] {
      let impedance = TreeImpedance(of: random.tree, frequency: frequency)
      let columns = (0..<random.tree.count).map { impedance.voltages(injectingInto: $0) }
      var worst = 0.0
      for i in columns.indices {
        for j in 0..<i where columns[i][j].length > 1e-290 {
          worst = max(worst, relativeDifferenceInUlps(columns[i][j], columns[j][i]))
        }
      }
      #expect(worst <= 4 * Double(random.depth), "\(frequency) Hz, depth \(random.depth)")
    }
  }

  /// The transfer impedances to the root are both the voltages for a current into the root and the
  /// root's voltage for a current anywhere; a few roundings a step, as above.
  @Test(arguments: UInt64(1)...40)
  func transfersToRootAreARowAndAColumnOfTheMatrix(seed: UInt64) {
    let random = RandomTree(seed: seed)
    for frequency in [0.0, 5, 200] {
      let impedance = TreeImpedance(of: random.tree, frequency: frequency)
      let transfers = impedance.transfersToRoot()
      let column = impedance.voltages(injectingInto: 0)
      #expect(transfers.count == random.tree.count)
      #expect(transfers[0] == impedance.input)
      var worst = 0.0
      for index in transfers.indices {
        let row = impedance.voltages(injectingInto: index)[0]
        worst = max(
          worst, relativeDifferenceInUlps(transfers[index], column[index]),
          relativeDifferenceInUlps(transfers[index], row))
      }
      #expect(worst <= 4 * Double(random.depth), "\(frequency) Hz, depth \(random.depth)")
    }
  }

  /// The sweep for all input impedances gives the diagonal of the matrix. Both are sums of terms
  /// within a quarter turn of each other, with a few roundings a step: 4 ulps a step are allowed.
  @Test(arguments: UInt64(1)...40)
  func inputsAreTheDiagonalOfTheMatrix(seed: UInt64) {
    let random = RandomTree(seed: seed)
    for frequency in [0.0, 5, 200] {
      let impedance = TreeImpedance(of: random.tree, frequency: frequency)
      let inputs = impedance.inputs()
      #expect(inputs.count == random.tree.count)
      #expect(inputs[0] == impedance.input)
      var worst = 0.0
      for index in inputs.indices {
        let expected = impedance.voltages(injectingInto: index)[index]
        worst = max(worst, relativeDifferenceInUlps(inputs[index], expected))
      }
      #expect(worst <= 4 * Double(random.depth) + 4, "\(frequency) Hz, depth \(random.depth)")
    }
  }

  /// A point of a sealed cylinder has the input impedance Z_∞·cosh(qX)·cosh(q(L−X)) / sinh(qL): two
  /// sealed cylinders side by side. The compartments' error falls with the square of their length.
  @Test(arguments: cylinders, [0, 10, 100])
  func inputsOfACylinderConvergeWithOrderTwo(cylinder: SealedCylinder, frequency: Double) {
    let q = cylinder.propagationFactor(frequency: frequency)
    let length = cylinder.electrotonicLength
    let x = length / 2
    let exact =
      cylinder.characteristicImpedance(frequency: frequency) * .cosh(q.multiplied(by: x))
      * .cosh(q.multiplied(by: length - x)) / .sinh(q.multiplied(by: length))
    // Of an odd number of segments the middle is a centre; compartment 0 is the proximal end.
    let errors = [11, 21, 41, 81].map { count in
      let tree = cylinder.compartments(segmentCount: count)
      let middle = TreeImpedance(of: tree, frequency: frequency).inputs()[(count - 1) / 2 + 1]
      return (middle - exact).length / exact.length
    }
    // Lengths are not quite halved: ratios of 3.6 to 4.
    for (error, next) in zip(errors, errors.dropFirst()) {
      #expect((3.3...4.3).contains(error / next), "errors \(errors)")
    }
    #expect(errors[3] < 3e-3)
  }

  /// Kirchhoff's law in every compartment: what is injected there leaves through its membrane and
  /// its axial conductances. Since the equations have one solution, voltages that obey it are it.
  ///
  /// Gaussian elimination of a diagonally dominant tree leaves in each equation some ulps of the
  /// currents in it: 4 are allowed, 1.1 is the worst of these trees.
  @Test(arguments: UInt64(1)...40)
  func currentsBalanceInEveryCompartment(seed: UInt64) {
    let random = RandomTree(seed: seed)
    var generator = SplitMix64(seed: seed &+ 1_000_000)
    for frequency in [0.0, 5, 200] {
      let (source, currents) = Currents.ofRandomInjection(
        into: random.tree, frequency: frequency, &generator)
      for index in currents.leaving.indices {
        let injected: Complex<Double> = index == source ? 1 : 0
        let residual = (currents.leaving[index] - injected).length
        #expect(
          residual <= 4 * Double.ulpOfOne * currents.magnitudes[index],
          "compartment \(index), source \(source), \(frequency) Hz")
      }
    }
  }

  /// Seen as a whole, the cell lets out through its membrane what was injected. The sum of the
  /// residuals above bounds the difference.
  @Test(arguments: UInt64(1)...40)
  func membraneCurrentsSumToTheInjectedCurrent(seed: UInt64) {
    let random = RandomTree(seed: seed)
    var generator = SplitMix64(seed: seed &+ 2_000_000)
    for frequency in [0.0, 5, 200] {
      let (source, currents) = Currents.ofRandomInjection(
        into: random.tree, frequency: frequency, &generator)
      let sum = currents.membrane.reduce(.zero, +)
      let bound = 4 * Double.ulpOfOne * currents.magnitudes.reduce(0, +)
      #expect((sum - 1).length <= bound, "source \(source), \(frequency) Hz")
      // The bound says something.
      #expect(bound < 1e-6)
    }
  }

  /// The currents that voltages drive, straight from the tree's equations.
  private struct Currents {
    var membrane: [Complex<Double>]
    /// Through membrane and axial conductances.
    var leaving: [Complex<Double>]
    /// The sum of the moduli of what `leaving` sums.
    var magnitudes: [Double]

    /// Those of a unit current into a random compartment, the source.
    static func ofRandomInjection(
      into tree: CompartmentTree, frequency: Double, _ generator: inout SplitMix64
    ) -> (source: Int, currents: Currents) {
      let impedance = TreeImpedance(of: tree, frequency: frequency)
      let source = Int.random(in: 0..<tree.count, using: &generator)
      let voltages = impedance.voltages(injectingInto: source)
      return (source, Currents(in: tree, voltages: voltages, frequency: frequency))
    }

    init(in tree: CompartmentTree, voltages: [Complex<Double>], frequency: Double) {
      membrane = (0..<tree.count).map { index in
        voltages[index]
          * Complex(
            tree.leakConductances[index],
            2 * Double.pi * frequency * tree.capacitances[index] * 1e-3)
      }
      leaving = membrane
      magnitudes = membrane.map(\.length)
      for index in 1..<tree.count {
        let parent = tree.parents[index]
        let axial = tree.axialConductances[index]
        let current = (voltages[index] - voltages[parent]).multiplied(by: axial)
        leaving[index] += current
        leaving[parent] -= current
        let magnitude = axial * (voltages[index].length + voltages[parent].length)
        magnitudes[index] += magnitude
        magnitudes[parent] += magnitude
      }
    }
  }

  // MARK: Preconditions

  @Test func refusesANegativeFrequency() async {
    await #expect(processExitsWith: .failure) {
      _ = TreeImpedance(of: CompartmentTree(rootLeakConductance: 1), frequency: -1)
    }
  }

  @Test func refusesAFrequencyThatIsNotFinite() async {
    await #expect(processExitsWith: .failure) {
      _ = TreeImpedance(of: CompartmentTree(rootLeakConductance: 1), frequency: .infinity)
    }
  }

  @Test func refusesASourceOutsideTheTree() async {
    await #expect(processExitsWith: .failure) {
      let impedance = TreeImpedance(
        of: CompartmentTree(rootLeakConductance: 1), frequency: 0)
      _ = impedance.voltages(injectingInto: 1)
    }
  }
}

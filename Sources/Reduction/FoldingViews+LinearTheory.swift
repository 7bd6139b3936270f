import CableTheory
import CellModel
import ComplexModule
import RealModule

extension FoldingViews {
  /// The views of a cell by linear theory at its operating point: nothing is simulated.
  ///
  /// *What the soma has of a place.* Weights g·T, over their sum: the share of a steady current from the soma that
  /// its membrane takes. Vectors: the answer to a pulse of 100 mV at the soma, of the width of a spike, at 24
  /// frequencies,
  ///
  ///     Φ = H(f) · 100 mV · σ·√(2π) · exp(−(2πfσ)²/2) · √(2Δf)
  ///
  /// with H the transfer impedance to the soma over the soma's input impedance. By Parseval's theorem |Φ_a − Φ_b|² is
  /// the difference of two answers, squared and integrated over time.
  ///
  /// *What spikes of the dendrites have of it.* Membrane of admittance y whose potential is off by a share δ of itself
  /// draws y·V·δ too much; at a place a nearer to the soma that is a share y·|Z_a|·|H/H_a|²·δ of the potential there,
  /// with Z_a the input impedance of a. Places matter by the share s_a of the dendrites' inward conductance that they
  /// and all beyond them have. In a group of members with the mean potential the first order cancels, and what is left
  /// goes with δ² = |ln H − mean of ln H|²:
  ///
  ///     W = |y| · max_a s_a·|Z_a|·|H/H_a|²,   Φ = 10 mV·√ms / √12 · ln H(f)
  ///
  /// a view for each of 12 frequencies from 200 to 1,000 Hz. A cell without inward conductance in its dendrites has
  /// none of these.
  ///
  /// docs/method.md, section 9.
  ///
  /// - Parameters:
  ///   - cell: whose channels count where they are uneven (`UnevenChannels`).
  ///   - inwardConductances: by segment, in any unit.
  init(
    of tree: FoldingTree, _ loaded: OperatingPoint, _ cell: CellModel, inwardConductances: [Double]
  ) {
    self.init(
      [Self.answers(of: tree, in: loaded.compartments)]
        + Self.loads(of: tree, in: loaded.compartments, inwardConductances),
      unevenChannels: UnevenChannels(of: tree, loaded, cell))
  }

  /// In mV.
  private static let spikeHeight = 100.0
  /// The standard deviation of its pulse, in ms.
  private static let spikeWidth = 0.45
  /// In Hz.
  private static let loadFrequencies = ImpedanceProfile.frequencies(
    from: 200, to: 1000, count: 12)
  /// Of a difference of 1 in ln H, in mV·√ms.
  private static let loadScale = 10.0

  /// A spike at the soma by its frequencies, in Hz, each with what its band has of it, in mV·√ms.
  static let pulse: [(frequency: Double, amplitude: Double)] = {
    let frequencies = ImpedanceProfile.frequencies(from: 5, to: 3000, count: 24)
    let last = frequencies.count - 1
    return frequencies.enumerated().map { index, frequency in
      // The band that a frequency stands for is half of the way to its neighbours; kHz.
      let above = index < last ? frequencies[index + 1] - frequency : 0
      let below = index > 0 ? frequency - frequencies[index - 1] : 2 * frequency
      let band = (above + below) / 2 * 1e-3
      let phase = 2 * Double.pi * frequency * 1e-3 * spikeWidth
      let amplitude =
        spikeHeight * spikeWidth * (2 * Double.pi).squareRoot() * Double.exp(-phase * phase / 2)
        * (2 * band).squareRoot()
      return (frequency, amplitude)
    }
  }()

  private static func answers(of tree: FoldingTree, in cell: CompartmentTree) -> View {
    let count = pulse.count
    var vectors = [Double](repeating: 0, count: tree.segments.count * 2 * count)
    for (index, (frequency, amplitude)) in pulse.enumerated() {
      let impedance = TreeImpedance(of: cell, frequency: frequency)
      let transfers = impedance.transfersToRoot()
      for (segment, place) in tree.segments.enumerated() {
        let answer = transfers[place.compartment] / impedance.input
        vectors[(segment * count + index) * 2] = amplitude * answer.real
        vectors[(segment * count + index) * 2 + 1] = amplitude * answer.imaginary
      }
    }
    let weights = tree.segments.map { $0.conductance * $0.level.transfer }
    let sum = weights.reduce(0, +)
    return View(weights: weights.map { $0 / sum }, vectors: vectors)
  }

  private static func loads(
    of tree: FoldingTree, in cell: CompartmentTree, _ inwardConductances: [Double]
  ) -> [View] {
    let sum = inwardConductances.reduce(0, +)
    guard sum > 0, sum.isFinite else { return [] }
    var shares = [Double](repeating: 0, count: cell.count)
    for (place, own) in zip(tree.segments, inwardConductances) {
      shares[place.compartment] = own / sum
    }
    for index in shares.indices.dropFirst().reversed() {
      shares[cell.parents[index]] += shares[index]
    }
    let scale = loadScale / Double(loadFrequencies.count).squareRoot()
    return loadFrequencies.map { frequency in
      let impedance = TreeImpedance(of: cell, frequency: frequency)
      let (transfers, inputs) = (impedance.transfersToRoot(), impedance.inputs())
      var logarithms = [Complex<Double>](repeating: .zero, count: cell.count)
      // max_a s_a·|Z_a|·|H/H_a|².
      var effects = [Double](repeating: shares[0] * inputs[0].length, count: cell.count)
      for index in effects.indices.dropFirst() {
        let parent = cell.parents[index]
        // Along one edge the phase turns by less than half a circle: summed, it goes on.
        let step = transfers[index] / transfers[parent]
        logarithms[index] = logarithms[parent] + .log(step)
        effects[index] = max(
          shares[index] * inputs[index].length, effects[parent] * step.lengthSquared)
      }
      // rad/ms · nF = µS.
      let angular = 2 * Double.pi * frequency * 1e-3
      return View(
        weights: tree.segments.map { place in
          let index = place.compartment
          var admittance = Complex(
            cell.leakConductances[index], angular * cell.capacitances[index])
          for spine in place.compartmentsOfSpines {
            admittance += Complex(
              cell.leakConductances[spine], angular * cell.capacitances[spine])
          }
          return admittance.length * effects[index]
        },
        vectors: tree.segments.flatMap { place in
          [
            scale * logarithms[place.compartment].real,
            scale * logarithms[place.compartment].imaginary,
          ]
        })
    }
  }
}

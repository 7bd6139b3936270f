import CableTheory
import CellModel
import ComplexModule
import RealModule

/// What segments are compared by when a cell is folded: views, each a weight W and a vector Φ of what a place
/// does.
///
/// *Potentials*, weighted by what they do at the soma, g·T: the linear answer to a spike of the soma, a pulse of
/// 100 mV with the standard deviation σ = 0.45 ms, at 24 frequencies from 5 to 3,000 Hz,
///
///     Φ = H(f) · 100 mV · σ·√(2π) · exp(−(2πfσ)²/2) · √(2Δf)
///
/// with H the transfer impedance to the soma over the soma's input impedance; by Parseval's theorem the square of
/// a difference is that of potentials, integrated over time.
///
/// *Excitability*, weighted by inward conductance: Φ = s · ln H(f) at 12 frequencies from 200 to 1,000 Hz, the
/// logarithm continuous along the tree, so that places differ that a spike reaches with other heights or at other
/// times though little of it is left at either.
///
/// docs/method.md, section 9.
struct FoldingViews {
  /// By view.
  private let dimensions: [Int]
  /// By view, then by group.
  private var weights: [[Double]]
  /// By view: those of each group, one after another.
  private var vectors: [[Double]]

  /// - Parameters:
  ///   - weights: by view and segment, 0 or more, in any unit: a view's are divided by their sum.
  ///   - vectors: by view: as many numbers for each segment, segment after segment.
  init(weights: [[Double]], vectors: [[Double]]) {
    dimensions = zip(weights, vectors).map { $0.isEmpty ? 0 : $1.count / $0.count }
    self.weights = weights.map { weights in
      let sum = weights.reduce(0, +)
      return sum > 0 && sum.isFinite ? weights.map { $0 / sum } : weights.map { _ in 0 }
    }
    self.vectors = vectors
  }

  /// What a merge of two groups adds to the sum of squares.
  func cost(of first: Int, _ second: Int) -> Double {
    var cost = 0.0
    for view in dimensions.indices {
      let (a, b) = (weights[view][first], weights[view][second])
      guard a > 0, b > 0 else { continue }
      let dimension = dimensions[view]
      let square = vectors[view].withUnsafeBufferPointer { vector in
        var square = 0.0
        for offset in 0..<dimension {
          let difference = vector[first * dimension + offset] - vector[second * dimension + offset]
          square += difference * difference
        }
        return square
      }
      cost += a * b / (a + b) * square
    }
    return cost
  }

  /// Makes a group the union of itself and another.
  mutating func merge(_ gone: Int, into kept: Int) {
    for view in dimensions.indices {
      let (a, b) = (weights[view][kept], weights[view][gone])
      guard b > 0 else { continue }
      let share = b / (a + b)
      let dimension = dimensions[view]
      for offset in 0..<dimension {
        vectors[view][kept * dimension + offset] +=
          share * (vectors[view][gone * dimension + offset] - vectors[view][kept * dimension + offset])
      }
      weights[view][kept] = a + b
    }
  }
}

extension FoldingViews {
  private static var spikeHeight: Double { 100.0 * Knob.value("POT", 1).squareRoot() }
  /// In ms.
  private static let spikeWidth = 0.45
  private static let potentialFrequencies = ImpedanceProfile.frequencies(
    from: 5, to: 3000, count: 24)
  private static let excitabilityFrequencies = ImpedanceProfile.frequencies(
    from: 200, to: 1000, count: 12)
  /// Of a difference of 1 in ln H, in mV·√ms.
  private static var excitabilityScale: Double { Knob.value("EXC", 0.1).squareRoot() * 20 / 12.0.squareRoot() }

  /// Those of a cell at its operating point, by linear theory.
  ///
  /// - Parameter inwardConductances: by segment, in any unit.
  init(of tree: FoldingTree, _ loaded: OperatingPoint, inwardConductances: [Double]) {
    let cell = loaded.compartments
    let segments = tree.segments
    let frequencies = Self.potentialFrequencies
    var potentials = [Double](repeating: 0, count: segments.count * 2 * frequencies.count)
    for (index, frequency) in frequencies.enumerated() {
      let impedance = TreeImpedance(of: cell, frequency: frequency)
      let transfers = impedance.transfersToRoot()
      // In kHz.
      let width = Self.bandwidth(of: index, among: frequencies) * 1e-3
      let phase = 2 * Double.pi * frequency * 1e-3 * Self.spikeWidth
      let amplitude =
        Self.spikeHeight * Self.spikeWidth * (2 * Double.pi).squareRoot()
        * Double.exp(-phase * phase / 2) * (2 * width).squareRoot()
      for (segment, place) in segments.enumerated() {
        let answer = transfers[place.compartment] / impedance.input
        let offset = (segment * frequencies.count + index) * 2
        potentials[offset] = amplitude * answer.real
        potentials[offset + 1] = amplitude * answer.imaginary
      }
    }
    self.init(
      weights: [segments.map { $0.conductance * $0.level.transfer }, inwardConductances],
      vectors: [potentials, Self.attenuations(of: tree, in: cell)])
  }

  /// ln H at all frequencies, scaled.
  private static func attenuations(of tree: FoldingTree, in cell: CompartmentTree) -> [Double] {
    let frequencies = excitabilityFrequencies
    var vectors = [Double](repeating: 0, count: tree.segments.count * 2 * frequencies.count)
    for (index, frequency) in frequencies.enumerated() {
      let transfers = TreeImpedance(of: cell, frequency: frequency).transfersToRoot()
      var logarithms = [Complex<Double>](repeating: .zero, count: cell.count)
      for compartment in logarithms.indices.dropFirst() {
        let parent = cell.parents[compartment]
        // Along one edge the phase turns by less than half a circle.
        logarithms[compartment] =
          logarithms[parent] + .log(transfers[compartment] / transfers[parent])
      }
      for (segment, place) in tree.segments.enumerated() {
        let offset = (segment * frequencies.count + index) * 2
        vectors[offset] = excitabilityScale * logarithms[place.compartment].real
        vectors[offset + 1] = excitabilityScale * logarithms[place.compartment].imaginary
      }
    }
    return vectors
  }

  /// The band that one of several frequencies stands for, in Hz: half of the way to its neighbours.
  private static func bandwidth(of index: Int, among frequencies: [Double]) -> Double {
    let last = frequencies.count - 1
    let above = index < last ? frequencies[index + 1] - frequencies[index] : 0
    let below = index > 0 ? frequencies[index] - frequencies[index - 1] : 2 * frequencies[0]
    return (above + below) / 2
  }
}

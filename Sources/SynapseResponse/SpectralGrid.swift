import RealModule

/// The frequencies at which responses and impedances are brought together.
package enum SpectralGrid {
  /// 0, and 24 from 1 Hz to 2 kHz in equal ratios, in Hz. Above, neither a synapse's conductance nor
  /// a membrane's impedance has power that counts.
  package static let frequencies: [Double] =
    [0] + (0..<24).map { Double.pow(10, Double($0) / 23 * Double.log10(2000)) }

  /// In rad/ms.
  package static let angularFrequencies = frequencies.map { 2 * Double.pi * $0 * 1e-3 }

  /// (1/π)·∫₀^∞ y dω by the trapezoidal rule, for values at the grid's frequencies.
  package static func integral(_ value: (Int) -> Double) -> Double {
    var sum = 0.0
    var previous = value(0)
    for index in frequencies.indices.dropFirst() {
      let next = value(index)
      sum += (previous + next) / 2 * (angularFrequencies[index] - angularFrequencies[index - 1])
      previous = next
    }
    return sum / .pi
  }
}

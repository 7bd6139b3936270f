import CableTheory
import ComplexModule
import RealModule
import SynapseResponse

extension ExpectedLoss {
  /// What the events of one source make of the soma's potential.
  struct Signal {
    /// In mV.
    private(set) var mean = 0.0
    /// Of one event, times the root of the rate, at the grid's frequencies; empty where there is none.
    private(set) var spectrum: [Complex<Double>] = []

    init() {}

    /// - Parameters:
    ///   - force: the driving force in mV.
    ///   - transfer: to the soma, at the grid's frequencies.
    ///   - delay: in ms.
    init(
      of input: OperatingPoint.Input, force: Double, _ transfer: [Complex<Double>],
      after delay: Double
    ) {
      let charge = input.eventsPerMillisecond * input.response.charge
      mean = charge * force * transfer[0].real
      let power = input.response.power
      spectrum = transfer.indices.map { index in
        transfer[index]
          * Complex(
            length: (charge * power[index]).squareRoot() * abs(force),
            phase: (force < 0 ? .pi : 0) - SpectralGrid.angularFrequencies[index] * delay)
      }
    }

    mutating func add(_ other: Signal) {
      mean += other.mean
      spectrum =
        spectrum.isEmpty
        ? other.spectrum : spectrum.indices.map { spectrum[$0] + other.spectrum[$0] }
    }
  }

  /// What signals of sources that are independent make: their means add up, and their variances.
  struct Noise {
    private var mean = 0.0
    private var variance = 0.0
    private var hasSignals = false

    mutating func add(_ signal: Signal) {
      guard !signal.spectrum.isEmpty else { return }
      hasSignals = true
      mean += signal.mean
      variance += SpectralGrid.integral { signal.spectrum[$0].lengthSquared }
    }

    /// nil where there is no signal, or it is not finite.
    var deviation: Double? { hasSignals && variance.isFinite ? variance.squareRoot() : nil }
    var rootMeanSquare: Double? {
      let square = mean * mean + variance
      return hasSignals && square.isFinite ? square.squareRoot() : nil
    }
  }
}

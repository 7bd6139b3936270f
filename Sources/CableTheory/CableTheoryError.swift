/// Why numbers that a caller gave make no cable.
package enum CableTheoryError: Error, Equatable {
  /// A number that must be something else: positive, finite.
  case number(name: String, value: Double, expected: String)
  /// A propagation factor that no membrane has.
  case propagationFactor(real: Double, imaginary: Double)
  /// An input impedance and a tip that no cylinder with this membrane has.
  case unsolvable(inputImpedance: Double, tipTransferImpedance: Double)
}

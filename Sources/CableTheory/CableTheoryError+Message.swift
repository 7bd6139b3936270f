extension CableTheoryError: CustomStringConvertible {
  /// One sentence that names what is at fault and what was expected.
  package var description: String {
    switch self {
    case .number(let name, let value, let expected):
      "\(name) is \(value); expected \(expected)"
    case .propagationFactor(let real, let imaginary):
      "the propagation factor q is \(real) + \(imaginary)i; expected a finite one whose real part is "
        + "greater than 0 and not less than its imaginary part, which is 0 or greater"
    case .unsolvable(let inputImpedance, let tipTransferImpedance):
      "no cable has an input impedance of \(inputImpedance) MΩ and a transfer impedance of "
        + "\(tipTransferImpedance) MΩ from its tip; expected finite ones, that of the tip the smaller"
    }
  }
}

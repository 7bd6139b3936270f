import CableTheory
import Testing

@Suite struct CableTheoryErrorMessageTests {
  @Test(arguments: [
    (
      CableTheoryError.number(name: "Rm", value: -1, expected: "a finite number greater than 0"),
      "Rm is -1.0; expected a finite number greater than 0"
    ),
    (
      .propagationFactor(real: 1, imaginary: 2),
      "the propagation factor q is 1.0 + 2.0i; expected a finite one whose real part is greater than "
        + "0 and not less than its imaginary part, which is 0 or greater"
    ),
    (
      .unsolvable(inputImpedance: 0, tipTransferImpedance: 3),
      "no cable has an input impedance of 0.0 MΩ and a transfer impedance of 3.0 MΩ from its tip; "
        + "expected finite ones, that of the tip the smaller"
    ),
  ])
  func messagesNameWhatIsAtFault(error: CableTheoryError, message: String) {
    #expect(error.description == message)
  }
}

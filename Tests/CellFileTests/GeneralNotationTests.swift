import CellFile
import Testing

@Suite struct GeneralNotationTests {
  /// As C's %g has them.
  @Test(arguments: [
    (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-65.0, "-65"), (6.3, "6.3"), (123456.0, "123456"),
    (1234567.0, "1.23457e+06"), (999999.5, "1e+06"), (0.0001, "0.0001"),
    (0.00001234567, "1.23457e-05"),
    (0.1 + 0.2, "0.3"), (1e300, "1e+300"), (100000.0, "100000"),
    // Halfway between two in digits, and below, at or above it as numbers.
    (1.000005, "1.00001"), (1.000015, "1.00002"), (0.5000005, "0.5"), (2.5000025, "2.5"),
    (1000.125, "1000.12"), (1000.375, "1000.38"), (Double.infinity, "inf"), (Double.nan, "nan"),
  ])
  func generalNotation(number: Double, text: String) { #expect(number.general() == text) }
}

import ComplexModule

/// |a − b| / |b|, in units of ε = 2⁻⁵².
func relativeDifferenceInUlps(_ a: Complex<Double>, _ b: Complex<Double>) -> Double {
  (a - b).length / b.length / Double.ulpOfOne
}

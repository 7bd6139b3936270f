import ComplexModule
import RealModule

/// Voltage attenuation in a uniform cable with a sealed end, and its inverse.
///
/// At electrotonic distance X from the proximal end of a cable of electrotonic length L, the
/// transfer impedance is Z(X) = Z_in · cosh(q(L−X)) / cosh(qL), with q = a + ib, a ≥ b ≥ 0. With
/// |cosh(x+iy)|² = (cosh 2x + cos 2y)/2 its modulus falls strictly from X = 0 to X = L, and the
/// modulus at the tip falls strictly with L.
package enum Attenuation {
  /// |cosh(q(L−X)) / cosh(qL)|, from 1 at X = 0 downwards; free of overflow for any length.
  ///
  /// - Parameters:
  ///   - position: X, in space constants, in [0, length].
  ///   - length: L, in space constants.
  ///   - q: the propagation factor, with real part ≥ imaginary part ≥ 0.
  package static func ratio(
    at position: Double, length: Double, propagationFactor q: Complex<Double>
  ) -> Double {
    let tipDecay = Double.exp(-2 * q.real * length)
    let proximal = scaledSquare(distanceToTip: length, length: length, q, tipDecay: tipDecay)
    let here = scaledSquare(
      distanceToTip: length - position, length: length, q, tipDecay: tipDecay)
    return (here / proximal).squareRoot()
  }

  /// 2·|cosh(qx)|²·e^(−2aL) at the distance x = L − X from the tip: scaled so that no exponent is
  /// greater than 0. `tipDecay` is e^(−2aL).
  @inline(__always)
  private static func scaledSquare(
    distanceToTip: Double, length: Double, _ q: Complex<Double>, tipDecay: Double
  ) -> Double {
    let decay = 2 * q.real * (length - distanceToTip)
    let growth = Double.exp(-decay) * (1 + Double.exp(-4 * q.real * distanceToTip)) / 2
    let turn = q.imaginary == 0 ? 1 : Double.cos(2 * q.imaginary * distanceToTip)
    return growth + turn * tipDecay
  }

  /// The longest cable that `length(givingTipRatio:)` answers with unless told, in space constants.
  package static let longestCable = 10.0

  /// The electrotonic length L of the cable whose tip has the given transfer ratio |Z_tip / Z_in|, to
  /// the last bit that bisection resolves; `longest` where even that cable attenuates less.
  package static func length(
    givingTipRatio target: Double, propagationFactor q: Complex<Double>,
    longest: Double = longestCable
  ) -> Double {
    Bisection.root(of: target, in: 0...longest) { length in
      ratio(at: length, length: length, propagationFactor: q)
    }
  }

  /// The position X in [0, length] where a cable has the given transfer ratio |Z_X / Z_in|, to the
  /// last bit that bisection resolves; the nearer end where none has.
  package static func position(
    givingRatio target: Double, length: Double, propagationFactor q: Complex<Double>
  ) -> Double {
    let tipDecay = Double.exp(-2 * q.real * length)
    let proximal = scaledSquare(distanceToTip: length, length: length, q, tipDecay: tipDecay)
    return Bisection.root(of: target * target * proximal, in: 0...length) { position in
      scaledSquare(distanceToTip: length - position, length: length, q, tipDecay: tipDecay)
    }
  }
}

import Mechanisms

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Evaluation {
  /// What the expression is now.
  package func value(_ expression: Expression) -> Double {
    switch expression {
    case .number(let number): return number
    case .variable(let variable): return get(variable, 0)
    case .element(let variable, let index): return get(variable, position(value(index)))
    case .negative(let operand): return -value(operand)
    case .not(let operand): return value(operand) == 0 ? 1 : 0
    case .binary(.power, let base, let exponent): return pow(value(base), value(exponent))
    case .binary(let operation, let left, let right):
      return operation.folded(value(left), value(right)) ?? .nan
    case .call(let function, let arguments):
      guard arguments.count == function.argumentCount else { return .nan }
      return call(function, arguments.map { value($0) })
    }
  }

  private func call(_ function: Expression.Function, _ x: [Double]) -> Double {
    switch function {
    case .exp: exp(x[0])
    case .log: log(x[0])
    case .log10: log10(x[0])
    case .sqrt: x[0].squareRoot()
    case .sin: sin(x[0])
    case .cos: cos(x[0])
    case .tan: tan(x[0])
    case .asin: asin(x[0])
    case .acos: acos(x[0])
    case .atan: atan(x[0])
    case .atan2: atan2(x[0], x[1])
    case .sinh: sinh(x[0])
    case .cosh: cosh(x[0])
    case .tanh: tanh(x[0])
    case .fabs: x[0].magnitude
    case .floor: x[0].rounded(.down)
    case .ceil: x[0].rounded(.up)
    case .fmod: fmod(x[0], x[1])
    case .pow: pow(x[0], x[1])
    case .fmin: fmin(x[0], x[1])
    case .fmax: fmax(x[0], x[1])
    case .nernst: nernst(x[0], x[1], x[2])
    case .ghk: ghk(x[0], x[1], x[2], x[3])
    case .randomWord: RandomWords.word(x)
    case .nextRandom: RandomWords.next(x[0])
    // What hoc sets it to is not known here.
    case .functionTable: .nan
    }
  }

  private static let faraday = 96485.33212331001
  private static let gasConstant = 8.314462618153241

  /// RT/zF ln(co/ci) in mV; ±1e6 where a concentration is not above 0, 0 without a charge.
  private func nernst(_ inside: Double, _ outside: Double, _ charge: Double) -> Double {
    if charge == 0 { return 0 }
    if inside <= 0 { return 1e6 }
    if outside <= 0 { return -1e6 }
    let scale = 1000 * Self.gasConstant * (celsius + 273.15) / (charge * Self.faraday)
    return scale * log(outside / inside)
  }

  /// The GHK current density; ci and co in mM, v in mV.
  private func ghk(_ v: Double, _ inside: Double, _ outside: Double, _ charge: Double) -> Double {
    func quotient(_ x: Double) -> Double { x.magnitude < 1e-4 ? 1 - x / 2 : x / (exp(x) - 1) }
    let scaled = v * charge * Self.faraday / (1000 * Self.gasConstant * (celsius + 273.15))
    return 1e-3 * charge * Self.faraday
      * (inside * quotient(-scaled) - outside * quotient(scaled))
  }
}

extension Double {
  /// With as many digits at most, as C's %g has it, whatever the locale; subnormal numbers may have fewer.
  package func general(digits count: Int = 6) -> String {
    guard isFinite, self != 0 else { return isFinite ? (sign == .minus ? "-0" : "0") : description }
    var (digits, exponent) = rounded(toDigits: count)
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    let text = digits.map { "\($0)" }.joined()
    let minus = self < 0 ? "-" : ""
    if exponent < -4 || exponent >= count {
      let rest = text.dropFirst()
      let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
      return minus + text.prefix(1) + (rest.isEmpty ? "" : ".\(rest)")
        + (exponent < 0 ? "e-" : "e+") + power
    }
    if exponent < 0 { return "\(minus)0.\(String(repeating: "0", count: -exponent - 1))\(text)" }
    let missing = String(repeating: "0", count: max(exponent + 1 - digits.count, 0))
    let rest = text.dropFirst(exponent + 1)
    return minus + text.prefix(exponent + 1) + missing + (rest.isEmpty ? "" : ".\(rest)")
  }

  /// The digits of the modulus, the first of which is worth ten to the power of the exponent.
  private func rounded(toDigits count: Int) -> (digits: [Int], exponent: Int) {
    var (digits, exponent) = shortestDigits
    guard digits.count > count else { return (digits, exponent) }
    let isUp: Bool
    if digits[count...].elementsEqual([5]) {
      // The only digits for which it matters that they are not the number itself: it is on either side of them, or
      // there, and then the even digit is taken.
      let side = differenceFromShortest(digits, exponent)
      isUp = side > 0 || side == 0 && digits[count - 1] % 2 == 1
    } else {
      isUp = digits[count] >= 5
    }
    digits.removeSubrange(count...)
    guard isUp else { return (digits, exponent) }
    var place = count - 1
    while place >= 0, digits[place] == 9 {
      digits[place] = 0
      place -= 1
    }
    if place >= 0 {
      digits[place] += 1
    } else {
      digits = [1] + digits.dropLast()
      exponent += 1
    }
    return (digits, exponent)
  }

  /// The fewest digits of the modulus that no other number has.
  private var shortestDigits: (digits: [Int], exponent: Int) {
    let parts = magnitude.description.split(separator: "e")
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    exponent += mantissa[0].count - 1
    var digits = mantissa.joined().compactMap(\.wholeNumberValue)
    while digits.count > 1, digits[0] == 0 {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    return (digits, exponent)
  }

  /// The modulus less its shortest digits, of which there are few: rounded, but with the right sign between 1e-16 and
  /// 1e22, where the power of ten is exact.
  private func differenceFromShortest(_ digits: [Int], _ exponent: Int) -> Double {
    let whole = Double(digits.reduce(0) { $0 * 10 + $1 })
    let power = exponent - digits.count + 1
    let scale = (0..<abs(power)).reduce(1.0) { result, _ in result * 10 }
    return power < 0
      ? (-whole).addingProduct(magnitude, scale) : magnitude.addingProduct(-whole, scale)
  }
}

/// What UNITS factors such as `FARADAY = (faraday) (coulomb)` stand for: the ratio of two units.
enum UnitTable {
  /// A value in m, kg, s, coulomb, K (and candela) to these powers.
  struct Unit: Equatable {
    var factor: Double
    var powers: [Int]

    static func number(_ factor: Double) -> Unit { Unit(factor: factor, powers: [0, 0, 0, 0, 0]) }

    func raised(by other: Unit, _ sign: Int) -> Unit {
      Unit(
        factor: sign > 0 ? factor * other.factor : factor / other.factor,
        powers: zip(powers, other.powers).map { $0 + sign * $1 })
    }
  }

  /// How many of the second unit one of the first is; nil where these are not the same quantity or unknown.
  static func ratio(_ first: String, _ second: String) -> Double? {
    guard let first = parse(first), let second = parse(second), first.powers == second.powers,
      second.factor != 0
    else { return nil }
    return first.factor / second.factor
  }

  /// `10000 coulomb`, `k-mole`, `joule/degC`, `mA/cm2`, `1e-3 um`, `/ms`: after the slash all that follows
  /// divides.
  static func parse(_ text: String) -> Unit? {
    var result = Unit.number(1)
    var sign = 1
    var word: [UInt8] = []
    func take() -> Bool {
      guard !word.isEmpty else { return true }
      let name = String(decoding: word, as: UTF8.self)
      word = []
      guard let unit = numberOrName(name) else { return false }
      result = result.raised(by: unit, sign)
      return result.powers.allSatisfy { abs($0) < 1000 }
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "/"):
        guard take() else { return nil }
        sign = -1
      case UInt8(ascii: "-")
      where word.last.map { $0 == UInt8(ascii: "e") } == true
        && word.first.map({ (46...57).contains($0) }) == true:
        word.append(byte)
      case UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "*"):
        guard take() else { return nil }
      default: word.append(byte)
      }
    }
    return take() ? result : nil
  }

  private static func numberOrName(_ word: String) -> Unit? {
    if let value = Literal.value(word) { return .number(value) }
    // A trailing digit is a power.
    var name = word
    var power = 1
    if let last = word.utf8.last, (49...57).contains(last) {
      power = Int(last) - 48
      name.removeLast()
    }
    guard let unit = named(name) else { return nil }
    var result = Unit.number(1)
    for _ in 0..<power { result = result.raised(by: unit, 1) }
    return result
  }

  private static func named(_ name: String) -> Unit? {
    if let unit = table[name] { return unit }
    if name.hasSuffix("s"), let unit = table[String(name.dropLast())] { return unit }
    for (prefix, factor) in prefixes where name.hasPrefix(prefix) {
      let rest = String(name.dropFirst(prefix.count))
      guard let unit = table[rest] ?? (rest.hasSuffix("s") ? table[String(rest.dropLast())] : nil)
      else {
        continue
      }
      return Unit(factor: factor * unit.factor, powers: unit.powers)
    }
    return nil
  }

  private static let prefixes: [(String, Double)] = [
    ("tera", 1e12), ("giga", 1e9), ("mega", 1e6), ("kilo", 1e3), ("deci", 1e-1), ("centi", 1e-2),
    ("milli", 1e-3), ("micro", 1e-6), ("nano", 1e-9), ("pico", 1e-12), ("femto", 1e-15),
    ("k", 1e3), ("d", 1e-1), ("c", 1e-2), ("m", 1e-3), ("u", 1e-6), ("n", 1e-9), ("p", 1e-12),
    ("f", 1e-15), ("M", 1e6), ("G", 1e9),
  ]

  private static let table: [String: Unit] = {
    let elementaryCharge = 1.602176634e-19
    let mole = 6.02214076e23
    var table: [String: Unit] = [:]
    func enter(_ names: [String], _ factor: Double, _ powers: [Int] = [0, 0, 0, 0, 0]) {
      for name in names { table[name] = Unit(factor: factor, powers: powers) }
    }
    enter(["1"], 1)
    enter(["pi"], 3.14159265358979323846)
    enter(["mole", "mol"], mole)
    enter(["e"], elementaryCharge, [0, 0, 0, 1, 0])
    enter(["faraday"], elementaryCharge * mole, [0, 0, 0, 1, 0])
    enter(["k"], 1.380649e-23, [2, 1, -2, 0, -1])
    enter(["%"], 0.01)
    enter(["m", "meter"], 1, [1, 0, 0, 0, 0])
    enter(["micron"], 1e-6, [1, 0, 0, 0, 0])
    enter(["angstrom"], 1e-10, [1, 0, 0, 0, 0])
    enter(["kg"], 1, [0, 1, 0, 0, 0])
    enter(["g", "gram", "gm"], 1e-3, [0, 1, 0, 0, 0])
    enter(["s", "sec", "second"], 1, [0, 0, 1, 0, 0])
    enter(["minute", "min"], 60, [0, 0, 1, 0, 0])
    enter(["hour", "hr"], 3600, [0, 0, 1, 0, 0])
    enter(["coul", "coulomb", "C"], 1, [0, 0, 0, 1, 0])
    enter(["K", "degC", "kelvin", "degK"], 1, [0, 0, 0, 0, 1])
    enter(["A", "amp", "ampere"], 1, [0, 0, -1, 1, 0])
    enter(["joule", "J"], 1, [2, 1, -2, 0, 0])
    enter(["cal", "calorie"], 4.1868, [2, 1, -2, 0, 0])
    enter(["newton", "nt", "N"], 1, [1, 1, -2, 0, 0])
    enter(["watt"], 1, [2, 1, -3, 0, 0])
    enter(["V", "volt"], 1, [2, 1, -2, -1, 0])
    enter(["ohm"], 1, [2, 1, -1, -2, 0])
    enter(["S", "mho", "siemens"], 1, [-2, -1, 1, 2, 0])
    enter(["farad", "F"], 1, [-2, -1, 2, 2, 0])
    enter(["liter", "l"], 1e-3, [3, 0, 0, 0, 0])
    enter(["cc"], 1e-6, [3, 0, 0, 0, 0])
    enter(["molar", "M"], mole * 1e3, [-3, 0, 0, 0, 0])
    enter(["hz", "Hz"], 1, [0, 0, -1, 0, 0])
    return table
  }()
}

/// How names and numbers are written in C.
enum CName {
  /// Letters, digits and underscores of a name.
  static func of(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { scalar in
          let isPlain =
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            || ("0"..."9").contains(scalar)
          return isPlain ? scalar : "_"
        }))
  }

  /// A number, to the last bit.
  static func literal(_ value: Double) -> String {
    if value.isNaN { return "NAN" }
    if value.isInfinite { return value < 0 ? "(-INFINITY)" : "INFINITY" }
    return value.sign == .minus ? "(\(value))" : "\(value)"
  }
}

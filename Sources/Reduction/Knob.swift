import Glibc

/// Experiments only.
enum Knob {
  static func value(_ name: String, _ fallback: Double) -> Double {
    guard let text = getenv("FOLD_" + name) else { return fallback }
    return Double(String(cString: text)) ?? fallback
  }
}

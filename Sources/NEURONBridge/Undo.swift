/// What it takes to put a session back as it was: every change is recorded with its inverse.
struct Undo {
  private var inverses: [() -> Void] = []

  mutating func record(_ inverse: @escaping () -> Void) { inverses.append(inverse) }

  /// Takes every recorded change back, the last one first.
  mutating func rollBack() {
    while let inverse = inverses.popLast() { inverse() }
  }
}

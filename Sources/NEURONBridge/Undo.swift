/// What it takes to put a session back as it was: every change is recorded with its inverse.
struct Undo {
  private var inverses: [() -> Void] = []
  private var releases: [() -> Void] = []

  mutating func record(_ inverse: @escaping () -> Void) { inverses.append(inverse) }

  /// What is to be done at the end, whether changes stay or are taken back.
  mutating func finally(_ release: @escaping () -> Void) { releases.append(release) }

  /// Takes every recorded change back, the last one first.
  mutating func rollBack() {
    while let inverse = inverses.popLast() { inverse() }
    close()
  }

  /// The changes stay.
  mutating func commit() {
    inverses = []
    close()
  }

  /// Makes changes that all stay, or are all taken back where one throws.
  static func allOrNothing(
    _ changes: (inout Undo) throws(BridgeError) -> Void
  ) throws(BridgeError) {
    var undo = Undo()
    do {
      try changes(&undo)
    } catch {
      undo.rollBack()
      throw error
    }
    undo.commit()
  }

  private mutating func close() {
    for release in releases { release() }
    releases = []
  }
}

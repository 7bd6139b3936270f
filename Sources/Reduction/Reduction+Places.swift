extension Reduction {
  /// Which of the reduced cell's sections stand for what they come from.
  package struct Places {
    /// By index of a section of the original that stays.
    package private(set) var kept: [Int: Int] = [:]
    /// By cable.
    package private(set) var cables: [Int]

    fileprivate init(_ origins: [SectionOrigin], cableCount: Int) {
      cables = [Int](repeating: 0, count: cableCount)
      for (place, origin) in origins.enumerated() {
        switch origin {
        case .kept(let index): kept[index] = place
        case .cable(let index): cables[index] = place
        }
      }
    }
  }

  package var places: Places { Places(origins, cableCount: cables.count) }
}

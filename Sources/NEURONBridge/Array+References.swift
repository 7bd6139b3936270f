extension Array where Element == ObjectReference {
  /// The indices of the elements that are not repetitions of earlier ones; nil where all are
  /// different, which sorting finds out faster than a set of thousands.
  func firstOccurrences() -> [Int]? {
    var addresses = map { UInt(bitPattern: $0) }
    // Objects made one after the other mostly lie so in memory.
    if !zip(addresses, addresses.dropFirst()).allSatisfy(<) { addresses.sort() }
    guard zip(addresses, addresses.dropFirst()).contains(where: ==) else { return nil }
    var seen: Set<ObjectReference> = []
    return indices.filter { seen.insert(self[$0]).inserted }
  }
  /// The index of each element, where it comes first.
  func firstIndices() -> [ObjectReference: Int] {
    Dictionary(
      enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }
}

import Testing

@testable import NEURONBridge

@Suite struct ReferencesTests {
  /// References that stand for objects, which are never looked at.
  private func references(_ addresses: Int...) -> [ObjectReference] {
    addresses.compactMap { OpaquePointer(bitPattern: $0) }
  }

  @Test(arguments: [[], [8], [8, 16, 24], [24, 16, 8], [16, 24, 8]])
  func whereAllDifferThereAreNoRepetitions(addresses: [Int]) {
    let references = addresses.compactMap { OpaquePointer(bitPattern: $0) }
    #expect(references.firstOccurrences() == nil)
  }

  @Test func repetitionsAreLeftOut() {
    #expect(references(8, 8).firstOccurrences() == [0])
    #expect(references(24, 8, 24, 16, 8, 24).firstOccurrences() == [0, 1, 3])
    // In order but for the repetition.
    #expect(references(8, 16, 16, 24).firstOccurrences() == [0, 1, 3])
  }

  @Test func theFirstPlaceOfEachIsKnown() {
    let all = references(24, 8, 24, 16, 8)
    #expect(all.firstIndices() == [all[0]: 0, all[1]: 1, all[3]: 3])
  }
}

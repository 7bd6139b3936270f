import Testing

@testable import NEURONBridge

@Suite struct SharedArraysTests {
  private func address(_ array: [Double]) -> UnsafeRawPointer? {
    array.withUnsafeBytes { $0.baseAddress }
  }

  @Test func equalArraysAreOne() {
    var arrays = SharedArrays()
    let first = arrays.shared { $0 += [1, 2] }
    let other = arrays.shared { $0 += [1, 3] }
    let second = arrays.shared { $0 += [1, 2] }
    #expect(first == [1, 2])
    #expect(other == [1, 3])
    #expect(second == [1, 2])
    #expect(address(first) == address(second))
    #expect(address(first) != address(other))
    #expect(arrays.shared { $0 += [4] } == [4])
  }

  @Test func anArrayOfLongAgoIsMadeAnew() {
    var arrays = SharedArrays()
    let all = (0..<100).map { index in arrays.shared { $0.append(Double(index)) } }
    #expect(all == (0..<100).map { [Double($0)] })
    #expect(arrays.shared { $0.append(0) } == [0])
  }

  @Test func whatIsNoNumberIsNeverEqual() {
    var arrays = SharedArrays()
    #expect(arrays.shared { $0.append(.nan) }[0].isNaN)
    #expect(arrays.shared { $0 += [.nan, 1] }.count == 2)
    #expect(arrays.shared { _ in }.isEmpty)
  }
}

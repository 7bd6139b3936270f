import Foundation
import Mechanisms
import TestSupport
import Testing

/// Damaged trees are refused or read, and what is read can be run: nothing traps. `FUZZ_CASES` sets how many
/// are tried, `FUZZ_FIRST` the first seed.
@Suite struct ReaderFuzzTests {
  private static func environment(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init)
  }

  @Test func survivesDamagedTrees() throws {
    let count = Self.environment("FUZZ_CASES") ?? 20_000
    let first = Self.environment("FUZZ_FIRST") ?? 1
    let trees = try Fixture.names.map(Fixture.json)
    var read = 0
    for seed in first..<first + count {
      var random = SplitMix64(seed: UInt64(seed))
      var bytes = trees[Int(random.next() % UInt64(trees.count))]
      switch random.next() % 4 {
      case 0: bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
      case 1:
        for _ in 0...random.next() % 4 {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
      case 2: Self.swapWords(&bytes, &random)
      default: Self.swapNodes(&bytes, &random)
      }
      guard let mechanism = try? MechanismReader.read(bytes) else { continue }
      read += 1
      _ = mechanism.superposes
      let ohmic = mechanism.ohmicCurrents
      #expect(ohmic.forms.count == mechanism.currentVariables.count)
      if seed % 8 == 0 {
        var cell = Evaluation(mechanism)
        cell.run(mechanism.initial)
        cell.run(mechanism.advance)
        cell.run(mechanism.currents)
      }
    }
    // Most exchanges of words leave a tree that means something.
    #expect(read > count / 20)
  }

  /// Exchanges the texts of two strings.
  private static func swapWords(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    exchange(&bytes, &random, ranges(of: bytes) { $0 == UInt8(ascii: "\"") })
  }

  /// Puts one node in the place of another, of the same or another kind.
  private static func swapNodes(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    var open: [Int] = []
    var nodes: [Range<Int>] = []
    for (position, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "{") { open.append(position) }
      if byte == UInt8(ascii: "}"), let start = open.popLast(), !open.isEmpty {
        nodes.append(start..<position + 1)
      }
    }
    exchange(&bytes, &random, nodes)
  }

  private static func ranges(of bytes: [UInt8], _ isMark: (UInt8) -> Bool) -> [Range<Int>] {
    var marks: [Int] = []
    for (position, byte) in bytes.enumerated() where isMark(byte) { marks.append(position) }
    return stride(from: 0, to: marks.count - 1, by: 2).map { marks[$0]..<marks[$0 + 1] }
  }

  private static func exchange(
    _ bytes: inout [UInt8], _ random: inout SplitMix64, _ parts: [Range<Int>]
  ) {
    guard parts.count > 1 else { return }
    let target = parts[Int(random.next() % UInt64(parts.count))]
    let source = parts[Int(random.next() % UInt64(parts.count))]
    bytes.replaceSubrange(target, with: Array(bytes[source]))
  }
}

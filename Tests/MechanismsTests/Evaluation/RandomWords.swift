/// Random numbers by integers, as their definitions have them.
enum RandomWords {
  /// A word of a stream of Random123: philox4x32-10 of (block, third, first, second identifier).
  static func word(_ stream: [Double]) -> Double {
    let numbers = stream.map { UInt64(exactly: $0) ?? 0 }
    let position = numbers[3]
    var counter = [position / 4, numbers[2], numbers[0], numbers[1]].map {
      UInt32(truncatingIfNeeded: $0)
    }
    var key = [UInt32(truncatingIfNeeded: numbers[4]), 0]
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(counter[0])
      let second = UInt64(0xCD9E_8D57) * UInt64(counter[2])
      counter = [
        UInt32(second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first),
      ]
      key = [key[0] &+ 0x9E37_79B9, key[1] &+ 0xBB67_AE85]
    }
    return Double(counter[Int(position % 4)])
  }

  /// The linear congruential generator of NEURON's scop_random.
  static func next(_ number: Double) -> Double {
    Double((UInt32(exactly: number) ?? 0) &* 2_147_437_301 &+ 453_816_981)
  }
}

/// The numbers of a compiled cell in the order of its memory, while they are being placed.
struct MemoryPlan {
  /// Arrays begin at multiples of this, so that any vector of the machine can be loaded from them.
  static let padding = 8

  private(set) var values: [Double] = []
  private(set) var indices: [Int32] = []

  static func padded(_ count: Int) -> Int { (count + padding - 1) / padding * padding }

  /// How much an array takes: up to an eighth more than it has, so that the code of a cell with a few more or
  /// fewer synapses has all arrays where this one has them.
  static func room(_ count: Int) -> Int {
    var step = padding
    while step * 16 <= count { step *= 2 }
    return (count + step - 1) / step * step
  }

  /// Places an array and returns where it begins.
  mutating func place(_ array: [Double]) -> Int {
    let offset = values.count
    values += array
    // What is beyond the end is computed too: with numbers as good as the last.
    let last = array.last ?? 0
    values += [Double](repeating: last, count: Self.room(array.count) - array.count)
    return offset
  }

  /// Places `count` equal numbers.
  mutating func place(_ value: Double, count: Int) -> Int {
    place([Double](repeating: value, count: count))
  }

  /// Sets numbers that were placed before.
  mutating func set(_ array: [Double], at offset: Int) {
    for (place, value) in array.enumerated() { values[offset + place] = value }
  }

  /// Sets indices that were placed before.
  mutating func set(indices array: [Int], at offset: Int) {
    for place in 0..<Self.room(array.count) {
      indices[offset + place] = Int32(array[min(place, array.count - 1)])
    }
  }

  /// Places indices and returns where they begin.
  mutating func place(indices array: [Int]) -> Int {
    let offset = indices.count
    indices += array.map(Int32.init)
    let last = indices.last ?? 0
    indices += [Int32](repeating: last, count: Self.room(array.count) - array.count)
    return offset
  }
}

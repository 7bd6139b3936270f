/// Kinds of point process that are to stand for all of their class, when not all are measured: those
/// that have the least or the most of any value, and then those of which every other one is as near to
/// one of them as can be.
///
/// Source: Gonzalez TF, "Clustering to minimize the maximum intercluster distance", Theor. Comput. Sci.
/// 38:293–306 (1985): the farthest from all that were chosen is chosen next; the largest distance that
/// remains is at most twice the least possible.
package struct KindSelection: Sendable, Equatable {
  /// The kinds that were chosen, by index, in the order of choice.
  package let chosen: [Int]
  /// For each kind the nearest of these, as a position in `chosen`.
  package let nearest: [Int]
  /// For each kind the distance to that one.
  package let distances: [Double]

  /// - Parameters:
  ///   - values: of each kind, as many of each.
  ///   - limit: how many are chosen at most, at least one.
  package init(of values: [[Double]], limit: Int) {
    var chosen: [Int] = []
    var nearest = [Int](repeating: 0, count: values.count)
    var distances = [Double](repeating: .infinity, count: values.count)
    var extremes = Self.extremes(of: values)[...]
    var farthest = 0
    while chosen.count < min(max(limit, 1), values.count), distances[farthest] > 0 {
      let next = extremes.popFirst() ?? farthest
      let position = chosen.count
      chosen.append(next)
      let center = values[next]
      (nearest[next], distances[next]) = (position, 0)
      farthest = next
      for index in values.indices {
        let distance = Self.distance(values[index], center)
        if distance < distances[index] { (nearest[index], distances[index]) = (position, distance) }
        if distances[index] > distances[farthest] { farthest = index }
      }
    }
    self.chosen = chosen
    self.nearest = nearest
    self.distances = distances
  }

  /// The kinds that have the least and the most of each value that differs, each once.
  private static func extremes(of values: [[Double]]) -> [Int] {
    var found: [Int] = []
    for column in values.first?.indices ?? 0..<0 {
      var (least, most) = (0, 0)
      for index in values.indices {
        if values[index][column] < values[least][column] { least = index }
        if values[index][column] > values[most][column] { most = index }
      }
      if least != most { found += [least, most].filter { !found.contains($0) } }
    }
    return found
  }

  /// The largest relative difference of two values: 2·|a − b| / (|a| + |b|), 0 to 2.
  static func distance(_ first: [Double], _ second: [Double]) -> Double {
    var largest = 0.0
    for (a, b) in zip(first, second) where a != b {
      let difference = 2 * abs(a - b) / (abs(a) + abs(b))
      // Of what is no number, or infinite, nothing is near.
      largest = max(largest, difference.isFinite ? difference : 2)
    }
    return largest
  }
}

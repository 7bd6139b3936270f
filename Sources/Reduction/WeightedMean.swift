/// Σ w·x / Σ w, which is x to the last bit where all x agree.
///
/// A sum of equal numbers divided by their number is not always that number. A mechanism whose tables
/// depend on a parameter makes them anew whenever the next segment's differs in the last bit: at every
/// step, for every segment.
struct WeightedMean {
  /// Σ w·x.
  private(set) var total = 0.0
  /// Σ w.
  private(set) var weight = 0.0
  private var first = 0.0
  /// Whether all values of some weight are the same.
  private(set) var isUniform = true

  /// Adds a value.
  ///
  /// - Parameter weight: 0 or greater; a value without weight does not count.
  mutating func add(_ value: Double, weight added: Double = 1) {
    guard added != 0 else { return }
    if weight == 0 { first = value } else if value != first { isUniform = false }
    total += value * added
    weight += added
  }

  /// The mean; not a number where nothing has a weight.
  var value: Double { isUniform && weight > 0 ? first : total / weight }
}

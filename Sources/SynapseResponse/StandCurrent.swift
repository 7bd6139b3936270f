/// The membrane current of a point process on a stand, inward, in nA.
package struct StandCurrent {
  /// Before the first event: the mean, and the largest modulus.
  let baseline: Double
  let largestBaseline: Double
  /// What it is more than the baseline, at `MeasuringClock.times`; 0 where the run was over.
  let values: [Double]
  /// The largest modulus of these.
  let largest: Double
  /// Whether all is a number.
  let isFinite: Bool

  /// - Parameters:
  ///   - densities: of the stand's capacitive current in mA/cm², which is what the point process lets
  ///     in where there is no other: at the beginning of the run, and after each step. A step's current
  ///     is that of the states at its beginning, however long it is.
  ///   - area: of the stand, in µm².
  init(densities: UnsafeBufferPointer<Double>, area: Double) {
    // mA/cm² · µm² = 0.01 nA
    let scale = 0.01 * area
    let quiet = densities.dropFirst().prefix(MeasuringClock.quietCount)
    // The step right before the event is left out, for events that come half a step early.
    let before = quiet.dropLast()
    let baseline =
      before.isEmpty ? 0 : before.reduce(0) { $0 + $1 * scale } / Double(before.count)
    var values = [Double](repeating: 0, count: MeasuringClock.times.count)
    var largest = 0.0
    var sum = 0.0
    for (index, density) in densities.dropFirst(1 + MeasuringClock.quietCount)
      .prefix(values.count).enumerated()
    {
      let value = density * scale - baseline
      values[index] = value
      largest = max(largest, abs(value))
      sum += value
    }
    self.baseline = baseline
    self.largestBaseline = before.reduce(0) { max($0, abs($1 * scale)) }
    self.values = values
    self.largest = largest
    self.isFinite = sum.isFinite && baseline.isFinite
  }

  /// A run need not go on where all currents are below this share of their peak: less than what counts
  /// as the end of a response.
  private static let over = 5e-5

  /// Whether a recorded current is back at what it was before the first event.
  package static func isOver(_ densities: UnsafeBufferPointer<Double>) -> Bool {
    guard densities.count > 1, let last = densities.last else { return true }
    let baseline = densities[1]
    let peak = densities.dropFirst().reduce(0) { max($0, abs($1 - baseline)) }
    return !(abs(last - baseline) > over * peak)
  }
}

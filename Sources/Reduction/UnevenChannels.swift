/// What a cell's groups lose of channels that their members do not have alike.
///
/// In a group all of a channel draws current at one potential. Of a channel that is spread evenly over the members
/// what some then draw too much others draw too little: it cancels to first order. Of another
///
///     E = Σ A·(ρ − ρ̄)·Ψ
///
/// remains at the soma, with A the members' areas, ρ their peak conductances per area, ρ̄ the mean by area and Ψ what
/// the soma gets of the answer to a spike per conductance that is open. The loss is Σ |E|² over groups and channels.
/// Of a union
///
///     E = E_a + E_b + A_a·A_b / (A_a + A_b) · (ρ_a − ρ_b)·(Ψ_a − Ψ_b)
///
/// so that a merge may also make up for what was lost: of one order, on both sides of the mean.
///
/// docs/method.md, section 9.
struct UnevenChannels {
  /// By group, in µm².
  private var areas: [Double]
  /// By channel, then by group, in S/cm².
  private var densities: [[Double]]
  /// Ψ, as many numbers for each group.
  private var vectors: [Double]
  private let dimension: Int
  /// E by channel, then by group; empty where all members have the channel alike.
  private var errors: [[[Double]]]

  /// - Parameters:
  ///   - areas: by segment, in µm², greater than 0.
  ///   - densities: by channel, then by segment, in S/cm², finite.
  ///   - vectors: Ψ per µm²·S/cm², as many numbers for each segment, segment after segment.
  /// - Returns: nil where no channel is uneven.
  init?(areas: [Double], densities: [[Double]], vectors: [Double]) {
    let uneven = densities.filter { own in own.contains { $0 != own[0] } }
    guard !uneven.isEmpty else { return nil }
    self.areas = areas
    self.densities = uneven
    self.vectors = vectors
    dimension = vectors.count / areas.count
    errors = uneven.map { [[Double]](repeating: [], count: $0.count) }
  }

  /// What a merge of two groups adds to the loss; less than 0 where the errors of both are opposed.
  func cost(of first: Int, _ second: Int) -> Double {
    let weight = areas[first] * areas[second] / (areas[first] + areas[second])
    let difference = difference(first, second)
    let square = difference.reduce(0) { $0 + $1 * $1 }
    var cost = 0.0
    for channel in densities.indices {
      let moved = weight * (densities[channel][first] - densities[channel][second])
      let (own, other) = (errors[channel][first], errors[channel][second])
      cost += moved * moved * square
      if moved != 0 {
        cost += 2 * moved * (Self.product(own, difference) + Self.product(other, difference))
      }
      cost += 2 * Self.product(own, other)
    }
    // Of numbers out of all proportion.
    return cost.isFinite ? cost : .greatestFiniteMagnitude
  }

  /// Makes a group the union of itself and another one.
  mutating func merge(_ gone: Int, into kept: Int) {
    let sum = areas[kept] + areas[gone]
    let (weight, share) = (areas[kept] * areas[gone] / sum, areas[gone] / sum)
    let difference = difference(kept, gone)
    for channel in densities.indices {
      let (own, other) = (densities[channel][kept], densities[channel][gone])
      var error = errors[channel][kept]
      if error.isEmpty { swap(&error, &errors[channel][gone]) }
      for (index, each) in errors[channel][gone].enumerated() { error[index] += each }
      errors[channel][gone] = []
      if own != other {
        if error.isEmpty { error = [Double](repeating: 0, count: dimension) }
        for index in error.indices { error[index] += weight * (own - other) * difference[index] }
        densities[channel][kept] = own + share * (other - own)
      }
      errors[channel][kept] = error
    }
    for index in 0..<dimension { vectors[kept * dimension + index] -= share * difference[index] }
    areas[kept] = sum
  }

  private func difference(_ first: Int, _ second: Int) -> [Double] {
    (0..<dimension).map { vectors[first * dimension + $0] - vectors[second * dimension + $0] }
  }

  /// 0 where one is empty.
  private static func product(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

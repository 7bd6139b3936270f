/// What groups of segments are compared by when a cell is folded: views, each with a weight W of every group and
/// a vector Φ of what it does, and their channels.
struct FoldingViews {
  struct View {
    /// By group, 0 or more.
    var weights: [Double]
    /// As many numbers for each group, group after group.
    var vectors: [Double]
    let dimension: Int

    /// - Parameters:
    ///   - weights: by segment, 0 or more.
    ///   - vectors: as many numbers for each segment, segment after segment.
    init(weights: [Double], vectors: [Double]) {
      self.weights = weights
      self.vectors = vectors
      dimension = weights.isEmpty ? 0 : vectors.count / weights.count
    }
  }

  private var views: [View]
  private var unevenChannels: UnevenChannels?

  init(_ views: [View], unevenChannels: UnevenChannels? = nil) {
    self.views = views
    self.unevenChannels = unevenChannels
  }

  mutating func add(_ view: View) { views.append(view) }

  /// What a merge of two groups adds to the views' sum of squares, Σ W_a·W_b / (W_a + W_b) · |Φ_a − Φ_b|², and to what
  /// is lost of channels.
  func cost(of first: Int, _ second: Int) -> Double {
    var cost = 0.0
    for view in views {
      let (a, b) = (view.weights[first], view.weights[second])
      guard a > 0, b > 0 else { continue }
      let dimension = view.dimension
      let square = view.vectors.withUnsafeBufferPointer { vectors in
        var square = 0.0
        for offset in 0..<dimension {
          let difference =
            vectors[first * dimension + offset] - vectors[second * dimension + offset]
          square += difference * difference
        }
        return square
      }
      cost += a * b / (a + b) * square
    }
    return cost + (unevenChannels?.cost(of: first, second) ?? 0)
  }

  /// Makes a group the union of itself and another one: Φ is the mean of both, weighted by W.
  mutating func merge(_ gone: Int, into kept: Int) {
    for index in views.indices {
      let (a, b) = (views[index].weights[kept], views[index].weights[gone])
      guard b > 0 else { continue }
      let (share, dimension) = (b / (a + b), views[index].dimension)
      for offset in 0..<dimension {
        let own = views[index].vectors[kept * dimension + offset]
        let other = views[index].vectors[gone * dimension + offset]
        views[index].vectors[kept * dimension + offset] = own + share * (other - own)
      }
      views[index].weights[kept] = a + b
    }
    unevenChannels?.merge(gone, into: kept)
  }
}

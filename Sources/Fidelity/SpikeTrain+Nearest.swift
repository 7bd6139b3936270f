extension SpikeTrain {
  /// For each of some times, the index of the nearest spike; the one before it where the one after it
  /// is as near.
  ///
  /// - Parameters:
  ///   - times: in ms, never falling.
  ///   - others: the spikes, in ms, never falling, at least one.
  static func nearest(to times: [Double], in others: [Double]) -> [Int] {
    var index = 0
    return times.map { time in
      while index + 1 < others.count,
        (others[index + 1] - time).magnitude < (others[index] - time).magnitude
          || others[index + 1] <= time
      {
        index += 1
      }
      return index
    }
  }
}

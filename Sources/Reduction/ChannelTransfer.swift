import CellModel

/// The mechanisms of the reduced cables, from those of the original segments mapped to them.
///
/// A reduced segment gets each mechanism of its originals, every parameter being the plain mean over
/// those originals that have it. A reduced segment that received no original takes the mean of the
/// nearest segments to either side on its cable that did, each with its own values where only one of
/// them has the mechanism. Since NEURON inserts a mechanism into whole sections, a segment none of
/// whose sources has a mechanism of its cable is left with that mechanism's declared defaults.
enum ChannelTransfer {
  /// The parameter values of a mechanism; absent mechanisms are nil. Indexed by the cell's
  /// mechanisms.
  typealias SegmentValues = [[Double]?]

  /// The insertions of every cable.
  static func insertions(
    of cell: CellModel, map: SegmentMap, cables: [ReducedCable]
  ) -> [[Section.Insertion]] {
    segmentValues(of: cell, map: map, cables: cables).map { segments in
      insertions(segments, of: cell.mechanisms) { cell.mechanisms[$0].defaultValues }
    }
  }

  /// For each of the cell's mechanisms, how many segments of the cables are left with its declared
  /// defaults.
  static func segmentsWithDefaults(
    of cell: CellModel, map: SegmentMap, cables: [ReducedCable]
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: cell.mechanisms.count)
    for segments in segmentValues(of: cell, map: map, cables: cables) {
      for mechanism in counts.indices {
        let lacking = segments.count { !$0.indices.contains(mechanism) || $0[mechanism] == nil }
        if lacking < segments.count { counts[mechanism] += lacking }
      }
    }
    return counts
  }

  /// By cable and segment, what the mechanisms' values are by the originals.
  private static func segmentValues(
    of cell: CellModel, map: SegmentMap, cables: [ReducedCable]
  ) -> [[SegmentValues]] {
    var totals = cables.map { cable in
      [Accumulator?](repeating: nil, count: cable.segmentCount)
    }
    for (section, targets) in zip(cell.sections, map.points) {
      for (segment, target) in targets.map(\.segment).enumerated() {
        var total =
          totals[target.cable][target.segment] ?? Accumulator(mechanisms: cell.mechanisms.count)
        totals[target.cable][target.segment] = nil
        for insertion in section.insertions {
          total.add(insertion.values[segment], of: insertion.mechanism)
        }
        totals[target.cable][target.segment] = total
      }
    }
    return totals.map { cableTotals in filled(cableTotals.map { $0?.means }) }
  }

  /// Sums over the originals of one reduced segment.
  private struct Accumulator {
    private var sums: [[WeightedMean]?]

    init(mechanisms: Int) {
      sums = [[WeightedMean]?](repeating: nil, count: mechanisms)
    }

    mutating func add(_ values: [Double], of mechanism: Int) {
      var sum =
        sums[mechanism] ?? [WeightedMean](repeating: WeightedMean(), count: values.count)
      sums[mechanism] = nil
      for index in sum.indices { sum[index].add(values[index]) }
      sums[mechanism] = sum
    }

    var means: SegmentValues { sums.map { $0?.map(\.value) } }
  }

  /// Gives segments that received nothing the values of their neighbours.
  static func filled(_ segments: [SegmentValues?]) -> [SegmentValues] {
    var distalNeighbors = [SegmentValues?](repeating: nil, count: segments.count)
    var nearest: SegmentValues?
    for index in segments.indices.reversed() {
      nearest = segments[index] ?? nearest
      distalNeighbors[index] = nearest
    }
    nearest = nil
    return segments.indices.map { index in
      if let own = segments[index] {
        nearest = own
        return own
      }
      switch (nearest, distalNeighbors[index]) {
      case (let proximal?, let distal?): return average(proximal, distal)
      case (let only?, nil), (nil, let only?): return only
      case (nil, nil): return []
      }
    }
  }

  private static func average(_ first: SegmentValues, _ second: SegmentValues) -> SegmentValues {
    zip(first, second).map { first, second in
      guard let first, let second else { return first ?? second }
      return zip(first, second).map { $0 == $1 ? $0 : ($0 + $1) / 2 }
    }
  }

  /// The insertions of one cable, from what its segments have of each mechanism.
  ///
  /// - Parameter absent: the values of a mechanism, by its index, in segments that have nothing of it though
  ///   their cable has.
  static func insertions(
    _ segments: [SegmentValues], of kinds: [MechanismKind], absent: (Int) -> [Double]
  ) -> [Section.Insertion] {
    kinds.indices.compactMap { mechanism in
      let values = segments.map { $0.indices.contains(mechanism) ? $0[mechanism] : nil }
      guard values.contains(where: { $0 != nil }) else { return nil }
      let lacking = absent(mechanism)
      return Section.Insertion(mechanism: mechanism, values: values.map { $0 ?? lacking })
    }
  }
}

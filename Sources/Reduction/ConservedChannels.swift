import CellModel

/// The mechanisms of the reduced cables such that each keeps its total over the membrane it came
/// from.
///
/// A parameter that is an amount per area gets Σ(value · area of the original) / (area of the reduced
/// segment); any other the mean weighted by area. The leak's reversal potential is weighted by
/// conductance, so that the current at rest is kept too. Where NEURON inserts a mechanism that no
/// original of the segment has, its densities are 0.
///
/// docs/method.md, section 7.
enum ConservedChannels {
  /// The insertions of every cable.
  static func insertions(
    of cell: CellModel, map: SegmentMap, cables: [ReducedCable]
  ) -> [[Section.Insertion]] {
    var totals = cables.map { cable in
      [Total?](repeating: nil, count: cable.segmentCount)
    }
    for (section, targets) in zip(cell.sections, map.points) {
      for (index, target) in targets.map(\.segment).enumerated() {
        var total = totals[target.cable][target.segment] ?? Total(of: cell)
        totals[target.cable][target.segment] = nil
        total.add(section, segment: index)
        totals[target.cable][target.segment] = total
      }
    }
    return cables.indices.map { index in
      let own = totals[index].map { $0?.values(inArea: cables[index].segmentArea) }
      var segments = ChannelTransfer.filled(own)
      for segment in segments.indices where own[segment] == nil {
        segments[segment] = zip(segments[segment], cell.mechanisms).map { values, kind in
          values.map { kind.withoutDensities($0) }
        }
      }
      return ChannelTransfer.insertions(segments, kinds: cell.mechanisms) {
        $0.withoutDensities($0.defaultValues)
      }
    }
  }

  /// Sums over the originals of one reduced segment.
  private struct Total {
    private let kinds: [MechanismKind]
    private let leak: Int?
    private var sums: [[WeightedMean]?]
    /// Of all originals, and of those that have each mechanism, in µm².
    private var area = 0.0
    private var areas: [Double]

    init(of cell: CellModel) {
      kinds = cell.mechanisms
      leak = cell.passiveLeak
      sums = [[WeightedMean]?](repeating: nil, count: kinds.count)
      areas = [Double](repeating: 0, count: kinds.count)
    }

    /// Adds an original.
    mutating func add(_ section: Section, segment: Int) {
      let area = section.segments[segment].area
      self.area += area
      for insertion in section.insertions {
        add(insertion.values[segment], of: insertion.mechanism, area: area)
      }
    }

    private mutating func add(_ values: [Double], of mechanism: Int, area: Double) {
      var sum =
        sums[mechanism] ?? [WeightedMean](repeating: WeightedMean(), count: values.count)
      sums[mechanism] = nil
      for index in sum.indices {
        let isReversal = mechanism == leak && index == 1
        sum[index].add(values[index], weight: isReversal ? values[0] * area : area)
      }
      sums[mechanism] = sum
      areas[mechanism] += area
    }

    func values(inArea newArea: Double) -> ChannelTransfer.SegmentValues {
      sums.indices.map { mechanism in
        sums[mechanism].map { means in
          zip(means, kinds[mechanism].densityFlags).enumerated().map { index, each in
            let (mean, isDensity) = each
            if isDensity { return density(mean, of: mechanism, inArea: newArea) }
            // Without any leak its reversal potential means nothing.
            return mechanism == leak && index == 1 && !(mean.weight > 0) ? 0 : mean.value
          }
        }
      }
    }

    /// Σ density·area over an area: the density itself where it is that of all membrane there is, and
    /// that membrane is as large as before but for the rounding of the cable's shape.
    private func density(
      _ mean: WeightedMean, of mechanism: Int, inArea newArea: Double
    ) -> Double {
      let isEverywhere = areas[mechanism] == area && abs(newArea / area - 1) <= 1e-12
      return isEverywhere && mean.isUniform ? mean.value : mean.total / newArea
    }
  }
}

extension MechanismKind {
  /// For each value, whether it is an amount per area. The leak's conductance always is.
  fileprivate var densityFlags: [Bool] {
    parameters.enumerated().flatMap { index, parameter in
      let isLeak = name == Self.passiveLeakName && index == 0
      return [Bool](repeating: isLeak || parameter.isDensity, count: parameter.defaults.count)
    }
  }

  /// Values with all densities 0.
  fileprivate func withoutDensities(_ values: [Double]) -> [Double] {
    zip(values, densityFlags).map { $1 ? 0 : $0 }
  }
}

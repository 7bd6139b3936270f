import CellModel

/// The mechanisms of the reduced cables such that each keeps its total over the membrane it came
/// from.
///
/// A parameter that is an amount per area gets Σ(value · area of the original) / (area of the reduced
/// segment); any other the mean weighted by area. A leak's reversal potential is weighted by
/// conductance, so that the current at rest is kept too. Where NEURON inserts a mechanism that no
/// original of the segment has, its densities are 0.
///
/// docs/method.md, section 7.
enum ConservedChannels {
  /// How the values of a mechanism at several places become one.
  private enum Rule {
    case total
    case mean
    /// Weighted by a leak's conductance, the value of this index.
    case reversal(conductance: Int)
  }

  /// The insertions of every cable.
  static func insertions(
    of cell: CellModel, map: SegmentMap, cables: [ReducedCable]
  ) -> [[Section.Insertion]] {
    let rules = rules(of: cell)
    var totals = cables.map { cable in
      [Total?](repeating: nil, count: cable.segmentCount)
    }
    for (section, targets) in zip(cell.sections, map.points) {
      for (index, target) in targets.map(\.segment).enumerated() {
        var total = totals[target.cable][target.segment] ?? Total(rules: rules)
        totals[target.cable][target.segment] = nil
        total.add(section, segment: index)
        totals[target.cable][target.segment] = total
      }
    }
    return cables.indices.map { index in
      let own = totals[index].map { $0?.values(inArea: cables[index].segmentArea) }
      var segments = ChannelTransfer.filled(own)
      for segment in segments.indices where own[segment] == nil {
        segments[segment] = zip(segments[segment], rules).map { values, rules in
          values.map { withoutTotals($0, rules) }
        }
      }
      return ChannelTransfer.insertions(segments, of: cell.mechanisms) { mechanism in
        withoutTotals(cell.mechanisms[mechanism].defaultValues, rules[mechanism])
      }
    }
  }

  /// A cable's leaks without any conductance: what a place without membrane may have, so that whoever goes through
  /// the dendrites' leaks need not know of it.
  static func leaksWithoutTotals(
    _ insertions: [Section.Insertion], of cell: CellModel
  ) -> [Section.Insertion] {
    let rules = rules(of: cell)
    let leaks = Set(cell.leaks.map(\.mechanism))
    return insertions.filter { leaks.contains($0.mechanism) }.map { insertion in
      Section.Insertion(
        mechanism: insertion.mechanism,
        values: insertion.values.map { withoutTotals($0, rules[insertion.mechanism]) })
    }
  }

  /// By mechanism, then by value.
  private static func rules(of cell: CellModel) -> [[Rule]] {
    var rules = cell.mechanisms.map { kind in
      kind.parameters.flatMap { parameter in
        [Rule](
          repeating: parameter.isDensity ? .total : .mean, count: parameter.defaults.count)
      }
    }
    for leak in cell.leaks {
      rules[leak.mechanism][leak.conductance] = .total
      if let reversal = leak.reversal {
        rules[leak.mechanism][reversal] = .reversal(conductance: leak.conductance)
      }
    }
    return rules
  }

  /// Values with all amounts per area 0.
  private static func withoutTotals(_ values: [Double], _ rules: [Rule]) -> [Double] {
    zip(values, rules).map { value, rule in
      if case .total = rule { 0 } else { value }
    }
  }

  /// Sums over the originals of one reduced segment.
  private struct Total {
    private let rules: [[Rule]]
    private var sums: [[WeightedMean]?]
    /// Of all originals, and of those that have each mechanism, in µm².
    private var area = 0.0
    private var areas: [Double]

    init(rules: [[Rule]]) {
      self.rules = rules
      sums = [[WeightedMean]?](repeating: nil, count: rules.count)
      areas = [Double](repeating: 0, count: rules.count)
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
        switch rules[mechanism][index] {
        case .total, .mean: sum[index].add(values[index], weight: area)
        case .reversal(let conductance):
          sum[index].add(values[index], weight: values[conductance] * area)
        }
      }
      sums[mechanism] = sum
      areas[mechanism] += area
    }

    func values(inArea newArea: Double) -> ChannelTransfer.SegmentValues {
      sums.indices.map { mechanism in
        sums[mechanism].map { means in
          zip(means, rules[mechanism]).map { mean, rule in
            switch rule {
            case .total: density(mean, of: mechanism, inArea: newArea)
            case .mean: mean.value
            // Without any conductance its reversal potential means nothing.
            case .reversal: mean.weight > 0 ? mean.value : 0
            }
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

/// How many segments the reduced dendrites get.
package enum SegmentCount: Sendable, Equatable {
  /// One per 0.1 space constants, an odd number in each cable.
  case automatic
  /// As automatic, unless that gives fewer than this share (0 to 1) of the original's dendritic
  /// segments: then that many in all.
  case atLeast(share: Double)
  /// This many in the whole cell, the soma counted as one.
  case total(Double)
  /// As few as are expected to lose no more than this, in mV at the soma (`ExpectedLoss.rmsd`).
  case expectedLoss(atMost: Double)

  /// The largest total that is accepted.
  package static let largestTotal = 1e6

  /// From the number that `total_segments_manual` takes.
  ///
  /// - Throws: `ReductionError.segmentCount` for a number without a meaning.
  package init(manualTotal number: Double) throws(ReductionError) {
    switch number {
    case -1: self = .automatic
    case let share where share > 0 && share <= 1: self = .atLeast(share: share)
    case let total where total > 1 && total <= Self.largestTotal: self = .total(total)
    default: throw .segmentCount(number)
    }
  }
}

/// A place that the caller names, on a section of the cell by its index.
package struct ReductionSite: Sendable, Equatable {
  package let section: Int
  /// 0 to 1.
  package let position: Double

  package init(section: Int, position: Double) {
    self.section = section
    self.position = position
  }
}

/// What a user may choose of a reduction.
package struct ReductionSettings: Sendable, Equatable {
  package let method: Method
  /// At which the cables keep the subtrees' impedances, in Hz; finite and not negative.
  package let frequency: Double
  package private(set) var segmentCount: SegmentCount
  package let mergePolicy: MergePolicy
  /// Which parameters two point processes must have in common to be merged, by the name of their
  /// kind; all PARAMETERs of a kind that is not named.
  package let comparedParameters: [String: [String]]
  /// What is known of the events that drive the synapses.
  package private(set) var drive: SynapticDrive
  /// What the cables of some stems, by their indices in the cell's sections, have in place of the stems'
  /// own passive properties.
  package let membranes: [Int: CableMembrane]
  /// What the reduced cell's dendrites are multiplied by at last.
  package private(set) var gains: Gains
  /// What the cell was seen to do, for methods that ask for it; nil where it was not.
  package let observed: ObservedPotentials?
  /// Places whose segments stay compartments of their own, with those on their way to the soma.
  package let sites: [ReductionSite]
  /// Which of the cell's dendrites are collapsed.
  package let scope: ReductionScope

  /// - Throws: `ReductionError.frequency` for one that is negative or not finite, `.sitesOfMethod` for sites and a
  ///   method that keeps none, `.observedWithout` for a run and a method that asks for none, `.spinesOfMethod` for spines that are
  ///   folded by a method that changes no weights.
  package init(
    method: Method = .classic, frequency: Double = 0, segmentCount: SegmentCount = .automatic,
    mergePolicy: MergePolicy = .published, comparedParameters: [String: [String]] = [:],
    drive: SynapticDrive = SynapticDrive(),
    membranes: [Int: CableMembrane] = [:], sites: [ReductionSite] = [], gains: Gains = Gains(),
    observed: ObservedPotentials? = nil, scope: ReductionScope = .all
  ) throws(ReductionError) {
    guard frequency >= 0, frequency.isFinite else { throw .frequency(frequency) }
    guard sites.isEmpty || method.traits.keepsSites else {
      throw .sitesOfMethod(
        name: method.name, known: Method.allCases.filter(\.traits.keepsSites).map(\.name))
    }
    guard observed == nil || method.traits.converges else {
      throw .observedWithout(
        method: method.name, methods: Method.allCases.filter(\.traits.converges).map(\.name))
    }
    guard !scope.spines.isFolded || method.traits.changesWeights else {
      throw .spinesOfMethod(
        name: method.name, known: Method.allCases.filter(\.traits.changesWeights).map(\.name))
    }
    self.method = method
    self.frequency = frequency
    self.segmentCount = segmentCount
    self.mergePolicy = mergePolicy
    self.comparedParameters = comparedParameters
    self.drive = drive
    self.membranes = membranes
    self.gains = gains
    self.observed = observed
    self.sites = sites
    self.scope = scope
  }

  /// The same without gains.
  var withoutGains: ReductionSettings {
    var result = self
    result.gains = Gains()
    return result
  }

  /// The same with another number of segments.
  func with(_ segmentCount: SegmentCount) -> ReductionSettings {
    var result = self
    result.segmentCount = segmentCount
    return result
  }

  /// The same with the drive's rates picked and ordered anew: those of these connections, as they were
  /// numbered.
  package func withRates(of connections: [Int]) -> ReductionSettings {
    guard !drive.rates.isEmpty else { return self }
    var result = self
    result.drive = SynapticDrive(
      responses: drive.responses, responseIndices: drive.responseIndices,
      rates: connections.map { drive.rates.indices.contains($0) ? drive.rates[$0] : nil },
      steadyEvents: connections.map {
        drive.steadyEvents.indices.contains($0) ? drive.steadyEvents[$0] : nil
      })
    return result
  }
}

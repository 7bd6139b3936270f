import ArgumentParser
import CellFile
import NEURONBridge
import Reduction

/// How a cell is reduced.
struct ReductionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "folded, lumped or classic.",
      discussion: """
        folded is the cell's own tree with fewer compartments; lumped a cable for each stem, with its channels where \
        they count; classic what the published package does.
        """, valueName: "name"), completion: .list(["folded", "lumped", "classic"]))
  var method = "folded"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many compartments the reduced cell has, soma counted as one.",
      discussion: """
        The axon and branch points without membrane are not counted. A number of 1 or less is a share of the \
        dendrites' segments that is not gone below; -1, as if not given, for one in each 0.1 space constants.
        """,
      valueName: "count"))
  var segments: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The smallest folded cell that is expected to lose no more than this at the soma.",
      valueName: "mV"))
  var tolerance: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The mean rate of the events of each NetCon; as NetStims and the table have it if not given.",
      valueName: "Hz"))
  var rates: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("At which frequency impedances are kept.", valueName: "Hz"))
  var frequency = 0.0

  @Option(
    help: ArgumentHelp("Which synapses become one: exact, published or none.", valueName: "policy"))
  var merge = Merge.exact

  @Option(
    name: .customLong("leak"),
    help: ArgumentHelp(
      "What of a mechanism is the leak: Mechanism,conductance,reversal. May be repeated; found out if not given.",
      valueName: "names"))
  var leaks: [String] = []

  @Option(
    name: .customLong("sites"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A place that stays a compartment of its own, with all on its way to the soma. May be repeated.",
      discussion:
        "For folded: where you record, stimulate or have clusters of synapses, such as 'apic[36](0.9)'; a section alone for all of its segments.",
      valueName: "section(x)"), transform: NamedSite.init)
  var sites: [NamedSite] = []

  @Option(
    name: .customLong("roots"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A section that is collapsed with all beyond it; all else stays. May be repeated; all dendrites if not given.",
      valueName: "section"))
  var roots: [String] = []

  @Option(
    name: .customLong("keep"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A section that stays, with all on its way to the soma. May be repeated.",
      valueName: "section"))
  var keep: [String] = []

  @Option(
    help: ArgumentHelp(
      "What becomes of dendritic spines: folded, kept or collapsed.",
      discussion:
        "folded, each with the segment it hangs on, for the methods folded and lumped; else collapsed, as branches are.",
      valueName: "treatment"))
  var spines: Spines?

  /// One that was given, of those that say how a cell is reduced; nil for none.
  var given: String? {
    let all = [
      ("--method", method != "folded"), ("--segments", segments != nil),
      ("--tolerance", tolerance != nil), ("--rates", rates != nil), ("--frequency", frequency != 0),
      ("--merge", merge != .exact), ("--leak", !leaks.isEmpty), ("--sites", !sites.isEmpty),
      ("--roots", !roots.isEmpty), ("--keep", !keep.isEmpty), ("--spines", spines != nil),
    ]
    return all.first(where: \.1)?.0
  }

  enum Spines: String, ExpressibleByArgument, CaseIterable { case folded, kept, collapsed }

  /// Which of the cell's dendrites are collapsed.
  func scope(for method: Method, _ parts: NamedParts) -> ReductionScope {
    let treatment: SpineTreatment =
      switch spines ?? (method.changesWeights ? .folded : .collapsed) {
      case .folded: .folded(nil)
      case .kept: .kept(nil)
      case .collapsed: .collapsed
      }
    return ReductionScope(roots: parts.roots, kept: parts.kept, spines: treatment)
  }

  /// What is asked of a reduction.
  ///
  /// - Throws: `ReductionError` where a number has no meaning.
  func settings(
    for method: Method, mergePolicy: MergePolicy, _ parts: NamedParts,
    drive: SynapticDrive = SynapticDrive()
  ) throws(ReductionError) -> ReductionSettings {
    try ReductionSettings(
      method: method, frequency: frequency, segmentCount: segmentCount, mergePolicy: mergePolicy,
      drive: drive, sites: parts.sites, scope: scope(for: method, parts))
  }

  enum Merge: String, ExpressibleByArgument, CaseIterable { case exact, published, none }

  func validate() throws {
    do {
      let chosen = try Method(name: method)
      if tolerance != nil, chosen != .folded {
        throw ValidationError("--tolerance is for --method folded.")
      }
      if let segments { _ = try SegmentCount(manualTotal: segments) }
      let somewhere = sites.prefix(1).map { _ in ReductionSite(section: 0, position: 0.5) }
      _ = try settings(
        for: chosen, mergePolicy: policy, NamedParts(sites: somewhere, roots: nil, kept: []))
    } catch let error as ReductionError {
      throw ValidationError("\(error)")
    }
    if let tolerance {
      guard segments == nil else {
        throw ValidationError("--tolerance and --segments exclude each other.")
      }
      guard tolerance > 0, tolerance.isFinite else {
        throw ValidationError("--tolerance is a loss in mV, greater than 0.")
      }
    }
    if let rates, !(0...1e6).contains(rates) {
      throw ValidationError("--rates is a rate in Hz, 0 or greater and at most 1e6.")
    }
    for leak in leaks {
      let names = leak.split(separator: ",", omittingEmptySubsequences: false)
      guard 2...3 ~= names.count, names.allSatisfy({ FileValue.isName(String($0)) }) else {
        throw ValidationError(
          "--leak is '\(leak)'; expected Mechanism,conductance,reversal, or the first two.")
      }
    }
  }

  var segmentCount: SegmentCount {
    get throws(ReductionError) {
      if let tolerance { return .expectedLoss(atMost: tolerance) }
      return try segments.map { number throws(ReductionError) in
        try SegmentCount(manualTotal: number)
      } ?? .automatic
    }
  }

  var policy: MergePolicy {
    switch merge {
    case .exact: .exact
    case .published: .published
    case .none: .none
    }
  }

  var namedLeaks: [NamedLeak]? {
    guard !leaks.isEmpty else { return nil }
    return leaks.map { leak in
      let names = leak.split(separator: ",").map(String.init)
      return NamedLeak(
        mechanism: names[0], conductance: names[1], reversal: names.count > 2 ? names[2] : nil,
        factor: nil)
    }
  }

  /// As files of kept cells have them.
  func json(_ parts: NamedParts) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("frequency", Self.plain(frequency)), .init("segments", Self.plain(segments ?? -1)),
    ]
    if let rates { members.append(.init("rates", Self.plain(rates))) }
    if merge != .exact {
      members.append(.init("merge", merge == .none ? .truth(false) : .text(merge.rawValue)))
    }
    if !leaks.isEmpty {
      members.append(
        .init(
          "leak", .list(leaks.map { .list($0.split(separator: ",").map { .text(String($0)) }) })))
    }
    if let tolerance { members.append(.init("tolerance", JSONValue(tolerance))) }
    members += parts.json
    if let spines { members.append(.init("spines", .text(spines.rawValue))) }
    return .object(members)
  }

  private static func plain(_ number: Double) -> JSONValue {
    Int(exactly: number).map { .integer($0) } ?? JSONValue(number)
  }
}

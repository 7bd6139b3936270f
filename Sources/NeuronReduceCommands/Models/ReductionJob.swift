import CNEURONHost
import CellFile
import CellModel
import NEURONBridge
import NEURONSession
import Reduction
import ResponseMeasuring

/// One reduction from a model to a `LiveReduction`; the session is as it was.
struct ReductionJob {
  let model: LoadedModel
  let options: ReductionOptions
  private let parts: NamedParts
  let live: LiveReduction
  /// By section of the original its 3D points, x, y, z and diameter in µm, as long as it is there.
  private let points: [[[Double]]]
  private let segments: OriginalSegments
  /// What was not found out, one sentence each.
  let notes: [String]

  init(_ model: LoadedModel, _ options: ReductionOptions, _ progress: Progress) throws {
    self.model = model
    self.options = options
    var cell = try LiveCell(model.references())
    if let leaks = options.namedLeaks {
      try cell.setLeaks(leaks)
    } else {
      try LeakMeasurement(of: cell).settle(&cell)
    }
    let method = try Method(name: options.method)
    parts = try NamedParts(options, on: cell.model)
    // What has no meaning for this cell is said before synapses are measured.
    _ = try cell.stems(of: options.scope(for: method, parts))
    var measured: MeasuredDrive?
    if cell.listedCount > 0 {
      progress.say("Measuring how \(cell.listedCount) synapses respond")
      measured = try Self.drive(of: cell, method, options, parts, rates: model.rates)
    }
    progress.say("Reducing by \(method.name)")
    live = try LiveReduction(
      of: cell,
      settings: try options.settings(
        for: method, mergePolicy: options.policy, parts,
        drive: measured?.drive ?? SynapticDrive()))
    notes = measured?.notes ?? []
    segments = try OriginalSegments(of: cell, soma: model.soma())
    let neuron = cell.neuron
    points = try cell.sections.map { section in
      try neuron.points(of: section, atLeast: 1).map(\.coordinates)
    }
  }

  private static func drive(
    of cell: LiveCell, _ method: Method, _ options: ReductionOptions, _ parts: NamedParts,
    rates: [Double?]?
  ) throws -> MeasuredDrive? {
    guard method.changesWeights || options.policy != .none else { return nil }
    let stated = rates ?? []
    return try MeasuredDrive(
      for: method, of: cell,
      rates: cell.listedRates.enumerated().map { index, rate in
        options.rates ?? rate ?? (stated.indices.contains(index) ? stated[index] : nil)
      }, stating: "; --rates, or a rate in the table, states them",
      trial: options.settings(for: method, mergePolicy: .published, parts))
  }

  /// What of the reduction a user should know, one sentence each.
  private func notes(with others: [String]) -> [String] {
    live.reduction.notes(listed: live.cell.listedCount, of: live.cell.model) + others + notes
  }

  /// Builds the reduced cell in the place of the original, and describes it.
  func built() throws -> ReducedInPlace { try ReducedInPlace(live, in: model.session) }

  /// Where a place of the original goes: the index of a section of the reduced cell, and where on it.
  ///
  /// - Returns: nil for what is none of the cell's.
  func place(
    _ section: SectionReference, _ position: Double
  ) -> (section: Int, position: Double)? {
    guard let index = live.cell.sections.firstIndex(of: section) else { return nil }
    let points = live.reduction.segmentMap.points[index]
    guard !points.isEmpty else {
      return live.reduction.places.kept[index].map { ($0, position) }
    }
    let point = points[Section.segmentIndex(at: position, segmentCount: points.count)]
    return (live.reduction.places.cables[point.segment.cable], point.relativePosition)
  }

  /// What the reduction did.
  func record(_ built: ReducedInPlace) throws -> ReductionRecord {
    ReductionRecord(
      reduction: live.reduction, cell: live.cell.model, listedCount: live.cell.listedCount,
      settings: options.json(parts), versions: try versions, points: points,
      notes: notes(with: built.notes))
  }

  private var versions: [Named<String>] {
    get throws {
      [
        Named("neuron-reduce-swift", String(cString: neuron_reduce_version())),
        Named("NEURON", try model.session.version()),
      ]
    }
  }

  /// The reduced cell as a value.
  func kept(_ built: ReducedInPlace) throws -> KeptCell {
    let (cell, reduction) = (live.cell, live.reduction)
    let describer = try CellDescriber(
      model.session, named: cell.model.name, sections: built.sections, somatic: built.somatic,
      apical: built.apical, axonal: built.axonal,
      processes: reduction.survivors.map { cell.synapses[$0] })
    var kept = try describer.describe(
      survivors: live.survivors.map { cell.synapses[$0] }, netCons: model.netCons)
    kept.versions = try versions
    kept.record = try record(built).json
    kept.method = options.method
    kept.somaIsList = model.cell.hasSomaList
    kept.settings = options.json(parts)
    var counts: [String: Int] = [:]
    for section in cell.model.sections { counts[section.name, default: 0] += 1 }
    let places = reduction.places
    kept.originalSections = cell.model.sections.enumerated().compactMap { index, section in
      guard counts[section.name] == 1 else { return nil }
      return places.kept[index].map { Named(section.name, $0) }
    }
    kept.segmentMap = reduction.segmentMap.points.enumerated().flatMap { index, points in
      points.enumerated().map { segment, point in
        let section = cell.model.sections[index]
        return KeptCell.MappedSegment(
          section: section.name, position: section.center(ofSegment: segment),
          target: places.cables[point.segment.cable], targetPosition: point.relativePosition)
      }
    }
    kept.originalSegments = segments.json(reduction)
    return kept
  }
}

import CNeuronReduce
import CellModel
import NEURONBridge
import Reduction

/// A finished reduction with what C callers read of it, in memory that lives as long as this object.
final class ReductionResult {
  let survivors: CArray<Int64>
  let cables: [nr_cable]
  private let cableTexts: CableTexts
  let segmentMap: CArray<nr_mapped_segment>
  /// For each site its index in the segment map, -1 for one that stays.
  let siteSegments: CArray<Int64>
  let sectionNames: CStrings
  private(set) var stages: [(name: CStrings, seconds: Double)] = []
  /// What was done in detail.
  private(set) lazy var record = ReductionRecord(
    original, listedCount: listedCount, reduction, notesOfBuilding: notes)
  private(set) lazy var inexactMerges = reduction.inexactMerges(of: original).map { merge in
    nr_inexact_merge(
      mechanism: texts.address(of: merge.mechanism),
      is_known: merge.obstacle == .notSuperposing ? 1 : 0, count: Int64(merge.count))
  }
  private(set) lazy var keptSections = CArray(
    reduction.origins.map { origin -> Int64 in
      switch origin {
      case .kept(let section): Int64(section)
      case .cable: -1
      }
    })
  private(set) lazy var processPlaces = CArray(
    reduction.pointProcessFates.map { fate in
      let process = reduction.reduced.pointProcesses[
        reduction.survivorIndices[fate.representative]]
      return nr_process_place(
        representative: Int64(fate.representative), section: Int64(process.section),
        position: process.position)
    })
  private(set) lazy var connections = CArray(
    reduction.reduced.connections.map { connection in
      var place: (section: Int?, position: Double?)
      if case .crossing(let section, let position) = connection.source {
        place = (section, position)
      }
      return nr_reduced_connection(
        target: Int64(reduction.survivors[connection.target]),
        weight: connection.weights.first ?? .nan, source_section: Int64(place.section ?? -1),
        source_position: place.position ?? .nan)
    })
  private let texts = TextPool()
  /// What refers to the dendrites and cannot follow, as far as C callers were told.
  private(set) var losses = CStrings([])
  private var told: [String] = []
  private var notes: [String] = []
  private let original: CellModel
  private let listedCount: Int
  private let reduction: Reduction
  /// Until the reduced cell is built.
  private var live: LiveReduction?

  init(_ value: LiveReduction, secondsOfReading: Double) {
    live = value
    original = value.cell.model
    listedCount = value.cell.listedCount
    reduction = value.reduction
    survivors = CArray(value.survivors.map(Int64.init))
    let named = CableTexts(original, reduction)
    cableTexts = named
    cables = value.reduction.cables.enumerated().map { index, cable in
      nr_cable(
        is_apical: cable.role == .apical ? 1 : 0, segment_count: Int32(cable.segmentCount),
        length: cable.shape.length, diameter: cable.shape.diameter,
        electrotonic_length: cable.shape.electrotonicLength, name: named.names[index],
        stem: named.stems[index], parent: named.parents[index],
        is_on_original: cable.isOnOriginal ? 1 : 0)
    }
    var map: [nr_mapped_segment] = []
    var names: [String] = []
    var firsts: [Int: Int] = [:]
    for (sectionIndex, points) in value.reduction.segmentMap.points.enumerated()
    where !points.isEmpty {
      let section = original.sections[sectionIndex]
      firsts[sectionIndex] = map.count
      names.append(section.name)
      for (index, point) in points.enumerated() {
        map.append(
          nr_mapped_segment(
            section: Int64(names.count - 1),
            position: section.center(ofSegment: index),
            cable: Int64(point.segment.cable), cable_position: point.relativePosition))
      }
    }
    segmentMap = CArray(map)
    siteSegments = CArray(Self.siteSegments(of: value, firsts: firsts))
    sectionNames = CStrings(names)
    add([("read", secondsOfReading)] + value.stageSeconds)
  }

  /// - Parameter firsts: by section, where it begins in the segment map.
  private static func siteSegments(of value: LiveReduction, firsts: [Int: Int]) -> [Int64] {
    let replacement = value.reduction.replacement
    return value.reduction.settings.sites.map { site in
      guard replacement.contains(site.section),
        let place = replacement.segment(
          at: site.position, ofSection: site.section, in: value.cell.model),
        let first = firsts[place.section]
      else { return -1 }
      return Int64(first + place.segment)
    }
  }

  /// Builds the reduced cell, once, and not before the caller was told of its losses.
  ///
  /// - Returns: whether it is built.
  func build(_ building: Building) throws(BridgeError) -> Bool {
    guard let live else { return true }
    switch try live.build(building, told: told) {
    case .nothing(let untold):
      told = untold
      losses = CStrings(untold)
      return false
    case .cell(let notes, let stageSeconds):
      self.live = nil
      self.notes = notes
      add(stageSeconds)
      return true
    }
  }

  /// Builds the reduced cell's sections beside the original, as often as asked.
  func buildBeside(_ building: Building) throws(BridgeError) {
    guard let live, case .cell(let notes, let stageSeconds) = try live.buildBeside(building)
    else { return }
    self.notes = notes
    add(stageSeconds)
  }

  private func add(_ seconds: [(name: String, seconds: Double)]) {
    stages += seconds.map { (CStrings([$0.name]), $0.seconds) }
  }
}

/// The names that belong to a reduction's cables.
private struct CableTexts {
  let names, stems, parents: CStrings

  init(_ original: CellModel, _ reduction: Reduction) {
    var names = [String](repeating: "", count: reduction.cables.count)
    var parents = names
    for (origin, section) in zip(reduction.origins, reduction.reduced.sections) {
      guard case .cable(let index) = origin else { continue }
      names[index] = section.name
      parents[index] = section.attachment.map { reduction.reduced.sections[$0.parent].name } ?? ""
    }
    self.names = CStrings(names)
    self.parents = CStrings(parents)
    stems = CStrings(reduction.cables.map { original.sections[$0.stem].name })
  }
}

extension Building {
  init(_ building: nr_building) {
    self.init(
      template: ReducedTemplate(name: String(cString: building.template_name)),
      instance: OpaquePointer(building.instance),
      instanceName: String(cString: building.instance_name),
      lists: SectionLists(
        all: OpaquePointer(building.all_sections),
        somatic: OpaquePointer(building.somatic_sections),
        apical: OpaquePointer(building.apical_sections),
        basal: OpaquePointer(building.basal_sections),
        axonal: OpaquePointer(building.axonal_sections)), isNamed: building.is_named != 0)
  }
}

import CNeuronReduce
import NEURONBridge
import Reduction

/// A finished reduction with what C callers read of it, in memory that lives as long as this object.
final class ReductionResult {
  let survivors: CArray<Int64>
  let cables: [nr_cable]
  private let cableTexts: CableTexts
  let segmentMap: CArray<nr_mapped_segment>
  let sectionNames: CStrings
  let losses: CStrings
  private(set) var stages: [(name: CStrings, seconds: Double)]
  /// What was done in detail, where that was asked for.
  let record: ReductionRecord?
  private var remains: Remains?

  init(_ value: LiveReduction, record: ReductionRecord? = nil) {
    self.record = record
    survivors = CArray(value.survivors.map(Int64.init))
    let named = CableTexts(value)
    cableTexts = named
    cables = value.reduction.cables.enumerated().map { index, cable in
      nr_cable(
        is_apical: cable.role == .apical ? 1 : 0, segment_count: Int32(cable.segmentCount),
        length: cable.shape.length, diameter: cable.shape.diameter,
        electrotonic_length: cable.shape.electrotonicLength, name: named.names[index],
        stem: named.stems[index], parent: named.parents[index])
    }
    var map: [nr_mapped_segment] = []
    var names: [String] = []
    for (section, points) in zip(value.original.sections, value.reduction.segmentMap.points)
    where !points.isEmpty {
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
    sectionNames = CStrings(names)
    losses = CStrings(value.losses)
    stages = value.stageSeconds.map { (CStrings([$0.name]), $0.seconds) }
    remains = value.remains
  }

  /// Deletes the original's dendrites, once.
  func deleteOriginal() {
    guard let seconds = remains?.delete() else { return }
    remains = nil
    stages.append((CStrings(["delete"]), seconds))
  }
}

/// The names that belong to a reduction's cables.
private struct CableTexts {
  let names, stems, parents: CStrings

  init(_ value: LiveReduction) {
    let reduction = value.reduction
    var names = [String](repeating: "", count: reduction.cables.count)
    var parents = names
    for (origin, section) in zip(reduction.origins, reduction.reduced.sections) {
      guard case .cable(let index) = origin else { continue }
      names[index] = section.name
      parents[index] = section.attachment.map { reduction.reduced.sections[$0.parent].name } ?? ""
    }
    self.names = CStrings(names)
    self.parents = CStrings(parents)
    stems = CStrings(reduction.cables.map { value.original.sections[$0.stem].name })
  }
}

/// An array at an address that C can keep.
final class CArray<Element> {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: max(count, 1))
    base.initialize(from: elements, count: count)
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }
}

extension Array {
  /// nil past the last element.
  func element(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

/// Texts at addresses that C can keep.
final class CStrings {
  private let texts: [CArray<CChar>]

  init(_ texts: [String]) { self.texts = texts.map { CArray($0.utf8CString.map { $0 }) } }

  /// nil past the last text.
  subscript(index: Int) -> UnsafePointer<CChar>? {
    texts.indices.contains(index) ? UnsafePointer(texts[index].base) : nil
  }
}

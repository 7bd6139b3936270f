import NEURONBridge
import Reduction

/// A finished reduction with what C callers read of it, in memory that lives as long as this object.
final class ReductionResult {
  let value: LiveReduction
  let survivors: CArray<Int64>
  /// As `nr_reduction_segment_map` describes it.
  let segmentMap: CArray<Int64>
  let sectionNames: CStrings
  let stageNames: CStrings

  init(_ value: LiveReduction) {
    self.value = value
    survivors = CArray(value.reduction.survivors.map(Int64.init))
    var map: [Int64] = []
    var names: [String] = []
    for (section, targets) in zip(value.original.sections, value.reduction.segmentMap.segments)
    where !targets.isEmpty {
      names.append(section.name)
      map.append(Int64(targets.count))
      for target in targets { map += [Int64(target.cable), Int64(target.segment)] }
    }
    segmentMap = CArray(map)
    sectionNames = CStrings(names)
    stageNames = CStrings(value.stageSeconds.map(\.name))
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

/// Texts at addresses that C can keep.
final class CStrings {
  private let texts: [CArray<CChar>]

  init(_ texts: [String]) { self.texts = texts.map { CArray($0.utf8CString.map { $0 }) } }

  /// nil past the last text.
  subscript(index: Int) -> UnsafePointer<CChar>? {
    texts.indices.contains(index) ? UnsafePointer(texts[index].base) : nil
  }
}

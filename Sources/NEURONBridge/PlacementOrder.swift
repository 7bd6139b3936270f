import CNEURON
import CellModel

/// In which order point processes were placed, of those at one place of a cell: that in which NEURON adds up their
/// currents, the last one first.
package struct PlacementOrder {
  private let internals: Internals
  private let next: Int32

  /// nil where NEURON's objects are not as they are known.
  package init?(_ neuron: NEURON) {
    guard let internals = Internals(neuron),
      let next = LayoutTest.result(internals).nextProperty
    else { return nil }
    self.internals = internals
    self.next = next
  }

  /// Indices of point processes section by section, and along each by place; those of one place as they were placed.
  ///
  /// - Parameters:
  ///   - processes: that are placed; those on none of the sections are left out.
  ///   - sections: in the order that is wanted.
  package func indices(
    of processes: [ObjectReference], along sections: [SectionReference]
  ) -> [Int] {
    var ofNodes: [OpaquePointer: [(index: Int, property: OpaquePointer)]] = [:]
    for (index, process) in processes.enumerated() {
      guard let point = internals.functions.point_process(process),
        let node = neuron_point_process_node(point),
        let property = neuron_point_process_property(point)
      else { continue }
      ofNodes[node, default: []].append((index, property))
    }
    var found: [Int] = []
    for section in sections {
      for node in nodes(of: section) {
        guard let own = ofNodes.removeValue(forKey: node) else { continue }
        let depths = depths(of: own.map(\.property))
        found += own.indices.sorted { depths[$0] < depths[$1] }.map { own[$0].index }
      }
    }
    return found
  }

  /// What has a section's ends and segments, from its end 0 on: an end may be another section's.
  private func nodes(of section: SectionReference) -> [OpaquePointer] {
    // By position: NEURON numbers the nodes of a section that is attached by its end 1 from there.
    let count = Int(internals.neuron.api.segment_count(section))
    let centers = (0..<count).map { Section.center(ofSegment: $0, segmentCount: count) }
    return ([0] + centers + [1]).compactMap { internals.functions.node(section, $0) }
  }

  /// How many properties come after some of a node's in its list, to whose beginning new ones are added.
  private func depths(of properties: [OpaquePointer]) -> [Int] {
    var known: [OpaquePointer: Int] = [:]
    return properties.map { property in
      var way: [OpaquePointer] = []
      var left: OpaquePointer? = property
      var depth = -1
      while let each = left {
        if let found = known[each] {
          depth = found
          break
        }
        way.append(each)
        left = neuron_property_next(each, next)
      }
      for each in way.reversed() {
        depth += 1
        known[each] = depth
      }
      return known[property] ?? 0
    }
  }
}

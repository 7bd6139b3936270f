import CellModel
import Mechanisms

/// GLOBALs that instances set, each to its own, and others read: what NEURON's last instance left.
extension ProgramEmitter {
  /// By mechanism; without those of which it is not certain.
  static func carriedGlobals(
    _ mechanisms: [Mechanism?], _ settings: ProgramSettings
  ) -> [Int: Set<Variable>] {
    var found: [Int: Set<Variable>] = [:]
    for (index, mechanism) in mechanisms.enumerated() {
      // The last one may be another cell's.
      guard let mechanism, let elsewhere = settings.elsewhere, !elsewhere.contains(mechanism.name),
        let globals = InstancePlan.carriedGlobals(of: mechanism), !globals.isEmpty
      else { continue }
      found[index] = globals
    }
    return found
  }

  /// By section: where NEURON has it. Children come after all sections that are as far from the root.
  var ranksOfSections: [Int] {
    var children = [[Int]](repeating: [], count: cell.sections.count)
    var order: [Int] = []
    for (index, section) in cell.sections.enumerated() {
      if let parent = section.attachment?.parent {
        children[parent].append(index)
      } else {
        order.append(index)
      }
    }
    var next = 0
    while next < order.count {
      order += children[order[next]]
      next += 1
    }
    var ranks = [Int](repeating: 0, count: cell.sections.count)
    for (rank, section) in order.enumerated() { ranks[section] = rank }
    return ranks
  }

  /// The values of the first instance of a mechanism that NEURON has; nil where it may be another cell's.
  func firstValues(of mechanism: Int) -> [Double]? {
    let kind = cell.mechanisms[mechanism]
    guard mechanisms[mechanism]?.tables.isEmpty == false, let elsewhere = settings.elsewhere,
      !elsewhere.contains(kind.name)
    else { return nil }
    let ranks = ranksOfSections
    let having = cell.sections.indices.filter { section in
      cell.sections[section].insertions.contains { $0.mechanism == mechanism }
    }
    guard let first = having.min(by: { ranks[$0] < ranks[$1] }) else { return nil }
    let section = cell.sections[first]
    let segment = section.proximalEnd == 0 ? 0 : section.segments.count - 1
    return section.values(ofMechanism: mechanism, segment: segment)
  }

  /// After a pass: what the last instance left is everybody's.
  func lastOnes(_ parts: Parts) -> [String] {
    if carried.isEmpty { return [] }
    let ranks = ranksOfSections
    var lines: [String] = []
    for (mechanism, globals) in carried.sorted(by: { $0.key < $1.key }) {
      guard let source = mechanisms[mechanism] else { continue }
      let block = parts == .initial ? source.initial : source.advance
      let assigned = block.effects(source.tables).mayAssign
      guard parts == .initial || parts == .advance else { continue }
      var last: (rank: (Int, Int), set: Int, place: Int)?
      for (set, nodes) in layout.sets.enumerated() where sets[set].instances[mechanism] != nil {
        for (place, segment) in nodes.segments.enumerated() {
          guard let segment else { continue }
          let section = cell.sections[segment.section]
          // Segments come from the end at the root on.
          let rank = (
            ranks[segment.section],
            section.proximalEnd == 0 ? segment.segment : -segment.segment
          )
          if last.map({ $0.rank < rank }) ?? true { last = (rank, set, place) }
        }
      }
      guard let last, let plan = sets[last.set].instances[mechanism] else { continue }
      for case .global(let global) in globals where assigned.contains(.global(global)) {
        guard case .carried(let array, _) = plan.globals[global] else { continue }
        for set in sets {
          guard case .carried(_, let value) = set.instances[mechanism]?.globals[global] else {
            continue
          }
          lines.append("  M[NR_AT(\(value))] = M[NR_AT(\(array + last.place))];")
        }
      }
    }
    return lines
  }
}

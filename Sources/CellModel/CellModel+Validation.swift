extension CellModel {
  /// Checks that the parts of this value fit together, so that whoever works with it may follow any
  /// index and find any value. What the values are (a diameter of 0, a weight that is not a number) is
  /// for those to judge who need them.
  ///
  /// The sections are one tree: the first is its root, every other one is attached to an earlier one,
  /// at a position from 0 to 1, by its end 0 or 1. A leak is a value of one of the mechanisms. A section has 1 to
  /// `Section.segmentLimit` segments and each mechanism once, with values for all segments and parameters. A point process has a kind,
  /// a section, a position from 0 to 1 and its kind's values; a connection has a target, and its source is on
  /// one of the sections or on none.
  ///
  /// - Throws: `CellModelError`, for the first fault that is found.
  package func validate() throws(CellModelError) {
    let valueCounts = mechanisms.map(\.valueCount)
    var lastSection = [Int](repeating: -1, count: mechanisms.count)
    for (index, section) in sections.enumerated() {
      try check(attachmentOf: section, index)
      guard (1...Section.segmentLimit).contains(section.segments.count) else {
        throw .segmentCount(
          section: section.name, count: section.segments.count, limit: Section.segmentLimit)
      }
      for insertion in section.insertions {
        let mechanism = insertion.mechanism
        guard mechanisms.indices.contains(mechanism) else {
          throw .mechanism(section: section.name, index: mechanism, known: mechanisms.count)
        }
        guard lastSection[mechanism] != index else {
          throw .repeatedMechanism(section: section.name, mechanism: mechanisms[mechanism].name)
        }
        lastSection[mechanism] = index
        try check(valuesOf: insertion, valueCounts[mechanism], in: section)
      }
    }
    try check(leaksOf: valueCounts)
    try checkPointProcesses()
    for (index, connection) in connections.enumerated() {
      guard pointProcesses.indices.contains(connection.target) else {
        throw .connectionTarget(
          connection: index, index: connection.target, known: pointProcesses.count)
      }
      if case .crossing(let section?, _) = connection.source, !sections.indices.contains(section) {
        throw .connectionSource(connection: index, index: section, known: sections.count)
      }
    }
  }

  private func check(attachmentOf section: Section, _ index: Int) throws(CellModelError) {
    guard let attachment = section.attachment else {
      guard index == 0 else {
        throw .unconnected(section: section.name, root: sections[0].name)
      }
      return
    }
    guard (0..<index).contains(attachment.parent) else {
      throw .parent(section: section.name, index: index, parent: attachment.parent)
    }
    guard (0...1).contains(attachment.position) else {
      throw .attachmentPosition(section: section.name, value: attachment.position)
    }
    guard attachment.ownEnd == 0 || attachment.ownEnd == 1 else {
      throw .attachedEnd(section: section.name, value: attachment.ownEnd)
    }
  }

  private func check(
    valuesOf insertion: Section.Insertion, _ expected: Int, in section: Section
  ) throws(CellModelError) {
    guard insertion.values.count == section.segments.count else {
      throw .segmentValues(
        section: section.name, mechanism: mechanisms[insertion.mechanism].name,
        count: insertion.values.count, segments: section.segments.count)
    }
    for (segment, values) in insertion.values.enumerated() where values.count != expected {
      throw .parameterValues(
        section: section.name, segment: segment,
        mechanism: mechanisms[insertion.mechanism].name, count: values.count, expected: expected)
    }
  }

  private func check(leaksOf valueCounts: [Int]) throws(CellModelError) {
    for (index, leak) in leaks.enumerated() {
      guard mechanisms.indices.contains(leak.mechanism) else {
        throw .leakMechanism(leak: index, index: leak.mechanism, known: mechanisms.count)
      }
      let known = valueCounts[leak.mechanism]
      for value in [leak.conductance, leak.reversal ?? 0] where !(0..<known).contains(value) {
        throw .leakValue(
          leak: index, mechanism: mechanisms[leak.mechanism].name, index: value, known: known)
      }
    }
  }

  private func checkPointProcesses() throws(CellModelError) {
    let valueCounts = pointProcessKinds.map(\.valueCount)
    for (index, process) in pointProcesses.enumerated() {
      guard pointProcessKinds.indices.contains(process.kind) else {
        throw .pointProcessKind(
          pointProcess: index, index: process.kind, known: pointProcessKinds.count)
      }
      let expected = valueCounts[process.kind]
      guard process.values.count == expected else {
        throw .pointProcessValues(
          pointProcess: index, kind: pointProcessKinds[process.kind].name,
          count: process.values.count, expected: expected)
      }
      guard sections.indices.contains(process.section) else {
        throw .pointProcessSection(
          pointProcess: index, kind: pointProcessKinds[process.kind].name, index: process.section,
          known: sections.count)
      }
      guard (0...1).contains(process.position) else {
        throw .pointProcessPosition(
          pointProcess: index, kind: pointProcessKinds[process.kind].name,
          section: sections[process.section].name, value: process.position)
      }
    }
  }
}

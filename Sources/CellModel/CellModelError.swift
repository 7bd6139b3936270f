/// What is wrong with the structure of a cell's value. Indices are those of the cell's arrays.
package enum CellModelError: Error, Equatable {
  /// A second section that is attached to nothing.
  case unconnected(section: String, root: String)
  case parent(section: String, index: Int, parent: Int)
  case attachmentPosition(section: String, value: Double)
  case attachedEnd(section: String, value: Double)
  case segmentCount(section: String, count: Int, limit: Int)
  case mechanism(section: String, index: Int, known: Int)
  case repeatedMechanism(section: String, mechanism: String)
  case segmentValues(section: String, mechanism: String, count: Int, segments: Int)
  case parameterValues(
    section: String, segment: Int, mechanism: String, count: Int, expected: Int)
  /// A number that a section's compartments cannot have.
  case property(section: String, name: String, value: Double, expected: String)
  /// A section between soma and root that would have to begin where it has a child inside.
  case turning(section: String, position: Double, child: String, soma: String)
  case leakMechanism(leak: Int, index: Int, known: Int)
  case leakValue(leak: Int, mechanism: String, index: Int, known: Int)
  case pointProcessKind(pointProcess: Int, index: Int, known: Int)
  case pointProcessSection(pointProcess: Int, kind: String, index: Int, known: Int)
  case pointProcessPosition(pointProcess: Int, kind: String, section: String, value: Double)
  case pointProcessValues(pointProcess: Int, kind: String, count: Int, expected: Int)
  case connectionTarget(connection: Int, index: Int, known: Int)
  case connectionSource(connection: Int, index: Int, known: Int)
}

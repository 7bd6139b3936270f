/// A synapse, or another mechanism that sits at one point.
package struct PointProcess: Sendable, Codable, Equatable {
  /// Index into the cell's `pointProcessKinds`.
  package var kind: Int
  /// Index of its section.
  package var section: Int
  /// Its position on the section, 0 to 1; the centre of a segment or an end of the section.
  package var position: Double
  /// Its parameters' values, in the order of its kind's `parameters`.
  package var values: [Double]
  /// Whether one of several equal ones may stand for all: not where each acts by itself, as two
  /// current clamps do.
  package var mayMerge: Bool

  package init(
    kind: Int, section: Int, position: Double, values: [Double], mayMerge: Bool = true
  ) {
    self.kind = kind
    self.section = section
    self.position = position
    self.values = values
    self.mayMerge = mayMerge
  }
}

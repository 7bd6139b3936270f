/// A conductance of a mechanism that is there at rest and depends on nothing: what a passive membrane's
/// resistance is made of.
package struct Leak: Sendable, Codable, Equatable {
  /// Index into the cell's `mechanisms`.
  package var mechanism: Int
  /// Which of an instance's values is the conductance per area.
  package var conductance: Int
  /// What that value is multiplied by to be in S/cm².
  package var factor: Double
  /// Which of an instance's values is the reversal potential; nil where none of its own is.
  package var reversal: Int?

  package init(mechanism: Int, conductance: Int, factor: Double = 1, reversal: Int? = nil) {
    self.mechanism = mechanism
    self.conductance = conductance
    self.factor = factor
    self.reversal = reversal
  }
}

extension Leak {
  /// That of `pas`, where a cell has it: i = g_pas · (v − e_pas).
  package static func passive(among mechanisms: [MechanismKind]) -> Leak? {
    mechanisms.firstIndex { $0.name == MechanismKind.passiveLeakName && $0.valueCount > 0 }.map {
      Leak(mechanism: $0, conductance: 0, reversal: mechanisms[$0].valueCount > 1 ? 1 : nil)
    }
  }
}

extension CellModel {
  /// The conductance per area of all leaks in each segment of a section, in S/cm²; nil where the section
  /// has no leak.
  package func leakDensities(ofSection index: Int) -> [Double]? {
    var densities: [Double]?
    for leak in leaks {
      guard
        let insertion = sections[index].insertions.first(where: { $0.mechanism == leak.mechanism })
      else { continue }
      let added = insertion.values.map { $0[leak.conductance] * leak.factor }
      densities = densities.map { zip($0, added).map(+) } ?? added
    }
    return densities
  }

  /// The conductance per area of all leaks in a segment, in S/cm²; nil where its section has none.
  package func leakDensity(ofSection section: Int, segment: Int) -> Double? {
    leakDensities(ofSection: section)?[segment]
  }
}

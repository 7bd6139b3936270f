import CellModel
import Reduction

/// The main job, from a cell of the session to its reduced cell there.
package struct LiveReduction {
  package let original: CellModel
  package let reduction: Reduction
  /// The stages in their order, and the seconds each took.
  package let stageSeconds: [(name: String, seconds: Double)]

  /// Reads, reduces, and builds.
  ///
  /// - Parameters:
  ///   - references: the cell in the session.
  ///   - template: what the reduced cell is an instance of.
  ///   - list: a List object that the instance is appended to.
  /// - Throws: `BridgeError`; the session is then as it was.
  package static func perform(
    on references: LiveCellReferences, settings: ReductionSettings, template: ReducedTemplate,
    appendingTo list: ObjectReference
  ) throws(BridgeError) -> LiveReduction {
    var clock = StageClock()
    let neuron = try NEURON()
    let cell = try CellReader(neuron, references).read()
    clock.end("read")

    let reduction: Reduction
    do {
      reduction = try ClassicReduction.reduce(cell.model, settings: settings) { stage in
        clock.end(stage.rawValue)
      }
    } catch {
      throw .reduction(error)
    }

    let builder = ReducedCellBuilder(neuron, original: cell, reduction: reduction)
    try builder.build(in: template, appendingTo: list)
    clock.end("build")
    return LiveReduction(
      original: cell.model, reduction: reduction, stageSeconds: clock.stages)
  }
}

import CellModel
import Reduction

/// The main job, from a cell of the session to its reduced cell there.
///
/// The original's dendrites are still there when it is made: whoever has taken what is needed of it
/// deletes them by `remains`.
package struct LiveReduction {
  package let original: CellModel
  /// How many of the original's point processes, the first ones, the caller listed.
  package let listedCount: Int
  package let reduction: Reduction
  /// Those of the listed synapses that remain, as indices of the caller's list.
  package let survivors: [Int]
  /// What referred to the dendrites and could not follow, one sentence each.
  package let losses: [String]
  /// What else became of what referred to them, one sentence each.
  package let notes: [String]
  /// The stages in their order, and the seconds each took.
  package let stageSeconds: [(name: String, seconds: Double)]
  /// What the reduced cell replaces, to be deleted.
  package let remains: Remains

  /// Reads a cell to find out whether it can be read; nothing is changed.
  ///
  /// - Throws: `BridgeError`, as `perform` would for what it reads.
  package static func check(_ references: LiveCellReferences) throws(BridgeError) {
    _ = try CellReader(NEURON(), references).read()
  }

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
      let settings = settings.withRates(of: cell.listedConnections)
      reduction = try settings.method.reduce(cell.model, settings: settings) { stage in
        clock.end(stage.rawValue)
      }
    } catch {
      throw .reduction(error)
    }

    let followers = try Followers(neuron, original: cell, reduction: reduction)
    clock.end("followers")
    let builder = ReducedCellBuilder(
      neuron, original: cell, reduction: reduction, followers: followers)
    try builder.build(in: template, appendingTo: list)
    clock.end("build")
    return LiveReduction(
      original: cell.model, listedCount: cell.listedCount, reduction: reduction,
      survivors: reduction.survivors.filter { $0 < cell.listedCount },
      losses: followers.losses, notes: followers.notes, stageSeconds: clock.stages,
      remains: Remains(neuron: neuron, sections: cell.dendrites))
  }
}

/// The original's dendrites, with the synapses that were merged into others still on them.
///
/// Deleting them is the one step that cannot be taken back. It is a step of its own because it frees
/// a great many small pieces of memory, which the next large allocation or release has to sort: the
/// values that were worked with are given back before.
package struct Remains {
  let neuron: NEURON
  let sections: [SectionReference]

  /// Deletes them.
  ///
  /// - Returns: the seconds it took.
  package func delete() -> Double {
    var clock = StageClock()
    for section in sections.reversed() { neuron.delete(section) }
    clock.end("delete")
    return clock.stages[0].seconds
  }
}

extension LiveCell {
  /// The sections that a reduction replaces.
  fileprivate var dendrites: [SectionReference] {
    zip(sections, model.sections).filter { $0.1.role.isDendritic }.map(\.0)
  }
}

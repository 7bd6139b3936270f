import CellModel
import Reduction

/// A cell of the session and its reduction, which is still a value: the cell is as it was until `build`.
package struct LiveReduction {
  package let cell: LiveCell
  package let reduction: Reduction
  /// The stages of the reduction in their order, and the seconds each took.
  package let stageSeconds: [(name: String, seconds: Double)]

  /// Reduces a cell that was read; nothing in the session is changed.
  ///
  /// - Throws: `BridgeError`, naming the section or parameter at fault.
  package init(of cell: LiveCell, settings: ReductionSettings) throws(BridgeError) {
    var clock = StageClock()
    do {
      let settings = settings.withRates(of: cell.listedConnections)
      reduction = try Reduction(of: cell.model, settings: settings) { stage in
        clock.end(stage.rawValue)
      }
    } catch {
      throw .reduction(error)
    }
    self.cell = cell
    stageSeconds = clock.stages
  }

  /// Those of the listed synapses that remain, as indices of the caller's list.
  package var survivors: [Int] { reduction.survivors.filter { $0 < cell.listedCount } }

  /// Builds the reduced cell in the session, moves synapses and NetCons to it, and deletes what it
  /// replaces.
  ///
  /// - Parameters:
  ///   - building: where the reduced cell is built.
  ///   - told: the losses that the caller knows of. Where there are others nothing is changed.
  /// - Throws: `BridgeError`; the session is then as it was.
  package func build(_ building: Building, told: [String]) throws(BridgeError) -> Built {
    var clock = StageClock()
    // Before anything is asked of a section that may be gone.
    try cell.checkThatSessionIsAsRead()
    // Read each time: what the caller did with the losses may have changed what there is.
    let followers = try Followers(cell.neuron, original: cell, reduction: reduction)
    guard followers.losses.allSatisfy(told.contains) else {
      return .nothing(untold: followers.losses)
    }
    clock.end("followers")
    let builder = ReducedCellBuilder(self, building, followers)
    try builder.build()
    clock.end("build")
    builder.deleteOriginal()
    clock.end("delete")
    return .cell(notes: followers.notes + followers.losses, stageSeconds: clock.stages)
  }

  /// Builds the reduced cell's sections beside the original, in which nothing is changed; point processes and
  /// NetCons are the caller's to make (`Copies`).
  ///
  /// - Throws: `BridgeError`; the session is then as it was.
  package func buildBeside(_ building: Building) throws(BridgeError) -> Built {
    var clock = StageClock()
    try cell.checkThatSessionIsAsRead()
    let builder = try BesideBuilder(self, building)
    try builder.build()
    clock.end("build")
    return .cell(notes: builder.notes, stageSeconds: clock.stages)
  }
}

/// What became of a reduced cell that was to be built.
package enum Built {
  /// It is there. What became of what referred to the dendrites, one sentence each; the stages of
  /// building in their order, and the seconds each took.
  case cell(notes: [String], stageSeconds: [(name: String, seconds: Double)])
  /// The session is as it was: what refers to the dendrites and cannot follow, one sentence each, is more
  /// than the caller knows of.
  case nothing(untold: [String])
}

/// Where a reduced cell is built.
package struct Building {
  /// SectionLists that are filled with the reduced cell's sections.
  package struct SectionLists {
    let all, somatic, apical, basal, axonal: ObjectReference

    package init(
      all: ObjectReference, somatic: ObjectReference, apical: ObjectReference,
      basal: ObjectReference, axonal: ObjectReference
    ) {
      self.all = all
      self.somatic = somatic
      self.apical = apical
      self.basal = basal
      self.axonal = axonal
    }

    func list(for role: Section.Role) -> ObjectReference {
      switch role {
      case .soma: somatic
      case .axon: axonal
      case .apical: apical
      case .basal: basal
      }
    }
  }

  let template: ReducedTemplate
  /// An instance of the template, which the cables' sections are created in.
  let instance: ObjectReference
  /// Such as `model[0]`.
  let instanceName: String
  let lists: SectionLists
  /// Whether the instance gets the published name.
  let isNamed: Bool

  package init(
    template: ReducedTemplate, instance: ObjectReference, instanceName: String,
    lists: SectionLists, isNamed: Bool
  ) {
    self.template = template
    self.instance = instance
    self.instanceName = instanceName
    self.lists = lists
    self.isNamed = isNamed
  }
}

import CNEURON
import CellModel

/// NetCons whose source is a dendritic variable, with the gids and spike recordings that belong to it.
///
/// What they have their events from stays NEURON's own object, with its threshold, its NetCons and its
/// gid, and watches the same variable where its place went.
struct SpikeSources: Follower {
  private struct Move {
    let source: UnsafeMutablePointer<neuron_spike_source>
    let variable: RangeVariable
    let destination: Destinations.Destination
  }

  private let internals: Internals
  private let destinations: Destinations
  private var moves: [Move] = []
  /// Those whose variable stays though the section goes that they were made with.
  private var staying: [UnsafeMutablePointer<neuron_spike_source>] = []
  /// What cannot be followed, one sentence each.
  private(set) var losses: [String] = []

  var notes: [String] {
    moves.isEmpty
      ? []
      : [
        counted(
          moves.count, "source of NetCons went to where its place went.",
          "sources of NetCons went to where their places went.")
      ]
  }

  /// Reads where NetCons have their events from; nothing is changed.
  init(
    _ internals: Internals, _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    self.internals = internals
    self.destinations = destinations
    let original = destinations.original
    let dendrites = Set(
      original.sections.indices.filter(destinations.reduction.replacement.contains).map {
        original.sections[$0]
      })
    for source in internals.spikeSources() {
      guard let section = source.pointee.section, dendrites.contains(section) else { continue }
      switch try variables.variable(of: source.pointee.variable) {
      case .range(let variable, let mechanism, let place):
        let destination = destinations.destination(of: place)
        guard destinations.cable(destination.cable, has: mechanism) else {
          let text = destinations.text(of: .range(variable, mechanism: mechanism, place))
          losses.append(
            "NetCons whose source is \(text) have none any more: the reduced cell does not have it."
          )
          continue
        }
        moves.append(Move(source: source, variable: variable, destination: destination))
      case .property, nil: staying.append(source)
      }
    }
  }

  func apply(_ cables: [SectionReference], _ undo: inout Undo) {
    for move in moves {
      let before = move.source.pointee
      undo.record { [internals] in
        neuron_handle_release(&move.source.pointee.variable)
        Self.set(move.source, before.variable, before.section, internals)
      }
      undo.releases(before.variable) { move.source.pointee.variable.row }
      let cable = cables[move.destination.cable]
      let variable = internals.handle(of: move.variable, in: cable, at: move.destination.position)
      Self.set(move.source, variable, cable, internals)
    }
    for source in staying {
      let before = source.pointee.section
      undo.record { source.pointee.section = before }
      source.pointee.section = destinations.soma
    }
  }

  private static func set(
    _ source: UnsafeMutablePointer<neuron_spike_source>, _ variable: neuron_handle,
    _ section: SectionReference?, _ internals: Internals
  ) {
    guard let integrator = internals.functions.integrator.pointee else { return }
    // Out of NEURON's lists of sources by thread and integrator, to be sorted in anew. Without a variable,
    // so that NEURON goes on counting it among the sources that have one.
    source.pointee.variable = neuron_handle()
    internals.functions.disconnect_source(integrator, source)
    source.pointee.variable = variable
    source.pointee.section = section
    source.pointee.thread = nil
    internals.functions.append_source(integrator, source)
    internals.observe(variable, by: source)
  }
}

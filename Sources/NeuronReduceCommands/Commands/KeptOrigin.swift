import CellFile
import NEURONBridge

/// What a saved cell was reduced from, as far as its file tells.
struct KeptOrigin {
  private let kept: KeptCell
  private let name: String

  /// - Parameter name: of the file, for messages.
  init(_ kept: KeptCell, name: String) {
    (self.kept, self.name) = (kept, name)
  }

  /// Both cells are to have the same events: those of another table or seed say nothing of the reduction.
  ///
  /// - Throws: `CommandFailure` where the full cell, its temperature, its synapses or their NetStims are others than were reduced.
  func check(_ full: LoadedModel, _ options: ModelOptions) throws {
    let count = full.cell.sections.reduce(0) {
      $0 + Int(full.session.neuron.api.segment_count($1))
    }
    if case .integer(let reduced)? = kept.record["segments_full"], reduced != count {
      throw CommandFailure(
        "\(name) was reduced from a cell of \(reduced) segments, and \(full.cell.name) has \(count); expected the same model"
      )
    }
    let neuron = full.session.neuron
    for (option, name, given, reduced) in [
      ("--celsius", "celsius", options.celsius, kept.temperature),
      ("--v-init", "v_init", options.vInit, kept.initialPotential),
    ] where given == nil {
      guard let own = neuron.number(named: name), own != reduced else { continue }
      throw CommandFailure(
        "\(self.name) was reduced at \(name) \(reduced.general(digits: 9)), and \(full.cell.name) has "
          + "\(own.general(digits: 9)); expected the same: \(option) sets it for both")
    }
    let expected = "expected --synapses and --seed as they were when it was reduced"
    guard kept.originalConnections.count == full.netCons.count else {
      throw CommandFailure(
        "\(name) was reduced with \(kept.originalConnections.count) synapses, and \(full.netCons.count) are listed; \(expected)"
      )
    }
    let inputs = try EventInputs(full.netCons)
    for (index, netCon) in inputs.netCons.enumerated() {
      let source = kept.connections[kept.originalConnections[index]].source
      guard case .netStim? = source.map({ kept.sources[$0] }) else { continue }
      let stimulator = netCon.stimulator.map { inputs.stimulators[$0] }
      guard let stimulator else {
        throw CommandFailure(
          "synapse \(index) (from 0) has a NetStim in \(name), and none here; \(expected)")
      }
      // Where NEURON does not tell of the stream, nothing can be said.
      guard let ids = stimulator.ids else { continue }
      let own = KeptCell.Source.netStim(
        interval: stimulator.interval, number: stimulator.number, start: stimulator.start,
        noise: stimulator.noise, ids: [ids.0, ids.1, ids.2].map { Int($0) })
      guard own == source.map({ kept.sources[$0] }) else {
        throw CommandFailure(
          "the events of synapse \(index) (from 0) are others in \(name) than here; \(expected)")
      }
    }
  }
}

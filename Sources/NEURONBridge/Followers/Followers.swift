import CNEURON
import CellModel
import Reduction

/// What in the session refers to the dendrites and synapses that a reduction gives up, and what becomes
/// of it: read before anything changes, changed when the cables are there.
package struct Followers {
  private let recordings: Recordings?
  private let pointers: Pointers?
  private let transfers: Transfers?
  /// What could not follow, one sentence each, for a warning.
  package private(set) var losses: [String] = []
  /// What else a user of the reduced cell should know, one sentence each.
  package private(set) var notes: [String] = []

  /// Reads all that refers to what is given up. Nothing is changed.
  ///
  /// - Throws: `BridgeError` where something can neither follow nor be given up.
  init(
    _ neuron: NEURON, original: LiveCell, reduction: Reduction
  ) throws(BridgeError) {
    guard let internals = Internals(neuron) else {
      recordings = nil
      pointers = nil
      transfers = nil
      losses = try Self.blindness(neuron)
      return
    }
    let destinations = Destinations(original: original, reduction: reduction)
    let variables = DendriticVariables(
      internals, original,
      processes: original.synapses.indices.filter { destinations.isMerged($0) })
    pointers = try Pointers(internals, destinations, variables)
    transfers = try Transfers(internals, destinations, variables)
    let hasRecords = !internals.records().isEmpty
    if hasRecords, !LayoutTest.result(internals).records {
      recordings = nil
      losses = try Self.blindness(neuron)
    } else {
      recordings = hasRecords ? try Recordings(internals, destinations, variables) : nil
    }
    losses += recordings?.losses ?? []
    if let count = recordings?.movedCount, count > 0 {
      notes.append(
        "\(count) \(count == 1 ? "recording" : "recordings") went to where "
          + "\(count == 1 ? "its place or synapse" : "their places or synapses") went.")
    }
  }

  /// Where NEURON's recordings cannot be read, whatever is recorded on a dendrite ends there.
  private static func blindness(_ neuron: NEURON) throws(BridgeError) -> [String] {
    try neuron.objectCount(ofClass: "Vector") == 0
      ? []
      : [
        "This version of NEURON keeps its recordings in a way that is not known here: Vectors that "
          + "recorded on dendrites keep what they have, and record nothing."
      ]
  }

  /// To be called before point processes are moved.
  func protect(_ undo: inout Undo) {
    recordings?.protect(&undo)
  }

  /// Lets all follow, when point processes and NetCons have moved and the dendrites are still there.
  ///
  /// - Parameter cables: the sections of the reduction's cables.
  func apply(cables: [SectionReference], _ undo: inout Undo) throws(BridgeError) {
    try recordings?.apply(cables, &undo)
    pointers?.apply(cables, &undo)
    transfers?.apply(cables, &undo)
  }
}

import CNEURON
import CellModel
import Reduction

/// One way in which something in the session refers to what a reduction gives up.
///
/// Read when nothing has changed yet; what cannot follow is then known, and refused or said.
protocol Follower {
  /// What could not follow, one sentence each, for a warning.
  var losses: [String] { get }
  /// What else a user of the reduced cell should know, one sentence each.
  var notes: [String] { get }

  /// Called before point processes are moved.
  func protect(_ undo: inout Undo)

  /// Lets all follow, when the cables are there and point processes and NetCons have moved; the
  /// dendrites are still there.
  ///
  /// - Parameter cables: the sections of the reduction's cables.
  func apply(_ cables: [SectionReference], _ undo: inout Undo) throws(BridgeError)
}

extension Follower {
  var losses: [String] { [] }
  var notes: [String] { [] }
  func protect(_ undo: inout Undo) {}
}

/// What in the session refers to the dendrites and synapses that a reduction gives up, and what becomes
/// of it: read before anything changes, changed when the cables are there.
package struct Followers: Follower {
  private var followers: [any Follower] = []
  package private(set) var losses: [String] = []
  package private(set) var notes: [String] = []

  /// Reads all that refers to what is given up. Nothing is changed.
  ///
  /// - Throws: `BridgeError` where something can neither follow nor be given up.
  init(
    _ neuron: NEURON, original: LiveCell, reduction: Reduction
  ) throws(BridgeError) {
    let destinations = Destinations(original: original, reduction: reduction)
    let found = Internals(neuron)
    followers = [try IonStyles(neuron, found, destinations)]
    guard let internals = found else {
      losses = try Self.blindness(neuron)
      notes = followers.flatMap(\.notes)
      return
    }
    let variables = DendriticVariables(
      internals, original, reduction.replacement,
      processes: original.synapses.indices.filter { destinations.isMerged($0) })
    followers.append(try Pointers(internals, destinations, variables))
    if let transfers = try Transfers(internals, destinations, variables) {
      followers.append(transfers)
    }
    followers.append(try PointingObjects(internals, destinations, variables))
    let hasRecords = !internals.records().isEmpty
    let hasSources = !internals.spikeSources().isEmpty
    if hasRecords || hasSources {
      let layouts = LayoutTest.result(internals)
      if layouts.records {
        followers.append(try Recordings(internals, destinations, variables))
      }
      if layouts.spikeSources {
        followers.append(try SpikeSources(internals, destinations, variables))
      }
      if !layouts.records || !layouts.spikeSources { losses = try Self.blindness(neuron) }
    }
    losses += followers.flatMap(\.losses)
    notes = followers.flatMap(\.notes)
  }

  /// Where NEURON cannot be asked what refers to dendrites, all that does ends.
  private static func blindness(_ neuron: NEURON) throws(BridgeError) -> [String] {
    try neuron.objectCount(ofClass: "Vector") + neuron.objectCount(ofClass: "NetCon") == 0
      ? []
      : [
        "This version of NEURON keeps recordings and the sources of NetCons in a way that is not known "
          + "here: Vectors that recorded on dendrites keep what they have and record nothing, and "
          + "NetCons whose source was a dendrite's have none."
      ]
  }

  func protect(_ undo: inout Undo) {
    for follower in followers { follower.protect(&undo) }
  }

  func apply(_ cables: [SectionReference], _ undo: inout Undo) throws(BridgeError) {
    for follower in followers { try follower.apply(cables, &undo) }
  }
}

/// "1 recording", "2 recordings".
func counted(_ count: Int, _ one: String, _ many: String) -> String {
  count == 1 ? "1 \(one)" : "\(count) \(many)"
}

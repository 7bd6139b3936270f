import CNEURON
import CellModel

/// ParallelContext's sources and targets (`source_var`, `target_var`) on dendrites.
///
/// NEURON keeps a source as the node that its variable belongs to, and looks the variable up whenever
/// the structure of the session has changed: the node that its place went to is put in its stead.
struct Transfers: Follower {
  private struct Source {
    let index: Int
    let destination: Destinations.Destination
  }

  private struct MovedHandle {
    let place: UnsafeMutablePointer<neuron_handle>
    let target: Target
  }

  private static let unreadable = BridgeError.unreadableTransfers(
    functions: ["source_var", "target_var"])

  private let internals: Internals
  private let tables: TransferTables
  private var sources: [Source] = []
  private var handles: [MovedHandle] = []

  /// Reads what is transferred; nothing is changed. nil where there is no such thing.
  ///
  /// - Throws: `BridgeError` for a source or target that cannot follow.
  init?(
    _ internals: Internals, _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    guard let tables = TransferTables.ofThisProcess else {
      guard internals.functions.transfer.pointee == nil else { throw Self.unreadable }
      return nil
    }
    let nodes = tables.sourceNodes
    let targets = tables.targets
    if nodes.isEmpty && targets.isEmpty { return nil }
    guard LayoutTest.result(internals).handles, tables.sourceIdentifiers.count == nodes.count else {
      throw Self.unreadable
    }
    self.internals = internals
    self.tables = tables
    try readSources(destinations, variables)
    for index in targets.indices {
      try follow(targets.baseAddress.map { $0 + index }, destinations, variables)
    }
    for index in tables.sent.indices {
      try follow(tables.sent.baseAddress.map { $0 + index }, destinations, variables)
    }
  }

  private mutating func readSources(
    _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    guard !tables.sourceNodes.isEmpty else { return }
    let places = variables.placesByNode
    let mechanisms = tables.mechanismsOfSources()
    for (index, node) in tables.sourceNodes.enumerated() {
      guard let place = node.flatMap({ places[$0] }) else { continue }
      let identifier = tables.sourceIdentifiers[index]
      let destination = destinations.destination(of: place)
      if let mechanism = mechanisms[identifier] {
        guard destinations.cable(destination.cable, has: mechanism, internals) else {
          throw .transfer(identifier: Int(identifier), place: destinations.text(of: place))
        }
      }
      sources.append(Source(index: index, destination: destination))
    }
  }

  private mutating func follow(
    _ place: UnsafeMutablePointer<neuron_handle>?, _ destinations: Destinations,
    _ variables: DendriticVariables
  ) throws(BridgeError) {
    guard let place, let variable = try variables.variable(of: place.pointee) else { return }
    guard let target = destinations.target(of: variable) else {
      throw .pointer(
        owner: "of a ParallelContext transfer", target: destinations.text(of: variable),
        expected: "a variable that the reduced cell has too")
    }
    handles.append(MovedHandle(place: place, target: target))
  }

  // MARK: changes

  func apply(_ cables: [SectionReference], _ undo: inout Undo) {
    for source in sources {
      let before = tables.sourceNodes[source.index]
      undo.record { [tables] in tables.sourceNodes[source.index] = before }
      tables.sourceNodes[source.index] = internals.functions.node(
        cables[source.destination.cable], source.destination.position)
    }
    for moved in handles {
      guard let handle = internals.handle(of: moved.target, in: cables) else { continue }
      let before = moved.place.pointee
      undo.record { moved.place.pointee = before }
      undo.releases(before) { moved.place.pointee.row }
      moved.place.pointee = handle
    }
  }
}

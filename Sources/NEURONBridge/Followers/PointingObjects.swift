import CNEURON
import CellModel

/// Objects of NEURON's classes that hold variables or nodes of dendrites: PtrVector, LinearMechanism,
/// Pointer, and Random that is played into a variable.
struct PointingObjects: Follower {
  private enum Step {
    /// An element of a PtrVector.
    case element(UnsafeMutablePointer<neuron_handle>, Target)
    /// A node that a LinearMechanism adds equations to.
    case node(
      UnsafeMutablePointer<neuron_linear_mechanism>, index: Int, Destinations.Destination)
    /// A Random that is played into a variable.
    case random(ObjectReference, RangeVariable, Destinations.Destination)
  }

  private let internals: Internals
  private var steps: [Step] = []
  private(set) var losses: [String] = []

  var notes: [String] {
    steps.isEmpty
      ? []
      : [
        counted(
          steps.count, "reference by an object (PtrVector, LinearMechanism, Random) was moved.",
          "references by objects (PtrVector, LinearMechanism, Random) were moved.")
      ]
  }

  init(
    _ internals: Internals, _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    self.internals = internals
    let classes = ["PtrVector", "LinearMechanism", "Pointer"]
    var used: [String] = []
    for name in classes where try internals.neuron.objectCount(ofClass: name) > 0 {
      used.append(name)
    }
    let hasRandom = Self.randomPlays.pointer?.pointee?.pointee.begin != nil
    guard !used.isEmpty || hasRandom else { return }
    guard LayoutTest.result(internals).objects else {
      losses += used.map { "What each \($0) refers to on dendrites is gone." }
      return
    }
    try readPointerVectors(destinations, variables)
    try readLinearMechanisms(destinations, variables)
    try readPointers(destinations, variables)
    try readRandom(destinations, variables)
  }

  private mutating func readPointerVectors(
    _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    for object in try objects(ofClass: "PtrVector") {
      guard let content = internals.content(of: object) else { continue }
      let elements = content.assumingMemoryBound(to: neuron_pointer_list.self).pointee.elements
      guard let begin = elements.begin, let end = elements.end else { continue }
      for element in UnsafeMutableBufferPointer(start: begin, count: end - begin).indices {
        let place = begin + element
        guard let variable = try variables.variable(of: place.pointee) else { continue }
        if let target = destinations.target(of: variable) {
          steps.append(.element(place, target))
        } else {
          losses.append(lost(internals.name(of: object), destinations.text(of: variable)))
        }
      }
    }
  }

  private mutating func readLinearMechanisms(
    _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    let objects = try objects(ofClass: "LinearMechanism")
    guard !objects.isEmpty else { return }
    let places = variables.placesByNode
    for object in objects {
      guard let content = internals.content(of: object) else { continue }
      let mechanism = content.assumingMemoryBound(to: neuron_linear_mechanism.self)
      guard let nodes = mechanism.pointee.nodes else { continue }
      for index in 0..<Int(mechanism.pointee.node_count) {
        guard let node = nodes[index], let place = places[node] else { continue }
        steps.append(.node(mechanism, index: index, destinations.destination(of: place)))
      }
    }
  }

  private mutating func readPointers(
    _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    for object in try objects(ofClass: "Pointer") {
      guard let content = internals.content(of: object),
        let address = content.load(fromByteOffset: 8, as: UnsafeMutablePointer<Double>?.self),
        let variable = try variables.variable(at: address)
      else { continue }
      losses.append(lost(internals.name(of: object), destinations.text(of: variable)))
    }
  }

  /// Where the numbers are that Randoms are played into.
  static func addressesOfRandomPlays(
    _ internals: Internals
  ) -> [UnsafeMutablePointer<Double>] {
    guard let list = randomPlays.pointer?.pointee, list.pointee.begin != nil,
      LayoutTest.result(internals).objects
    else { return [] }
    return internals.elements(of: list, as: neuron_random_play.self).compactMap {
      neuron_handle_address(&$0.pointee.variable)
    }
  }

  /// A Random that is played into a variable that there is.
  static func playedRandom(_ internals: Internals) throws(BridgeError) -> LiveCell.RandomPlays {
    guard let place = randomPlays.pointer else { return .unknown }
    guard let list = place.pointee, list.pointee.begin != list.pointee.end else { return .none }
    guard LayoutTest.result(internals).objects else { return .unknown }
    let plays = internals.elements(of: list, as: neuron_random_play.self)
    let play = plays.first { neuron_handle_address(&$0.pointee.variable) != nil }
    guard let play else { return .none }
    var found: ObjectReference?
    try internals.neuron.forEachObject(ofClass: "Random") {
      if internals.content(of: $0) == play.pointee.random { found = $0 }
    }
    return .some(found)
  }

  private mutating func readRandom(
    _ destinations: Destinations, _ variables: DendriticVariables
  ) throws(BridgeError) {
    guard let list = Self.randomPlays.pointer?.pointee else { return }
    var randoms: [UnsafeMutableRawPointer: ObjectReference]?
    for play in internals.elements(of: list, as: neuron_random_play.self) {
      guard let variable = try variables.variable(of: play.pointee.variable) else { continue }
      let known = if let randoms { randoms } else { try randomsByContent() }
      randoms = known
      if case .range(let moved, let destination) = destinations.target(of: variable),
        let random = play.pointee.random.flatMap({ known[$0] })
      {
        steps.append(.random(random, moved, destination))
      } else {
        losses.append(lost("A Random that is played", destinations.text(of: variable)))
      }
    }
  }

  /// The session's Randoms by their C++ objects.
  private func randomsByContent() throws(BridgeError) -> [UnsafeMutableRawPointer: ObjectReference]
  {
    var result: [UnsafeMutableRawPointer: ObjectReference] = [:]
    for object in try objects(ofClass: "Random") {
      if let content = internals.content(of: object) { result[content] = object }
    }
    return result
  }

  /// Where NEURON has the list of what Randoms are played into.
  private struct RandomPlays: @unchecked Sendable {
    let pointer = neuron_private_variable("_ZL17random_play_list_")?.assumingMemoryBound(
      to: UnsafeMutablePointer<neuron_pointer_vector>?.self)
  }
  private static let randomPlays = RandomPlays()

  private func lost(_ owner: String, _ target: String) -> String {
    "\(owner) refers to \(target), which is gone."
  }

  private func objects(ofClass name: String) throws(BridgeError) -> [ObjectReference] {
    guard internals.neuron.api.symbol(name) != nil else { return [] }
    var found: [ObjectReference] = []
    try internals.neuron.forEachObject(ofClass: name) { found.append($0) }
    return found
  }

  // MARK: changes

  func apply(_ cables: [SectionReference], _ undo: inout Undo) throws(BridgeError) {
    for step in steps {
      switch step {
      case .element(let place, let target):
        guard let handle = internals.handle(of: target, in: cables) else { continue }
        let before = place.pointee
        undo.record {
          neuron_handle_release(place)
          place.pointee = before
        }
        undo.releases(before) { place.pointee.row }
        place.pointee = handle
      case .node(let mechanism, let index, let destination):
        guard let nodes = mechanism.pointee.nodes else { continue }
        let all = UnsafeMutableBufferPointer(
          start: nodes, count: Int(mechanism.pointee.node_count))
        let before = all[index]
        undo.record { [internals] in
          all[index] = before
          internals.observe(nodes: all, by: mechanism)
        }
        all[index] = internals.functions.node(cables[destination.cable], destination.position)
        internals.observe(nodes: all, by: mechanism)
      case .random(let random, let variable, let destination):
        // NEURON ends what a Random is played into with the section of that.
        try internals.neuron.perform(
          "play", of: random,
          [.range(variable, cables[destination.cable], position: destination.position)])
      }
    }
  }
}

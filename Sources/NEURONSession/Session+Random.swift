import CNEURON
import CellFile
import NEURONBridge

/// RANDOM variables: where their streams of random numbers are. They are objects of hoc, made when they are asked for,
/// by functions that are defined for each name once.
extension Session {
  /// Where the stream of a point process's variable is.
  package func stream(
    _ name: String, of process: ObjectReference
  ) throws(BridgeError) -> Stream {
    try stream(of: random(name, of: process))
  }

  package func setStream(
    _ name: String, of process: ObjectReference, to stream: Stream
  ) throws(BridgeError) {
    try set(random(name, of: process), to: stream)
  }

  /// Where the stream of a density mechanism's variable is.
  package func stream(
    _ name: String, of mechanism: String, in section: SectionReference, at position: Double
  ) throws(BridgeError) -> Stream {
    try stream(of: random(name, of: mechanism, in: section, at: position))
  }

  package func setStream(
    _ name: String, of mechanism: String, in section: SectionReference, at position: Double,
    to stream: Stream
  ) throws(BridgeError) {
    try set(random(name, of: mechanism, in: section, at: position), to: stream)
  }

  /// The RANDOM variables of a class of point processes.
  package func randomVariables(ofClass name: String) -> [String] {
    // A RANDOM variable in hoc is what that of a NetStim is; which kind of such, by the number in membfunc.h. No NetStim
    // is made: streams of RANDOM variables are numbered as they are made.
    guard let known = members(ofClass: "NetStim").first(where: { $0.name == "ranvar" }) else {
      return []
    }
    return members(ofClass: name).filter {
      neuron.api.symbol_type($0.symbol) == neuron.api.symbol_type(known.symbol)
        && neuron.api.symbol_subtype($0.symbol) == 6
    }.map(\.name)
  }

  private func members(ofClass name: String) -> [(name: String, symbol: SymbolReference)] {
    guard let table = neuron.api.symbol(name).flatMap({ neuron.api.symbol_table($0) }) else {
      return []
    }
    let iterator = neuron.api.symbol_iterator_new(table)
    defer { neuron.api.symbol_iterator_free(iterator) }
    var found: [(name: String, symbol: SymbolReference)] = []
    while neuron.api.symbol_iterator_done(iterator) == 0 {
      guard let member = neuron.api.symbol_iterator_next(iterator) else { break }
      found.append((String(cString: neuron.api.symbol_name(member)), member))
    }
    return found
  }

  private func random(
    _ name: String, of process: ObjectReference
  ) throws(BridgeError) -> ObjectReference {
    let function = try function("neuron_reduce_random_\(name)", "return $o1.\(name)")
    return try object(neuron.call(function, .object(process)), name)
  }

  private func random(
    _ name: String, of mechanism: String, in section: SectionReference, at position: Double
  ) throws(BridgeError) -> ObjectReference {
    let variable = "\(name)_\(mechanism)"
    let function = try function(
      "neuron_reduce_random_of_\(variable)", "return \(variable)($1)")
    return try neuron.with(section: section) { () throws(BridgeError) in
      try object(neuron.call(function, .number(position)), variable)
    }
  }

  private func function(_ name: String, _ body: String) throws(BridgeError) -> SymbolReference {
    if neuron.api.symbol(name) == nil {
      try neuron.execute("obfunc \(name)() { \(body) }", doing: "defining a function")
    }
    return try neuron.symbol(name)
  }

  private func object(
    _ outcome: NEURON.Outcome, _ name: String
  ) throws(BridgeError) -> ObjectReference {
    guard case .object(let object?) = outcome else {
      throw .neuron(doing: "looking for \(name)", message: "it is no RANDOM variable")
    }
    return object
  }

  /// - Parameter random: is given back.
  private func stream(of random: ObjectReference) throws(BridgeError) -> Stream {
    defer { neuron.api.object_unref(random) }
    guard
      case .object(let ids?) = try neuron.call(neuron.method("get_ids", of: random), of: random)
    else {
      throw .neuron(doing: "reading a RANDOM variable", message: "it has no identifiers")
    }
    defer { neuron.api.object_unref(ids) }
    return Stream(
      ids: values(ids).map { Int($0) },
      sequence: try neuron.call(neuron.method("get_seq", of: random), of: random).number)
  }

  private func set(_ random: ObjectReference, to stream: Stream) throws(BridgeError) {
    defer { neuron.api.object_unref(random) }
    try neuron.perform("set_ids", of: random, stream.ids.map { .number(Double($0)) })
    try neuron.perform("set_seq", of: random, [.number(stream.sequence)])
  }
}

/// The streams of random numbers that point processes have: NEURON gives a point process new ones when it moves it.
struct KeptStreams {
  private let session: Session
  private var found: [(process: ObjectReference, name: String, stream: Stream)] = []

  init(of processes: [ObjectReference], in session: Session) throws(BridgeError) {
    self.session = session
    var names: [String: [String]] = [:]
    for process in processes {
      let kind = String(cString: session.neuron.api.class_name(process))
      let known = names[kind] ?? session.randomVariables(ofClass: kind)
      names[kind] = known
      for name in known {
        found.append((process, name, try session.stream(name, of: process)))
      }
    }
  }

  /// Sets them to what they were, of point processes that are still there.
  func restore() throws(BridgeError) {
    for each in found where session.neuron.api.point_process_is_placed(each.process) {
      try session.setStream(each.name, of: each.process, to: each.stream)
    }
  }
}

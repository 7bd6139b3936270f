import CNEURON
import CNEURONHost
import NEURONBridge

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// NEURON in a process of ours, without Python and without windows.
///
/// There is one session in a process, and one thread that it belongs to.
package struct Session {
  package let neuron: NEURON

  /// What NEURON's messages begin with.
  static let programName = "neuron-reduce"

  /// Starts NEURON. Relative paths of mechanisms are those of the working directory.
  ///
  /// - Parameters:
  ///   - library: libnrniv.so of an installation.
  ///   - home: its folder with hoc's own library, share/nrn.
  ///   - mechanisms: compiled mechanisms to load, libnrnmech.so each; where there are none NEURON loads that of
  ///     the working directory's x86_64, if there is one.
  /// - Throws: `HostError`; `BridgeError.noNEURON` for a NEURON with a part of the C API alone.
  package init(library: String, home: String, mechanisms: [String]) throws {
    setenv("NEURONHOME", home, 1)
    let message = UnsafeMutablePointer<CChar>.allocate(capacity: 1024)
    message.initialize(repeating: 0, count: 1024)
    defer { message.deallocate() }
    guard neuron_host_open(library, message, 1024) else {
      throw HostError.notLoaded(library: library, reason: String(cString: message))
    }
    var arguments = [Self.programName, "-nogui", "-nopython", "-nobanner"]
    for each in mechanisms { arguments += ["-dll", each] }
    // NEURON keeps its arguments, with none after the last: these live as long as the process.
    let kept = UnsafeMutableBufferPointer<UnsafePointer<CChar>?>.allocate(
      capacity: arguments.count + 1)
    _ = kept.initialize(from: arguments.map { UnsafePointer(strdup($0)) } + [nil])
    guard let base = kept.baseAddress,
      neuron_host_start(Int32(arguments.count), base, message, 1024)
    else { throw HostError.notStarted(library: library, reason: String(cString: message)) }
    neuron = try NEURON()
    neuron_host_listen()
  }

  /// The session that was started in this process before.
  package init(_ neuron: NEURON) { self.neuron = neuron }

  /// NEURON's version, such as 9.0.2.
  package func version() throws(BridgeError) -> String {
    guard case .string(let text) = try neuron.call(neuron.symbol("nrnversion"), .number(0)) else {
      return ""
    }
    return text
  }

  /// An object as NEURON names it, such as `Cell[0]`.
  package func name(of object: ObjectReference) throws(BridgeError) -> String {
    let text = HocString()
    try neuron.call(
      neuron.symbol("sprint"), .string(text), .string(HocString("%s")), .object(object))
    return text.text
  }

  /// Loads a hoc file, once.
  ///
  /// - Returns: files that it was to load and that are not there: hoc goes on without them.
  /// - Throws: `BridgeError.neuron`.
  @discardableResult
  package func load(_ file: String) throws(BridgeError) -> [String] {
    let action = "loading \(file)"
    let loaded = try hearing(action) { () throws(BridgeError) in
      try neuron.call(neuron.symbol("load_file"), .string(HocString(file)))
    }
    let heard = HeardError()
    guard loaded.number == 1 else {
      throw .neuron(
        doing: action,
        message: heard.cause
          ?? (heard.missingFiles.isEmpty
            ? "an error in it, printed above, or no such file" : "there is no such file"))
    }
    return heard.missingFiles
  }

  /// An instance of a template.
  package func instance(
    of template: String, _ arguments: [TemplateArgument]
  ) throws(BridgeError) -> ObjectReference {
    try check(template)
    let text = arguments.map {
      switch $0 {
      case .number(let value): "\(value)"
      case .text(let text): "\"\(text)\""
      }
    }.joined(separator: ", ")
    return try hearing("making \(template)(\(text))") { () throws(BridgeError) in
      try neuron.newObject(
        template,
        arguments.map {
          switch $0 {
          case .number(let value): .number(value)
          case .text(let text): .string(HocString(text))
          }
        })
    }
  }

  /// Does something that runs a user's hoc, whose errors name their cause.
  @discardableResult
  func hearing<Result>(
    _ action: String, _ body: () throws(BridgeError) -> Result
  ) throws(BridgeError) -> Result {
    neuron_host_forget()
    do {
      return try body()
    } catch {
      guard case .neuron(_, let message) = error else { throw error }
      throw .neuron(
        doing: action,
        message: HeardError().cause
          ?? (message.contains("hoc_Load_file")
            ? "an error that NEURON does not name" : HeardError.plain(message)))
    }
  }

  /// - Throws: `BridgeError.neuron` for what is no template, or one whose file had an error in it: an
  ///   instance of it would end the process.
  private func check(_ template: String) throws(BridgeError) {
    guard let symbol = neuron.api.symbol(template), let known = neuron.api.symbol("Vector"),
      neuron.api.symbol_type(symbol) == neuron.api.symbol_type(known),
      neuron.api.symbol_table(symbol) != nil
    else {
      throw .neuron(
        doing: "making a \(template)",
        message: "the files that were loaded define no template of this name; expected "
          + "begintemplate \(template) in one of them, without errors")
    }
  }

  /// Whether instances of a template can be made.
  package func isTemplate(_ name: String) -> Bool {
    (try? check(name)) != nil
  }

  /// A number of the session, celsius or v_init.
  package func set(_ name: String, to value: Double) throws(BridgeError) {
    guard let data = neuron.api.symbol(name).flatMap({ neuron.api.symbol_data($0) }) else {
      throw .neuron(doing: "setting \(name)", message: "no such number")
    }
    data.pointee = value
  }
}

/// An argument of a template's init.
package enum TemplateArgument: Equatable, Sendable {
  case number(Double)
  case text(String)
}

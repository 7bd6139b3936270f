import CNEURON
import CNeuronReduceHoc
import CellExport
import CellFile
import CellModel
import NEURONBridge
import NEURONSession

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An instance of a saved cell that hoc asked for: of a template that the file is written as, once for each content.
struct HocLoading {
  private let session: Session
  private let file: String
  private let kinds = Kinds()
  private var neuron: NEURON { session.neuron }

  /// Those that were asked for before.
  private final class Kinds {
    var byName: [String: MechanismKind] = [:]
  }

  init(_ file: String, in session: Session) {
    self.file = file
    self.session = session
  }

  /// - Throws: whatever is wrong with the file, or that the session lacks for it; nothing is changed then.
  func load(setsGlobals: Bool) throws {
    let bytes = try Self.bytes(of: file)
    let kept: KeptCell
    let name = "NeuronReduceCell_\(SHA256.hexadecimal(of: bytes).prefix(16))"
    do {
      kept = try KeptCell(text: bytes)
    } catch {
      throw HocError("\(file): \(error)")
    }
    try checkMechanisms(of: kept)
    if neuron.api.symbol(name) == nil { try define(HocTemplate(kept, file: name).text) }
    guard let symbol = neuron.api.symbol(name), neuron.api.symbol_table(symbol) != nil else {
      throw HocError(
        "\(file): its template cannot be defined here, by the error above; expected mechanisms with the "
          + "parameters that they had when the cell was saved")
    }
    // By hoc, which goes back to where it was when an init fails.
    do {
      try neuron.execute("neuron_reduce_made = new \(name)()", doing: "building the cell")
    } catch {
      throw HocError("\(file): its cell cannot be built here, by the error above")
    }
    if setsGlobals {
      try neuron.call(neuron.symbol("\(name)_globals"))
    } else {
      warn(of: kept)
    }
  }

  private func checkMechanisms(of kept: KeptCell) throws {
    let catalog = try MechanismCatalog(neuron)
    let known = Set(catalog.densityNames).union(catalog.pointProcessNames)
    let missing = kept.mechanisms.filter { !known.contains($0.name) }
      .map { each in each.source.map { "\(each.name) (\($0.file))" } ?? each.name }
    guard missing.isEmpty else {
      throw HocError(
        "\(file): this session lacks \(missing.joined(separator: ", ")); expected the mechanisms of the file, "
          + "compiled by nrnivmodl and loaded before")
    }
    for (index, section) in kept.sections.enumerated() {
      for insertion in section.insertions {
        try check(
          insertion.mechanism,
          insertion.parameters.map { ($0.name, 1) }
            + insertion.arrays.map { ($0.name, $0.value.count) },
          path: "sections[\(index)].mechanisms.\(insertion.mechanism)", catalog)
      }
    }
    for (index, process) in kept.pointProcesses.enumerated() {
      guard catalog.pointProcessNames.contains(process.mechanism) else {
        throw HocError(
          "\(file): point_processes[\(index)] is a \(process.mechanism), which is no point process here; "
            + "expected one")
      }
      try check(
        process.mechanism,
        process.parameters.map { parameter in
          if case .array(let values) = parameter.value {
            (parameter.name, values.count)
          } else {
            (parameter.name, 1)
          }
        }, path: "point_processes[\(index)].parameters", catalog)
    }
    for mechanism in kept.mechanisms {
      for global in mechanism.globals where try !isHere(global, of: mechanism.name, catalog) {
        throw HocError(
          "\(file): \(global.name) is no GLOBAL of the session's \(mechanism.name), or of another size; "
            + "expected the mechanism that the cell was saved with")
      }
    }
  }

  /// Ions, whose GLOBALs are no arrays, the catalog knows in a session with sections only.
  private func isHere(
    _ global: (name: String, values: [Double], isArray: Bool), of mechanism: String,
    _ catalog: MechanismCatalog
  ) throws -> Bool {
    guard let symbol = neuron.api.symbol(global.name), neuron.api.symbol_data(symbol) != nil else {
      return false
    }
    guard global.isArray || neuron.api.symbol_is_array(symbol) else {
      return global.values.count == 1
    }
    return try kind(mechanism, catalog).globals.contains {
      $0.name == global.name && $0.values.count == global.values.count
    }
  }

  private func kind(_ name: String, _ catalog: MechanismCatalog) throws -> MechanismKind {
    if let known = kinds.byName[name] { return known }
    let kind = try catalog.kind(named: name)
    kinds.byName[name] = kind
    return kind
  }

  /// That the session's mechanism has what a file sets.
  private func check(
    _ mechanism: String, _ given: [(name: String, size: Int)], path: String,
    _ catalog: MechanismCatalog
  ) throws {
    let expected = try kind(mechanism, catalog).parameters
    for (name, size) in given
    where !expected.contains(where: { $0.name == name && $0.defaults.count == size }) {
      let names = expected.map(\.name).joined(separator: ", ")
      throw HocError(
        "\(file): \(path).\(name) is no parameter of the session's \(mechanism), or of another size; expected "
          + (names.isEmpty ? "none" : names))
    }
  }

  /// hoc reads long texts from files only.
  private func define(_ text: String) throws {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/neuron-reduce-XXXXXX.hoc".utf8CString)
    let descriptor = path.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkstemps($0, 4) } ?? -1
    }
    guard descriptor >= 0 else {
      throw HocError("no file can be made in \(folder); expected TMPDIR to name a folder for some")
    }
    let name = path.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
    defer { unlink(name) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        close(descriptor)
        throw HocError("\(name) cannot be written; expected room in \(folder)")
      }
      rest = rest.dropFirst(count)
    }
    close(descriptor)
    try session.load(name)
  }

  /// Of globals that are others here: they are the session's, and were left as they are.
  private func warn(of kept: KeptCell) {
    var others: [String] = []
    let compare = { (name: String, index: Int, value: Double) in
      guard let data = neuron.api.symbol(name).flatMap({ neuron.api.symbol_data($0) }) else {
        return
      }
      if data[index] != value { others.append("\(name) is \(data[index]), in the file \(value)") }
    }
    compare("celsius", 0, kept.temperature)
    for global in kept.mechanisms.flatMap(\.globals) {
      for (index, value) in global.values.enumerated() { compare(global.name, index, value) }
    }
    let tabled = kept.mechanisms.filter { !$0.tables.isEmpty }.map(\.name)
    if !tabled.isEmpty {
      others.append("FUNCTION_TABLEs of \(tabled.joined(separator: ", ")) are in the file")
    }
    guard !others.isEmpty else { return }
    neuron_reduce_hoc_warn(
      others.joined(separator: "; ")
        + ": the session's were left; neuron_reduce_load(file, 1) sets them")
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    guard let stream = fopen(path, "rb") else {
      throw HocError(
        "\(path) cannot be read (\(String(cString: strerror(errno)))); expected the file of a saved cell"
      )
    }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard ferror(stream) == 0 else {
      throw HocError("\(path) cannot be read; expected the file of a saved cell")
    }
    return bytes
  }
}

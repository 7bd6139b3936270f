import CNEURONHost
import CellFile
import Foundation
import NEURONSession

/// Compiles mod files by an installation's nrnivmodl, each set of them once.
struct MechanismCompiler {
  let installation: Installation
  var environment = ProcessInfo.processInfo.environment
  var files = FileManager.default
  let progress: Progress

  /// The compiled mechanisms of a folder's mod files.
  ///
  /// - Returns: the path of libnrnmech.so, in the user's cache.
  func library(ofModsIn folder: String) throws -> String {
    let names = try mods(in: folder)
    try checkNames(of: names, in: folder)
    let key = try key(of: names, in: folder)
    let kept = "\(cache)/\(key)"
    if let found = library(in: kept) { return found }
    let work = "\(cache)/.\(key).\(ProcessInfo.processInfo.processIdentifier)"
    do {
      try files.createDirectory(
        atPath: cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      removeAbandoned()
      try? files.removeItem(atPath: work)
      try files.createDirectory(atPath: "\(work)/mods", withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        "mechanisms cannot be kept in \(cache): \(WholeFile.reason(of: error)); expected a folder that can be written "
          + "to, which NEURON_REDUCE_CACHE may name")
    }
    defer { try? files.removeItem(atPath: work) }
    for name in try files.contentsOfDirectory(atPath: folder)
    where [".mod", ".inc", ".h"].contains(where: name.hasSuffix) {
      try files.copyItem(atPath: "\(folder)/\(name)", toPath: "\(work)/mods/\(name)")
    }
    try compile(in: work, count: names.count)
    guard library(in: work) != nil else {
      throw CommandFailure("nrnivmodl made no libnrnmech.so of the mod files in \(folder)")
    }
    do {
      try files.moveItem(atPath: work, toPath: kept)
    } catch {
      // Another process was faster.
      guard library(in: kept) != nil else {
        throw CommandFailure(
          "mechanisms cannot be kept in \(kept): \(WholeFile.reason(of: error))")
      }
    }
    guard let found = library(in: kept) else {
      throw CommandFailure("\(kept) has no libnrnmech.so")
    }
    return found
  }

  private func mods(in folder: String) throws -> [String] {
    guard let all = try? files.contentsOfDirectory(atPath: folder) else {
      throw CommandFailure("--mods is \(folder), which is no folder; expected one with mod files")
    }
    let names = all.filter { $0.hasSuffix(".mod") }.sorted()
    guard !names.isEmpty else {
      let others = all.sorted().filter { name in
        (try? files.contentsOfDirectory(atPath: "\(folder)/\(name)"))?
          .contains { $0.hasSuffix(".mod") } == true
      }
      throw CommandFailure(
        "--mods is \(folder), which has no mod file; expected a folder with some"
          + (others.isEmpty
            ? ""
            : ", such as \(others.prefix(3).map { "\(folder)/\($0)" }.joined(separator: ", "))"))
    }
    return names
  }

  /// NEURON ends where two mechanisms have one name.
  private func checkNames(of names: [String], in folder: String) throws {
    var files: [String: String] = [:]
    for name in names {
      let text = String(decoding: try WholeFile.read("\(folder)/\(name)"), as: UTF8.self)
      // "nothing" is what has functions for hoc alone, in as many files as there are.
      guard let mechanism = ModSource(text: text, path: name).mechanism, mechanism != "nothing"
      else { continue }
      if let other = files[mechanism] {
        throw CommandFailure(
          "\(other) and \(name) in \(folder) both are a mechanism \(mechanism); expected one of them"
        )
      }
      files[mechanism] = name
    }
  }

  /// What processes have left that were killed.
  private func removeAbandoned() {
    for name in (try? files.contentsOfDirectory(atPath: cache)) ?? [] where name.hasPrefix(".") {
      guard let last = name.split(separator: ".").last, let process = Int32(last), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try? files.removeItem(atPath: "\(cache)/\(name)")
    }
  }

  private func library(in folder: String) -> String? {
    ["x86_64", "aarch64", "arm64"].flatMap {
      ["\(folder)/\($0)/libnrnmech.so", "\(folder)/\($0)/.libs/libnrnmech.so"]
    }
    .first { files.fileExists(atPath: $0) }
  }

  /// What compiled mechanisms depend on: the files and the installation.
  private func key(of names: [String], in folder: String) throws -> String {
    let library = try files.attributesOfItem(
      atPath: (installation.library as NSString).resolvingSymlinksInPath)
    var text =
      "\(installation.library) \(library[.size] ?? 0) "
      + "\((library[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)\n"
    for name in try files.contentsOfDirectory(atPath: folder).sorted()
    where [".mod", ".inc", ".h"].contains(where: name.hasSuffix) {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      text += "\(name) \(SHA256.hexadecimal(of: data))\n"
    }
    return String(SHA256.hexadecimal(of: text.utf8).prefix(32))
  }

  private var cache: String {
    if let named = environment["NEURON_REDUCE_CACHE"], !named.isEmpty {
      return (named as NSString).expandingTildeInPath + "/mods"
    }
    let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (base ?? "\(environment["HOME"] ?? NSHomeDirectory())/.cache") + "/neuron-reduce/mods"
  }

  private func isOnPath(_ program: String) -> Bool {
    (environment["PATH"] ?? "").split(separator: ":").contains {
      files.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  private func compile(in folder: String, count: Int) throws {
    let program = "\(installation.prefix)/bin/nrnivmodl"
    guard files.isExecutableFile(atPath: program) else {
      throw CommandFailure(
        "there is no \(program), which compiles mod files; expected an installation of NEURON that has it"
      )
    }
    progress.say(
      "Compiling \(count) mod file\(count == 1 ? "" : "s"), once: they are kept in \(cache)")
    var variables = environment
    variables["NRNHOME"] = installation.prefix
    // A wheel's own compiler is that of the machine it was built on.
    for (language, variable, names) in [
      ("C", "CC", ["cc", "gcc", "clang"]), ("C++", "CXX", ["c++", "g++", "clang++"]),
    ]
    where (environment[variable] ?? "").isEmpty {
      guard let found = names.first(where: isOnPath) else {
        throw CommandFailure(
          "there is no \(language) compiler on PATH, which mod files are compiled by; expected one of "
            + "\(names.joined(separator: ", ")), or \(variable) to name one")
      }
      variables[variable] = found
    }
    var done = 0
    let (status, output) = try run([program, "mods"], variables, in: folder) { output in
      let translated =
        String(decoding: output, as: UTF8.self).components(separatedBy: "Translating ").count - 1
      if translated > done {
        done = translated
        progress.step("Compiling mod files", done, of: count)
      }
    }
    progress.clear()
    guard status == 0 else {
      throw CommandFailure(CompilerMessages(String(decoding: output, as: UTF8.self)).text)
    }
  }

  /// Runs a program, which an interruption ends with all that it has started: what it leaves is removed, and this
  /// process then ends as by the interruption.
  private func run(
    _ arguments: [String], _ variables: [String: String], in folder: String,
    _ heard: (Data) -> Void
  ) throws -> (status: Int32, output: Data) {
    let pointers = { (texts: [String]) -> [UnsafePointer<CChar>?] in
      texts.map { UnsafePointer(strdup($0)) } + [nil]
    }
    var (program, environment) = (
      pointers(arguments), pointers(variables.map { "\($0.key)=\($0.value)" })
    )
    defer { for each in program + environment { free(UnsafeMutablePointer(mutating: each)) } }
    var descriptor: Int32 = -1
    let child = neuron_host_run(&program, &environment, folder, &descriptor)
    guard child > 0 else {
      throw CommandFailure("\(arguments[0]) cannot be run: \(String(cString: strerror(errno)))")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    var output = Data()
    while true {
      let data = handle.availableData
      if data.isEmpty { break }
      output += data
      heard(output)
    }
    let status = neuron_host_wait_for_run(child, descriptor)
    if neuron_host_was_interrupted() {
      try? files.removeItem(atPath: folder)
      progress.clear()
      neuron_host_end_as_interrupted()
    }
    return (status, output)
  }
}

/// What a user has to know of what nrnivmodl has written.
struct CompilerMessages {
  private let lines: [Substring]

  init(_ output: String) { lines = output.split(whereSeparator: \.isNewline) }

  /// Of which mod files something was said that ends compiling.
  private var files: [String] {
    var names: [String] = []
    for line in lines {
      let said =
        line.matches(of: /(\w[\w.+-]*)\.(?:cpp|c):\d+(?::\d+)?: (?:fatal )?error/).map(\.1)
        + line.matches(of: /(?:in file |: )(\w[\w.+-]*)\.mod\b/).map(\.1)
        + line.matches(of: /^make: \*\*\* \[.*?(\w[\w.+-]*)\.(?:cpp|c|o)\] Error/).map(\.1)
      for name in said.map({ "\($0).mod" }) where !names.contains(name) { names.append(name) }
    }
    return names.filter { $0 != "mod_func.mod" }
  }

  var text: String {
    let telling = lines.filter { line in
      ["error", "not found", "illegal"].contains { line.localizedCaseInsensitiveContains($0) }
        && !line.hasPrefix("NOTE:") && !line.hasPrefix("make")
    }
    let shown = telling.isEmpty ? Array(lines.suffix(12)) : Array(telling.prefix(12))
    let what = files.isEmpty ? "the mod files" : files.joined(separator: ", ")
    return
      "nrnivmodl does not compile \(what); expected what NEURON 9 takes, which compiles them as C++:\n"
      + shown.map { line in
        // The folder it was compiled in is gone.
        line.replacing(/^\/\S*\/(\w[\w.+-]*:\d+)/) { String($0.1) }
      }.joined(separator: "\n")
  }
}

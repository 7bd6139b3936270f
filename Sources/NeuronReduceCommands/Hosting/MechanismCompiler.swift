import CNEURONHost
import CellFile
import Foundation

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
    let key = try key(of: names, in: folder)
    let kept = "\(cache)/\(key)"
    if let found = library(in: kept) { return found }
    try files.createDirectory(
      atPath: cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let work = "\(cache)/.\(key).\(ProcessInfo.processInfo.processIdentifier)"
    try? files.removeItem(atPath: work)
    try files.createDirectory(atPath: "\(work)/mods", withIntermediateDirectories: true)
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
      guard library(in: kept) != nil else { throw error }
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
      throw CommandFailure(
        "--mods is \(folder), which has no mod file; expected a folder with some")
    }
    return names
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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["mods"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var variables = environment
    variables["NRNHOME"] = installation.prefix
    // A wheel's own compiler is that of the machine it was built on.
    for (variable, names) in [("CC", ["cc", "gcc", "clang"]), ("CXX", ["c++", "g++", "clang++"])]
    where (environment[variable] ?? "").isEmpty {
      guard let found = names.first(where: isOnPath) else {
        throw CommandFailure(
          "there is no C++ compiler on PATH, which mod files are compiled by; expected one of "
            + "\(names.joined(separator: ", ")), or \(variable) to name one")
      }
      variables[variable] = found
    }
    process.environment = variables
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw CommandFailure("\(program) cannot be run: \(error.localizedDescription)")
    }
    var output = Data()
    var done = 0
    while true {
      let data = pipe.fileHandleForReading.availableData
      if data.isEmpty { break }
      output += data
      let translated =
        String(decoding: output, as: UTF8.self).components(separatedBy: "Translating ").count - 1
      if translated > done {
        done = translated
        progress.step("Compiling mod files", done, of: count)
      }
    }
    process.waitUntilExit()
    progress.clear()
    guard process.terminationStatus == 0 else {
      let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
      let telling = lines.filter { line in
        ["error", "not found", "illegal"].contains { line.localizedCaseInsensitiveContains($0) }
          && !line.hasPrefix("NOTE:")
      }
      throw CommandFailure(
        "nrnivmodl does not compile the mod files:\n"
          + (telling.isEmpty ? lines.suffix(12) : telling.prefix(12)).joined(separator: "\n"))
    }
  }
}

import Foundation

/// An installation of NEURON on this machine.
struct Installation: Equatable {
  /// libnrniv.so.
  let library: String
  /// share/nrn, with hoc's own library.
  let home: String
  /// What has bin, lib and share: of a wheel its `.data`.
  let prefix: String

  /// The installation that a path is of, or in: a library, a prefix, a wheel's package, an environment.
  init?(at path: String, _ files: FileManager = .default) {
    let path = (path as NSString).expandingTildeInPath
    let library = "libnrniv.so"
    if (path as NSString).lastPathComponent == library, files.fileExists(atPath: path) {
      let prefix = Self.above(Self.above(path))
      self.init(prefix: prefix, library: path, files)
      return
    }
    for prefix in Self.prefixes(in: path, files) {
      for folder in ["lib", "lib64", "x86_64/lib", "aarch64/lib", "arm64/lib"] {
        let library = "\(prefix)/\(folder)/\(library)"
        if files.fileExists(atPath: library) {
          self.init(prefix: prefix, library: library, files)
          return
        }
      }
    }
    return nil
  }

  private init(prefix: String, library: String, _ files: FileManager) {
    let homes = [prefix, Self.above(prefix)].map { "\($0)/share/nrn" }
    home = homes.first { files.fileExists(atPath: $0) } ?? homes[0]
    self.library = library
    self.prefix = prefix
  }

  private static func above(_ path: String) -> String {
    (path as NSString).deletingLastPathComponent
  }

  /// What of a path may be a prefix.
  private static func prefixes(in path: String, _ files: FileManager) -> [String] {
    let packages = [path, "\(path)/site-packages", "\(path)/dist-packages"]
    let libraries = ["\(path)/lib", "\(path)/lib64", "\(path)/local/lib"].flatMap { folder in
      ((try? files.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("python3") }
        .sorted().reversed()
        .flatMap { ["\(folder)/\($0)/site-packages", "\(folder)/\($0)/dist-packages"] }
    }
    return [path, "\(path)/.data"] + (packages + libraries).map { "\($0)/neuron/.data" }
  }
}

/// Why there is no NEURON to host.
struct NoInstallation: Error, CustomStringConvertible {
  /// What the caller named; nil where it was looked for.
  let named: String?
  let looked: [String]
  /// One that was found, and has no hoc library.
  private(set) var incomplete: Installation?

  init(named: String?, looked: [String]) {
    (self.named, self.looked) = (named, looked)
  }

  init(incomplete: Installation) {
    self.init(named: nil, looked: [])
    self.incomplete = incomplete
  }

  var description: String {
    if let incomplete {
      return """
        \(incomplete.library) has no \(incomplete.home)/lib/hoc/stdrun.hoc, which belongs to it: expected the whole of \
        an installation.
        """
    }
    if let named {
      return """
        \(named) is no installation of NEURON: it has no lib/libnrniv.so. Expected the folder of an installation, of \
        a Python environment that has the wheel, or libnrniv.so itself.
        """
    }
    return """
      NEURON was not found. It was looked for \(looked.joined(separator: ", ")).
      To get it:   python3 -m venv nrn && nrn/bin/pip install neuron
      and then:    export NRNHOME=$PWD/nrn, or --neuron nrn after the subcommand
      """
  }
}

/// Looks for NEURON without running anything.
struct InstallationSearch {
  var environment = ProcessInfo.processInfo.environment
  var files = FileManager.default
  /// The program that runs.
  var program = CommandLine.arguments.first ?? ""

  /// - Parameter named: what the caller says; nil for nothing.
  /// - Throws: `NoInstallation`.
  func installation(named: String?) throws(NoInstallation) -> Installation {
    if let named {
      guard let found = Installation(at: named, files) else {
        throw NoInstallation(named: named, looked: [])
      }
      return found
    }
    if let home = environment["NRNHOME"], !home.isEmpty {
      guard let found = Installation(at: home, files) else {
        throw NoInstallation(named: "NRNHOME=\(home)", looked: [])
      }
      return found
    }
    for place in places {
      for path in place.paths {
        if let found = Installation(at: path, files) { return found }
      }
    }
    throw NoInstallation(named: nil, looked: places.map(\.what))
  }

  private var places: [(what: String, paths: [String])] {
    let home = environment["HOME"] ?? ""
    return [
      (
        "in VIRTUAL_ENV and CONDA_PREFIX",
        [environment["VIRTUAL_ENV"], environment["CONDA_PREFIX"]].compactMap(\.self)
      ),
      ("beside this program", [prefix(of: program)].compactMap(\.self)),
      ("by nrniv on PATH", onPath("nrniv").compactMap(prefix)),
      ("by python3 on PATH", onPath("python3").compactMap(prefix)),
      (
        "in ~/.local, /usr/local, /usr and /opt/nrn",
        ["\(home)/.local", "/usr/local/nrn", "/usr/local", "/usr", "/opt/nrn"]
      ),
    ]
  }

  private func onPath(_ name: String) -> [String] {
    (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .filter { files.isExecutableFile(atPath: $0) }
  }

  /// The prefix of a program in a bin folder: as it is, since environments link to another's program.
  private func prefix(of program: String) -> String? {
    let folder = (program as NSString).deletingLastPathComponent
    guard program.contains("/"), (folder as NSString).lastPathComponent == "bin" else { return nil }
    return (folder as NSString).deletingLastPathComponent
  }
}

import Foundation
import Testing

/// The command as its users run it.
enum Command {
  struct Result {
    let output, errors: String
    let code: Int32
  }

  /// The executable, which is built beside the tests.
  static let program: URL = {
    var folder = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
      folder = bundle.bundleURL
    }
    let beside = folder.deletingLastPathComponent().appendingPathComponent("neuron-reduce")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return project.appendingPathComponent(".build/debug/neuron-reduce")
  }()

  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let models = project.appendingPathComponent("Tests/NeuronReduceCommandsTests/Models")

  /// Where NEURON is: as the environment says, or that of `make test`.
  static let neuron: String? = {
    if let home = ProcessInfo.processInfo.environment["NRNHOME"] { return home }
    let venv = project.appendingPathComponent(".venv").path
    return FileManager.default.fileExists(atPath: "\(venv)/bin/nrniv") ? venv : nil
  }()

  static let needsNEURON = Comment(
    "there is no NEURON: NRNHOME says where one is, and 'make test' brings one")

  /// - Parameters:
  ///   - isHosting: whether it is told where NEURON is.
  ///   - variables: what else its environment has.
  ///   - folder: that it is started in.
  static func run(
    _ arguments: [String], isHosting: Bool = true, variables: [String: String] = [:],
    in folder: String = models.path
  ) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ProcessInfo.processInfo.environment
    environment["NRNHOME"] = isHosting ? neuron : nil
    environment["NEURON_REDUCE_CACHE"] =
      environment["NEURON_REDUCE_CACHE"] ?? project.appendingPathComponent(".cache").path
    process.environment = environment.merging(variables) { $1 }
    let written = try TemporaryFolder()
    _ = FileManager.default.createFile(atPath: written.file("errors"), contents: nil)
    let output = Pipe()
    process.standardOutput = output
    // In a file, which does not fill up while the output is read.
    process.standardError = FileHandle(forWritingAtPath: written.file("errors"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = FileManager.default.contents(atPath: written.file("errors")) ?? Data()
    return Result(
      output: String(decoding: data, as: UTF8.self), errors: String(decoding: text, as: UTF8.self),
      code: process.terminationStatus)
  }
}

/// A folder that goes with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "neuron-reduce-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}

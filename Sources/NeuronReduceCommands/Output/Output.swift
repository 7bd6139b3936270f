import CNEURONHost
import Foundation

/// The standard output of the command. What NEURON prints goes to the standard error instead, so that what is read by
/// a machine is what the command writes.
final class Output {
  private let handle: FileHandle
  /// Whether text may have colours: on a terminal that has some, unless NO_COLOR says otherwise.
  let isColoured: Bool

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isColoured =
      isatty(STDOUT_FILENO) != 0 && environment["NO_COLOR"].map(\.isEmpty) ?? true
      && environment["TERM"] != "dumb"
    let kept = neuron_host_divert_output()
    handle = kept >= 0 ? FileHandle(fileDescriptor: kept) : .standardOutput
  }

  func write(_ text: String) throws { try handle.write(contentsOf: Data(text.utf8)) }
}

/// Writes a file as a whole: its name is that of what was there before, or of all that was to be written. What is there
/// and is no file, such as a pipe, is written into.
enum WholeFile {
  static func write(_ text: String, to path: String) throws {
    let isOther = FileManager.default.fileExists(atPath: path) && !isFile(path)
    do {
      try Data(text.utf8).write(
        to: isOther
          ? URL(fileURLWithPath: path) : URL(fileURLWithPath: path).resolvingSymlinksInPath(),
        options: isOther ? [] : .atomic)
    } catch {
      throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("\(path) cannot be read; expected a file")
    }
    return [UInt8](data)
  }
}

/// Makes a folder as a whole: it is there with all of its files, or not.
enum WholeFolder {
  /// - Throws: `CommandFailure` where there is something of this name other than an empty folder, or it is the one that
  ///   the command runs in, which is not to be replaced.
  static func checkThatItMayBeMade(_ path: String) throws {
    let files = FileManager.default
    let resolved = { (path: String) in
      URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    guard resolved(path) != resolved(files.currentDirectoryPath) else {
      throw CommandFailure(
        "\(path) is the folder that this runs in; expected one to be made, or another empty one")
    }
    let isThere = (try? files.attributesOfItem(atPath: path)) != nil
    let isEmpty = (try? files.contentsOfDirectory(atPath: path))?.isEmpty == true
    guard !isThere || isEmpty else {
      throw CommandFailure("\(path) is there; expected a folder to be made, or an empty one")
    }
  }

  /// - Parameter texts: by the files' paths in the folder.
  static func write(_ texts: [(path: String, text: String)], to path: String) throws {
    let files = FileManager.default
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let temporary = folder.deletingLastPathComponent().appendingPathComponent(
      ".\(folder.lastPathComponent).\(UUID().uuidString).part")
    do {
      try files.createDirectory(at: temporary, withIntermediateDirectories: false)
      for (own, text) in texts {
        let file = temporary.appendingPathComponent(own)
        try files.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      // Takes the place of an empty folder, and of nothing else.
      guard rename(temporary.path, folder.path) == 0 else {
        throw CocoaError(.fileWriteFileExists)
      }
    } catch {
      try? files.removeItem(at: temporary)
      throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
    }
  }
}

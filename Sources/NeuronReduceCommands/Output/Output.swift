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

/// Writes a file as a whole: its name is that of what was there before, or of all that was to be written.
enum WholeFile {
  static func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// That a file can be written, as far as that is known before: its folder is there.
  static func checkFolder(of path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    var isFolder: ObjCBool = false
    guard
      FileManager.default.fileExists(
        atPath: folder.isEmpty ? "." : folder, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw CommandFailure("\(path) cannot be written; expected \(folder) to be a folder")
    }
    guard
      !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue
    else { throw CommandFailure("\(path) is a folder; expected the name of a file to write") }
  }

  static func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("\(path) cannot be read; expected a file")
    }
    return [UInt8](data)
  }
}

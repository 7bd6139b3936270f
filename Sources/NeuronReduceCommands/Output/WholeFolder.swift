import CNEURONHost
import Foundation

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
    // A folder that is half written would stay.
    neuron_host_hold_interruptions(true)
    defer { neuron_host_hold_interruptions(false) }
    do {
      // Foundation, where it is linked statically, does not say what the system said.
      guard mkdir(temporary.path, 0o777) == 0 else { throw WholeFile.posixError() }
      for (own, text) in texts {
        let file = temporary.appendingPathComponent(own)
        try files.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      // Takes the place of an empty folder, and of nothing else.
      guard rename(temporary.path, folder.path) == 0 else { throw WholeFile.posixError() }
    } catch {
      try? files.removeItem(at: temporary)
      throw CommandFailure("\(path) cannot be written: \(WholeFile.reason(of: error))")
    }
  }
}

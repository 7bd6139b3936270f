import CNEURONHost
import Foundation

/// Files that a user names. Their paths are those of the folder that the command was started in, wherever a model has
/// gone since by chdir.
enum WholeFile {
  private static let start = FileManager.default.currentDirectoryPath

  /// To be called before a model is loaded.
  static func rememberFolder() { _ = start }

  /// Whether the process has gone to another folder since.
  static var hasMoved: Bool { FileManager.default.currentDirectoryPath != start }

  /// A path that is the same in every folder.
  static func path(_ name: String) -> String {
    name.hasPrefix("/") ? name : "\(start)/\(name)"
  }

  /// Where a name leads, also by a link to what is not there yet.
  private static func target(of name: String) -> String {
    var path = (Self.path(name) as NSString).resolvingSymlinksInPath
    for _ in 0..<linkLimit {
      // What a link of /proc says of a pipe is no path.
      guard kind(of: path) == nil,
        let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
      else { break }
      let folder = (path as NSString).deletingLastPathComponent
      path =
        ((next.hasPrefix("/") ? next : "\(folder)/\(next)") as NSString).resolvingSymlinksInPath
    }
    return path
  }

  /// As many as Linux follows.
  private static let linkLimit = 40

  /// Writes a file as a whole: its name is that of what was there before, or of all that was to be written.
  ///
  /// What is no file, such as a pipe or a device, is written to as it is.
  static func write(_ text: String, to name: String) throws {
    try check(name)
    let path = target(of: name)
    do {
      let data = Data(text.utf8)
      guard kind(of: path) != .special else {
        guard let handle = FileHandle(forWritingAtPath: path) else { throw posixError() }
        try handle.write(contentsOf: data)
        try handle.close()
        return
      }
      // A file that is half written would stay.
      neuron_host_hold_interruptions(true)
      defer { neuron_host_hold_interruptions(false) }
      try replace(path, by: data)
    } catch {
      throw CommandFailure("\(name) cannot be written: \(reason(of: error))")
    }
  }

  /// That a file can be written, before there is work to lose.
  static func check(_ name: String) throws {
    let path = target(of: name)
    let folder = (path as NSString).deletingLastPathComponent
    switch kind(of: path) {
    case .folder: throw CommandFailure("\(name) cannot be written: it is a folder; expected a file")
    case .special: return
    case .file, nil:
      guard kind(of: folder) == .folder else {
        throw CommandFailure("\(name) cannot be written: there is no folder \(folder)")
      }
      guard access(folder, W_OK) == 0, kind(of: path) == nil || access(path, W_OK) == 0 else {
        throw CommandFailure("\(name) cannot be written: \(reason(of: posixError()))")
      }
    }
  }

  /// Whether two names are of one file, which a device or a pipe is not.
  static func isSame(_ first: String, _ second: String) -> Bool {
    let real = [first, second].map { (target(of: $0) as NSString).standardizingPath }
    return real[0] == real[1] && kind(of: real[0]) != .special
  }

  static func read(_ name: String) throws -> [UInt8] {
    let path = Self.path(name)
    guard kind(of: path) != .folder, let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("\(name) cannot be read; expected a file")
    }
    return [UInt8](data)
  }

  /// What the system says of an error.
  static func reason(of error: any Error) -> String {
    var error = error as NSError
    while let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError { error = cause }
    return error.domain == NSPOSIXErrorDomain
      ? String(cString: strerror(Int32(error.code))) : error.localizedDescription
  }

  private enum Kind { case file, folder, special }

  private static func kind(of path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .special
    }
  }

  /// What the system has last failed by.
  static func posixError() -> NSError {
    NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
  }

  private static func replace(_ path: String, by data: Data) throws {
    var status = stat()
    let isThere = stat(path, &status) == 0
    let folder = (path as NSString).deletingLastPathComponent
    let name = (path as NSString).lastPathComponent
    let written = "\(folder)/.\(name).\(ProcessInfo.processInfo.processIdentifier)"
    // One that a process of this number has left; what others have put there is not followed.
    unlink(written)
    let descriptor = open(written, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard descriptor >= 0 else { throw posixError() }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    do {
      try handle.write(contentsOf: data)
      if isThere { _ = fchmod(descriptor, status.st_mode & 0o7777) }
      guard close(descriptor) == 0, rename(written, path) == 0 else { throw posixError() }
    } catch {
      let cause = error
      _ = close(descriptor)
      unlink(written)
      throw cause
    }
  }
}

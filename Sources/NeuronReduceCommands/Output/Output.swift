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

  /// A file that a user names, or `-` for the standard output by whatever name: under its own it is where NEURON's
  /// goes, and a file there would be replaced.
  static func named(_ name: String) -> String {
    ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(name) ? "-" : name
  }

  func write(_ text: String) throws {
    do {
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      throw CommandFailure("the standard output cannot be written: \(WholeFile.reason(of: error))")
    }
  }
}

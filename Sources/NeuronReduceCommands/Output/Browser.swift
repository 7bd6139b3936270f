import Foundation

/// What shows pages to the user, where there is something that does.
enum Browser {
  #if os(macOS)
    private static let opener = "open"
  #else
    private static let opener = "xdg-open"
  #endif

  /// Has a file shown, and does not wait for it. Nothing happens on a machine without a browser or a display.
  static func open(
    _ path: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    guard hasDisplay(environment), let program = program(in: environment["PATH"] ?? "") else {
      return
    }
    let process = Process()
    process.executableURL = program
    process.arguments = [URL(fileURLWithPath: path).absoluteString]
    (process.standardInput, process.standardOutput, process.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
    )
    try? process.run()
  }

  /// Without one xdg-open takes a browser of the terminal's.
  private static func hasDisplay(_ environment: [String: String]) -> Bool {
    #if os(macOS)
      return true
    #else
      return ["DISPLAY", "WAYLAND_DISPLAY"].contains { environment[$0]?.isEmpty == false }
    #endif
  }

  private static func program(in path: String) -> URL? {
    path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(opener)") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}

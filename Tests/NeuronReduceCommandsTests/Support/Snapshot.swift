import Foundation
import Testing

/// Texts that are kept: what is written has to be the same again. `RECORD_SNAPSHOTS=1 swift test` writes them anew,
/// and fails, so that no run that wrote them passes.
enum Snapshot {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Snapshots")

  static func expect(
    _ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let file = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try? Data(text.utf8).write(to: file)
      Issue.record("\(name) was recorded", sourceLocation: sourceLocation)
      return
    }
    guard let kept = try? String(contentsOf: file, encoding: .utf8) else {
      Issue.record(
        "there is no \(name): RECORD_SNAPSHOTS=1 writes it", sourceLocation: sourceLocation)
      return
    }
    #expect(text == kept, "\(name) is not as it was", sourceLocation: sourceLocation)
  }
}

import Foundation

/// What is said on the standard error while something runs: lines, and on a terminal how far it is.
final class Progress {
  private let isTerminal: Bool
  private let isQuiet: Bool
  private var hasStep = false
  private var last = ContinuousClock.now

  init(isQuiet: Bool, isTerminal: Bool = isatty(STDERR_FILENO) != 0) {
    self.isQuiet = isQuiet
    self.isTerminal = isTerminal
  }

  func say(_ line: String) {
    guard !isQuiet else { return }
    clear()
    write("\(line)\n")
  }

  /// What is said even where nothing else is: without it a result would be taken for another.
  func warn(_ line: String) {
    clear()
    write("Warning: \(line)\n")
  }

  /// What goes on, until something else is said.
  func isBusy(_ what: String) {
    guard !isQuiet, isTerminal else { return }
    clear()
    hasStep = true
    write("\(what) …")
  }

  func step(_ what: String, _ done: Int, of count: Int) {
    guard !isQuiet, isTerminal, done >= count || ContinuousClock.now - last > .milliseconds(100)
    else { return }
    last = .now
    hasStep = true
    let share = count > 0 ? 100 * done / count : 100
    write("\r\u{1b}[K\(what): \(share) %")
  }

  func clear() {
    guard hasStep else { return }
    hasStep = false
    write("\r\u{1b}[K")
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

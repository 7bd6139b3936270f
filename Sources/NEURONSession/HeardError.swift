import CNEURONHost

/// What NEURON has said of an error: it says the cause to its user, and to its caller what failed in consequence.
package struct HeardError {
  /// Files that were to be loaded and are not there, which is no error to hoc.
  let missingFiles: [String]
  /// The cause of the last error, and where it is; nil where none was said.
  let cause: String?

  /// Without what NEURON's exceptions begin with.
  package static func plain(_ message: String) -> String {
    let start = "hoc_execerror: "
    return message.hasPrefix(start) ? String(message.dropFirst(start.count)) : message
  }

  init() { self.init(text: String(cString: neuron_host_said())) }

  init(text: String) {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
    let start = "\(Session.programName): "
    let missing = "Couldn't find: "
    var files: [String] = []
    var cause: String?
    for (index, line) in lines.enumerated() where line.hasPrefix(start) {
      let said = line.dropFirst(start.count)
      if said.hasPrefix(missing) {
        let file = String(said.dropFirst(missing.count))
        if !files.contains(file) { files.append(file) }
        continue
      }
      // A consequence of the error in the file.
      if said.hasPrefix("hoc_Load_file ") { continue }
      cause = String(said)
      if index + 1 < lines.count, lines[index + 1].hasPrefix(" in ") {
        cause = "\(said),\(lines[index + 1])"
      }
    }
    missingFiles = files
    self.cause = cause
  }
}

/// What kept cells are written as.
package enum ExportFormat: String, CaseIterable, Sendable {
  case hoc, netpyne, neuroml, python, swc
  /// A folder.
  case sonata

  /// The format of a file's ending, such as `.hoc`.
  package init?(ending: String) {
    guard let found = Self.allCases.first(where: { $0.ending == ending.lowercased() }) else {
      return nil
    }
    self = found
  }

  /// What names of files end with; nil for what is a folder.
  package var ending: String? {
    switch self {
    case .hoc: ".hoc"
    case .netpyne: ".json"
    case .neuroml: ".nml"
    case .python: ".py"
    case .swc: ".swc"
    case .sonata: nil
    }
  }
}

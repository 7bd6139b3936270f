import CellFile

/// A kept cell for those who do not have neuron-reduce: the texts of what is to be written.
package struct CellExport: Equatable {
  package struct File: Equatable {
    /// In the folder; empty for what is a file by itself.
    package let path: String
    package let text: String
  }

  package let files: [File]
  /// What of the cell the format has no place for and is left out, a sentence each.
  package let warnings: [String]

  /// - Parameters:
  ///   - cell: as it is kept.
  ///   - format: of the file or the folder.
  ///   - name: that of the file or the folder, without an ending.
  /// - Throws: `ExportError` where the format has no way to say what the cell is.
  package init(
    of cell: KeptCell, as format: ExportFormat, named name: String
  ) throws(ExportError) {
    switch format {
    case .hoc: self.init(text: HocTemplate(cell, file: name).text)
    case .netpyne:
      let rule = try NetPyNERule(cell, named: name)
      self.init(text: rule.text, warnings: rule.warnings)
    case .neuroml:
      let document = try NeuroMLDocument(cell, named: name)
      self.init(text: document.text, warnings: document.warnings)
    case .python: self.init(text: PythonModule(cell, named: name).text)
    case .swc: self.init(text: SWCText(cell).text)
    case .sonata: self.init(files: try SONATAFolder(cell, named: name).files)
    }
  }

  private init(text: String, warnings: [String] = []) {
    self.init(files: [File(path: "", text: text)], warnings: warnings)
  }

  private init(files: [File], warnings: [String] = []) {
    self.files = files
    self.warnings = warnings
  }
}

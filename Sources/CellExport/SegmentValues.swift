import CellFile

extension PerSegment {
  /// What a section has one value of.
  ///
  /// - Parameter what: what it is, for the error.
  func single(_ what: String, in format: ExportFormat) throws(ExportError) -> Double {
    let values = self.values(count: 1)
    guard let first = values.first, let first,
      values.allSatisfy({ $0 == first || $0?.isNaN == true && first.isNaN })
    else { throw .differing(what: what, format: format) }
    return try first.asNumber(what, in: format)
  }
}

extension Double {
  /// Itself.
  ///
  /// - Throws: `ExportError` where it is infinite or none.
  func asNumber(_ what: String, in format: ExportFormat) throws(ExportError) -> Double {
    guard isFinite else { throw .noNumber(what: what, value: self, format: format) }
    return self
  }
}

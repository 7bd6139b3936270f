import CellModel

/// The ways to reduce a cell, by the names that users give.
package enum Method: String, Sendable, CaseIterable {
  case classic, lumped

  /// Whether connections may come out with other weights than they had, by what is known of the drive.
  package var changesWeights: Bool { self != .classic }

  /// - Throws: `ReductionError.unknownMethod`.
  package init(name: String) throws(ReductionError) {
    guard let method = Method(rawValue: name) else {
      throw .unknownMethod(name: name, known: Method.allCases.map(\.rawValue))
    }
    self = method
  }

  /// Reduces a cell: see `ClassicReduction`, `LumpedReduction`.
  ///
  /// - Throws: `ReductionError`; for a cell whose value does not hold together, `.model`.
  package func reduce(
    _ cell: CellModel, settings: ReductionSettings, finished: (ReductionStage) -> Void = { _ in }
  ) throws(ReductionError) -> Reduction {
    do throws(CellModelError) {
      try cell.validate()
    } catch {
      throw .model(error)
    }
    switch self {
    case .classic: return try ClassicReduction.reduce(cell, settings: settings, finished: finished)
    case .lumped: return try LumpedReduction.reduce(cell, settings: settings, finished: finished)
    }
  }
}

import CellModel

/// The ways to reduce a cell, by the names that users give.
package struct Method: Sendable {
  let supplier: any ReductionMethod.Type

  package static let classic = Method(supplier: ClassicReduction.self)
  package static let lumped = Method(supplier: LumpedReduction.self)
  package static let folded = Method(supplier: FoldedReduction.self)

  /// All there are, in the order in which users are told of them.
  package static let allCases = [classic, lumped, folded]

  package var name: String { supplier.name }
  package var traits: MethodTraits { supplier.traits }

  /// Whether connections may come out with other weights than they had, by what is known of the drive.
  package var changesWeights: Bool { traits.changesWeights }
}

extension Method {
  /// - Throws: `ReductionError.unknownMethod`.
  package init(name: String) throws(ReductionError) {
    guard let method = Method.allCases.first(where: { $0.name == name }) else {
      throw .unknownMethod(name: name, known: Method.allCases.map(\.name))
    }
    self = method
  }
}

extension Method: Equatable, CustomStringConvertible {
  package static func == (first: Method, second: Method) -> Bool { first.name == second.name }

  package var description: String { name }
}

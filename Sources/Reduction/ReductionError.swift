import CellModel

/// Why a cell cannot be reduced as asked.
package enum ReductionError: Error, Equatable {
  case unknownMethod(name: String, known: [String])
  case frequency(Double)
  case segmentCount(Double)
  /// The cell's value does not hold together.
  case model(CellModelError)
  case noSoma(cell: String)
  case noDendrites(cell: String)
  case somaHasParent(soma: String, parent: String)
  case dendriteOnAxon(section: String, axon: String)
  case missingLeak(section: String)
  case property(section: String, name: String, value: Double, expected: String)
  case unsolvable(section: String, frequency: Double)
  case tooManySegments(section: String, count: Double, limit: Int)
  case unknownParameter(kind: String, name: String, known: [String])
}

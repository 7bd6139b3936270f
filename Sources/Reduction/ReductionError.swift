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
  /// Stems without a leak, the first of them by itself; how many of the sections that are replaced have one,
  /// of how many; and what the nearest of these has, where any has.
  case missingLeak(section: String, stems: [String], having: Int, sections: Int, example: String)
  case unsolvable(section: String, frequency: Double)
  case tooManySegments(section: String, count: Double, limit: Int)
  case tolerance(Double)
  /// The methods that could keep one.
  case toleranceWithout(method: String, methods: [String])
  case unknownLoss(tolerance: Double)
  /// What is lost where nothing is folded.
  case toleranceOutOfReach(tolerance: Double, least: Double)
  /// One that is not above 0, or of none of those that there can be.
  case gain(name: String, factor: Double, known: [String])
  /// The methods that ask what the cell was seen to do.
  case observedWithout(method: String, methods: [String])
  case observed(samples: Int, segments: Int, interval: Double)
  case unknownParameter(kind: String, name: String, known: [String])
  /// Sites for a method that keeps none, and the methods that do.
  case sitesOfMethod(name: String, known: [String])
  /// A site that is no place of the cell.
  case site(index: Int, section: Int, position: Double)
  /// Sites that leave more segments and compartments, the soma counted as one, than the total that was asked for;
  /// how many of them are the segments that are kept.
  case sitesNeed(needed: Int, total: Double, kept: Int)
  /// A root or what is to be kept, by its place in that argument, that is no section of the cell.
  case part(argument: String, index: Int, section: Int)
  /// A root that is soma or axon.
  case rootStays(section: String, role: String)
  /// A root beyond another one; beyond itself where it is named twice.
  case rootInside(section: String, of: String)
  /// A root of whose subtree everything is to be kept.
  case rootKept(section: String)
  /// All dendrites are to be kept.
  case allKept(cell: String)
  /// Spines that are folded, for a method that cannot say what their necks do, and the methods that can.
  case spinesOfMethod(name: String, known: [String])
  /// A spine that is soma or axon, or hangs on that; nil for what hangs on nothing.
  case spineElsewhere(section: String, role: String, parent: String?)
  /// A spine from which an axon leaves.
  case spineBears(section: String, axon: String)
  /// A section of a spine that is a root, too.
  case spineIsRoot(section: String)
}

extension ReductionError {
  /// Runs a body; a fault that it finds in a cell is one of the cell that is reduced.
  static func wrapping(_ body: () throws(CellModelError) -> Void) throws(ReductionError) {
    do throws(CellModelError) { try body() } catch { throw .model(error) }
  }
}

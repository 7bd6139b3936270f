import Reduction

/// Why a session's cell could not be read, reduced or rebuilt.
///
/// Every case carries a value: by reflection, which callers in C read errors by, others have no name.
package enum BridgeError: Error, Equatable {
  /// The process has no NEURON, or one without the C API that came with NEURON 9.
  case noNEURON(missingFunction: String)
  /// NEURON reported an error.
  case neuron(doing: String, message: String)
  /// A name in what a caller says of the leak, which is nothing's.
  case leak(named: String, expected: String)
  /// Sections attached in a circle, each to the next and the last to the first.
  case loop(sections: [String])
  /// The session is not what was read.
  case changedMeanwhile(what: String)
  case somaInPieces(section: String, soma: String)
  case rallBranch(section: String, value: Double)
  case diameter(section: String, value: Double)
  case listsDiffer(synapses: Int, connections: Int)
  case notAPointProcess(index: Int, found: String)
  case notANetCon(index: Int, found: String)
  case unplacedSynapse(index: Int, kind: String)
  case foreignSynapse(index: Int, kind: String, section: String, cell: String)
  case connectionTarget(index: Int, found: String)
  /// A POINTER that can neither follow its target nor be set anew.
  case pointer(owner: String, target: String, expected: String)
  /// The mechanism that has it is in use, in a NEURON whose POINTERs cannot be read.
  case unreadablePointers(name: String)
  /// A variable that is a source of ParallelContext's transfers and has no place in the reduced cell.
  case transfer(identifier: Int, place: String)
  /// ParallelContext transfers variables, in a NEURON whose sources cannot be read.
  case unreadableTransfers(functions: [String])
  /// A POINTER whose copy, in a cell that is built beside the original, would point to nothing.
  case pointerOfCopy(owner: String)
  /// A section whose copy has another shape.
  case shapeOfCopy(section: String, position: Double)
  case template(name: String, problem: String)
  case reduction(ReductionError)
}

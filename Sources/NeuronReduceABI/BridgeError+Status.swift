import CNeuronReduce
import NEURONBridge
import Reduction

extension BridgeError {
  /// The status that stands for this error in C.
  var status: nr_status {
    switch self {
    case .noNEURON: NR_UNSUPPORTED_NEURON
    case .neuron, .changedMeanwhile: NR_NEURON
    case .leak: NR_ARGUMENT
    case .loop, .somaInPieces, .rallBranch, .diameter, .pointer, .unreadablePointers, .transfer,
      .unreadableTransfers, .pointerOfCopy, .shapeOfCopy:
      NR_CELL
    case .listsDiffer, .notAPointProcess, .notANetCon, .unplacedSynapse, .foreignSynapse,
      .connectionTarget:
      NR_SYNAPSE
    case .template: NR_TEMPLATE
    case .reduction(let error): error.status
    }
  }
}

extension ReductionError {
  /// The status that stands for this error in C.
  var status: nr_status {
    switch self {
    case .unknownMethod, .frequency, .segmentCount, .tooManySegments, .unknownParameter, .tolerance,
      .toleranceWithout, .unknownLoss, .toleranceOutOfReach, .gain, .observedWithout, .observed,
      .sitesOfMethod, .site,
      .sitesNeed, .part, .rootStays, .rootInside, .rootKept, .allKept, .spinesOfMethod,
      .spineElsewhere, .spineBears, .spineIsRoot:
      NR_ARGUMENT
    case .model, .noSoma, .noDendrites, .somaHasParent, .dendriteOnAxon, .missingLeak,
      .unsolvable:
      NR_CELL
    }
  }
}

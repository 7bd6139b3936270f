import CellModel
import SynapseResponse
import TestSupport

@testable import Reduction

/// Rates and responses of every kind for the synapses of a cell, some unknown.
struct RandomDrive {
  static let responses = [
    DoubleExponential(rise: 0.3, decay: 1.8).response(reversal: 0),
    DoubleExponential(rise: 1, decay: 8).response(reversal: -80),
    DoubleExponential(rise: 4, decay: 42).response(.nonlinearConductance, reversal: 0),
    DoubleExponential(rise: 0.2, decay: 2).response(.stochastic),
    SynapticResponse(nature: .nonlinearConductance, times: [0, 1], conductances: [-1, -1]),
    SynapticResponse(nature: .current),
    SynapticResponse(nature: .none),
  ]

  let drive: SynapticDrive

  init(of cell: CellModel, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    drive = SynapticDrive(
      responses: Self.responses,
      responseIndices: cell.pointProcesses.map { _ in
        [0, 0, 1, 1, 2, 3, 4, 5, 6, nil].randomElement(using: &generator) ?? nil
      },
      rates: cell.connections.map { _ in
        [0, 2, 10, 40, 40, nil].randomElement(using: &generator) ?? nil
      })
  }
}

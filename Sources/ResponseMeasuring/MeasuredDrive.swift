import CellModel
import NEURONBridge
import Reduction
import SynapseResponse

/// What a reduction is told of a cell's synaptic drive: rates and measured responses.
package struct MeasuredDrive {
  package let drive: SynapticDrive
  /// What a user should know of what was not found out, one sentence each.
  package let notes: [String]

  /// With rates, for methods that ask for them.
  ///
  /// - Parameters:
  ///   - rates: of the listed connections in Hz, in their order; nil where not known.
  ///   - stating: what states a rate that is not known, as the end of a sentence.
  package init(
    of cell: LiveCell, rates: [Double?], stating: String = "; a rate in the table states them"
  ) throws(BridgeError) {
    let measured = try ResponseMeasurement(of: cell).measure()
    let steady = SteadyEvents(of: cell, measured, rates: rates)
    drive = Self.drive(measured, steady, rates: rates)
    notes = Self.notes(measured, steady, rates, stating)
  }

  /// Without: to know which synapses one may stand for.
  ///
  /// - Parameter isWanted: by kind, as `CellModel.processGroups` has them.
  package init(of cell: LiveCell, onlyKinds isWanted: [Bool]) throws(BridgeError) {
    let measured = try ResponseMeasurement(of: cell).measure(only: isWanted)
    drive = Self.drive(measured, nil, rates: [])
    notes =
      (measured.problem.isEmpty
        ? []
        : [
          "Whether one point process can stand for several could not be measured (\(measured.problem))."
        ])
      + measured.notes
  }

  private static func drive(
    _ measured: MeasuredKinds, _ steady: SteadyEvents?, rates: [Double?]
  ) -> SynapticDrive {
    let times = MeasuringClock.times
    return SynapticDrive(
      responses: measured.kinds.enumerated().map { index, kind in
        guard let response = kind?.response else { return SynapticResponse(nature: .none) }
        return SynapticResponse(
          nature: response.nature, times: Array(times.prefix(response.conductances.count)),
          conductances: response.conductances,
          reversal: steady?.reversals[index] ?? response.reversal,
          superposes: response.superposes, isOhmic: response.isOhmic, charges: response.charges)
      }, responseIndices: measured.indices, rates: rates, steadyEvents: steady?.events ?? [])
  }

  private static func notes(
    _ measured: MeasuredKinds, _ steady: SteadyEvents?, _ rates: [Double?], _ stating: String
  ) -> [String] {
    var notes: [String] = []
    let unknown = rates.count { $0 == nil }
    if unknown > 0 {
      notes.append(
        "The rates of \(unknown) of \(rates.count) NetCons are not known, and count as 0 in the operating point"
          + "\(stating).")
    }
    let count = measured.indices.count
    let random = measured.indices.indices.count { index in
      measured.indices[index].flatMap { measured.kinds[$0] }?.response.nature == .stochastic
        && (rates[index] ?? 0) > 0 && steady?.events[index] == nil
    }
    if random > 0 {
      notes.append(
        "The responses of \(random) of \(count) point processes differ from one run to the next: their mean "
          + "conductance is not known, and counts as 0 in the operating point.")
    }
    notes += steady?.notes ?? []
    let unmeasured = measured.indices.count { $0 == nil }
    if !measured.problem.isEmpty {
      notes.append(
        unmeasured == count
          ? "No response of any synapse could be measured: all weights stay as they were, which is not what the "
            + "method is for, and the operating point is that of the cell without synaptic input; events may "
            + "count for more or less at the soma than in the full cell (\(measured.problem))."
          : "The responses of \(unmeasured) of \(count) point processes could not be measured: their weights stay "
            + "as they were, and they do not count in the operating point (\(measured.problem)).")
    }
    return notes + measured.notes
  }
}

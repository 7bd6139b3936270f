import CellModel
import NEURONBridge
import Reduction
import SynapseResponse

/// What a reduction is told of a cell's synaptic drive: rates and measured responses.
package struct MeasuredDrive {
  package let drive: SynapticDrive
  /// What a user should know of what was not found out, one sentence each.
  package let notes: [String]

  /// What a method asks for: rates and responses where it changes weights; else for which synapses one may stand for
  /// several, as far as equal ones meet; nil where none do.
  ///
  /// - Parameters:
  ///   - method: that is to be told.
  ///   - cell: the original, in its session.
  ///   - rates: of the listed connections in Hz, in their order; nil where not known.
  ///   - stating: what states a rate that is not known, as the end of a sentence.
  ///   - trial: of a reduction that merges all equal ones that meet, which is not built.
  /// - Throws: `BridgeError`, `ReductionError`; the session is as it was.
  package init?(
    for method: Method, of cell: LiveCell, rates: @autoclosure () -> [Double?], stating: String,
    trial: @autoclosure () throws -> ReductionSettings
  ) throws {
    if method.changesWeights {
      try self.init(of: cell, rates: rates(), stating: stating)
      return
    }
    // Of synapses that meet no equal one it does not matter whether one could stand for two.
    let (groups, indices) = cell.model.processGroups(
      amongFirst: cell.listedCount, connectionCount: cell.listedConnections.count)
    let trial = try LiveReduction(of: cell, settings: trial())
    var (before, after) = (
      [Int](repeating: 0, count: groups.count), [Int](repeating: 0, count: groups.count)
    )
    for group in indices { before[group] += 1 }
    for survivor in trial.survivors { after[indices[survivor]] += 1 }
    let meeting = groups.indices.map { after[$0] < before[$0] }
    guard meeting.contains(true) else { return nil }
    try self.init(of: cell, onlyKinds: meeting)
  }

  /// With rates, for methods that ask for them; parameters as above.
  private init(of cell: LiveCell, rates: [Double?], stating: String) throws(BridgeError) {
    let measured = try ResponseMeasurement(of: cell).measure()
    let steady = SteadyEvents(of: cell, measured, rates: rates)
    drive = Self.drive(measured, steady, rates: rates)
    notes = Self.notes(measured, steady, rates, stating)
  }

  /// Without: to know which synapses one may stand for.
  ///
  /// - Parameter isWanted: by kind, as `CellModel.processGroups` has them.
  private init(of cell: LiveCell, onlyKinds isWanted: [Bool]) throws(BridgeError) {
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

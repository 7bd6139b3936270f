import CellFile
import Fidelity
import NEURONSession

/// How close a run of a reduced cell is to that of the full one under the same events; docs/fidelity.md says what
/// each number is.
struct RunComparison {
  struct Cell {
    let spikes: Int
    let rate, height, halfWidth, latency, seconds: Double
  }

  let start, stop, window: Double
  let full, reduced: Cell
  let rateError, gamma, matched, synchronization, distance: Double
  let soma: VoltageDifference
  /// By place beside the soma, as it was named.
  let dendrites: [(place: String, difference: VoltageDifference)]
  /// What made the reduced cell, as files have it; null where that is not known.
  let reduction: JSONValue

  /// - Parameters:
  ///   - full: of the soma, then of places beside it; likewise of the reduced cell.
  ///   - places: what these are called.
  ///   - start: in ms, what comes before is not compared.
  ///   - window: in ms, how far apart two spikes still coincide.
  init(
    full: RunRecord, reduced: RunRecord, places: [String], reduction: JSONValue,
    threshold: Double, start: Double, window: Double
  ) throws(FidelityError) {
    let all = try [full, reduced].map { record throws(FidelityError) in
      try record.voltages.map { voltages throws(FidelityError) in
        try VoltageTrace(times: record.times, voltages: voltages)
      }
    }
    let both = zip(all, [full, reduced]).map { (trace: $0[0], seconds: $1.seconds) }
    let span = try TimeSpan(
      start: max(start, both.compactMap(\.trace.times.first).max() ?? 0),
      end: both.compactMap(\.trace.times.last).min() ?? 0)
    let trains = try both.map { each throws(FidelityError) in
      try each.trace.spikes(in: span, threshold: threshold)
    }
    let coincidence = try Coincidence(of: trains[0], and: trains[1], window: window)
    // A spike shortly before the span still reaches into it.
    let cut = try SpikeCut(times: both.flatMap { $0.trace.upwardCrossings(of: threshold) })
    soma = try VoltageDifference(of: both[0].trace, and: both[1].trace, in: span, cut: cut)
    dendrites = try places.enumerated().map { each throws(FidelityError) in
      let index = each.offset + 1
      return (
        each.element,
        try VoltageDifference(of: all[0][index], and: all[1][index], in: span, cut: cut)
      )
    }
    self.reduction = reduction
    let cells = try zip(both, trains).map { pair throws(FidelityError) in
      let shape = try SpikeShape(of: pair.0.trace, in: span, threshold: threshold)
      return Cell(
        spikes: pair.1.times.count, rate: pair.1.rate, height: shape.height,
        halfWidth: shape.halfWidth,
        latency: shape.latency, seconds: pair.0.seconds)
    }
    (self.full, self.reduced) = (cells[0], cells[1])
    (self.start, stop, self.window) = (span.start, span.end, window)
    rateError = trains[1].rateError(against: trains[0])
    gamma = coincidence.factor
    matched = coincidence.matchedShare
    synchronization = SpikeSynchronization.between(trains[0], trains[1])
    distance = SpikeDistance.between(trains[0], trains[1])
  }

  private var isSilent: Bool { full.spikes == 0 }

  func text(isColoured: Bool) -> String {
    var cells = TextTable(("", .left), ("full", .right), ("reduced", .right))
    cells.rows = [
      ["spikes", "\(full.spikes)", "\(reduced.spikes)"],
      ["rate (Hz)", full.rate.text(), reduced.rate.text()],
      ["AP height (mV)", full.height.text(), reduced.height.text()],
      ["half width (ms)", full.halfWidth.text(), reduced.halfWidth.text()],
      ["latency (ms)", full.latency.text(), reduced.latency.text()],
      ["run time (s)", full.seconds.text(), reduced.seconds.text()],
    ]
    let known = { (value: Double) in isSilent ? "–" : value.text() }
    var rows = TextTable(("against the full cell", .left), ("reduced", .right))
    rows.rows = [
      ["relative rate error", known(rateError)],
      ["coincidence factor (±\(window.general(digits: 6)) ms)", known(gamma)],
      ["share of spikes matched (±\(window.general(digits: 6)) ms)", known(matched)],
      ["SPIKE-synchronization", known(synchronization)], ["SPIKE-distance", known(distance)],
    ]
    for (place, difference) in [("soma", soma)] + dendrites.map({ ($0.place, $0.difference) }) {
      rows.rows += [
        ["\(place) RMSD (mV)", difference.rootMeanSquare.text()],
        ["\(place) mean difference (mV)", difference.mean.text()],
        ["\(place) SD difference (mV)", difference.deviation.text()],
      ]
      if place == "soma", let rmsd = reduction["expected"]?["rmsd"]?.double {
        rows.rows.insert(
          ["expected of it, by linear theory", rmsd.text()], at: rows.rows.count - 2)
      }
    }
    rows.rows.append(["share of time compared", soma.comparedShare.text()])
    let summary = ReductionSummary(record: reduction)
    var text = reduction == .null ? "" : "\(summary.title)\n"
    text += "\(start.general(digits: 6)) to \(stop.general(digits: 6)) ms\n"
    if isSilent { text += "the full cell never fires: nothing can be said of spikes\n" }
    text += "\n" + cells.text(isColoured: isColoured) + "\n" + rows.text(isColoured: isColoured)
    if reduction != .null { text += "\n\(summary.expected)\n" }
    if reduced.seconds > 0 {
      let ratio = full.seconds / reduced.seconds
      text += "\n\(ratio.text()) times \(ratio < 1 ? "as fast" : "faster")\n"
    }
    let notes = summary.notes
    if !notes.isEmpty { text += "\n" + notes.map { "\($0)\n" }.joined() }
    return text
  }

  /// By the names of Python's Comparison; null where nothing can be said.
  var json: JSONValue {
    let cell = { (name: String, full: Double, reduced: Double) -> [JSONValue.Member] in
      [.init("\(name)_full", Self.known(full)), .init("\(name)_reduced", Self.known(reduced))]
    }
    return .object(
      [
        .init("start", Self.known(start)), .init("stop", Self.known(stop)),
        .init("window", Self.known(window)),
        .init("spikes_full", .integer(full.spikes)),
        .init("spikes_reduced", .integer(reduced.spikes)),
      ] + cell("rate", full.rate, reduced.rate)
        + [
          .init("rate_error", ofSpikes(rateError)), .init("gamma", ofSpikes(gamma)),
          .init("matched", ofSpikes(matched)),
          .init("spike_synchronization", ofSpikes(synchronization)),
          .init("spike_distance", ofSpikes(distance)),
          .init("rmsd", Self.known(soma.rootMeanSquare)),
          .init("mean_difference", Self.known(soma.mean)),
          .init("sd_difference", Self.known(soma.deviation)),
          .init("compared_share", Self.known(soma.comparedShare)),
          .init(
            "dendrites",
            .list(
              dendrites.map { place, difference in
                .object([
                  .init("place", .text(place)),
                  .init("rmsd", Self.known(difference.rootMeanSquare)),
                  .init("mean_difference", Self.known(difference.mean)),
                  .init("sd_difference", Self.known(difference.deviation)),
                ])
              })),
          .init("expected", expected),
        ] + cell("ap_height", full.height, reduced.height)
        + cell("half_width", full.halfWidth, reduced.halfWidth)
        + cell("latency", full.latency, reduced.latency)
        + cell("seconds", full.seconds, reduced.seconds))
  }

  /// What the reduction was expected to lose at the soma; null where that is not known.
  private var expected: JSONValue {
    guard let loss = reduction["expected"] else { return .null }
    return .object(
      ["rmsd", "deviation", "counted", "netcons"].map { .init($0, loss[$0] ?? .null) })
  }

  /// What is about the spikes of both cells, of which a full cell that never fires says nothing.
  private func ofSpikes(_ value: Double) -> JSONValue { isSilent ? .null : Self.known(value) }

  private static func known(_ value: Double) -> JSONValue {
    value.isNaN ? .null : JSONValue(value)
  }
}

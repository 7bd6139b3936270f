import CellFile
import Fidelity
import Foundation

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

  /// - Parameters:
  ///   - start: in ms, what comes before is not compared.
  ///   - window: in ms, how far apart two spikes still coincide.
  init(
    full: (trace: VoltageTrace, seconds: Double), reduced: (trace: VoltageTrace, seconds: Double),
    threshold: Double,
    start: Double, window: Double
  ) throws(FidelityError) {
    let both = [full, reduced]
    let span = try TimeSpan(
      start: max(start, both.compactMap(\.trace.times.first).max() ?? 0),
      end: both.compactMap(\.trace.times.last).min() ?? 0)
    let trains = try both.map { each throws(FidelityError) in
      try each.trace.spikes(in: span, threshold: threshold)
    }
    let coincidence = try Coincidence(of: trains[0], and: trains[1], window: window)
    // A spike shortly before the span still reaches into it.
    let cut = try SpikeCut(times: both.flatMap { $0.trace.upwardCrossings(of: threshold) })
    soma = try VoltageDifference(of: full.trace, and: reduced.trace, in: span, cut: cut)
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
      ["soma RMSD (mV)", soma.rootMeanSquare.text()],
      ["soma mean difference (mV)", soma.mean.text()],
      ["soma SD difference (mV)", soma.deviation.text()],
      ["share of time compared", soma.comparedShare.text()],
    ]
    var text = "\(start.general(digits: 6)) to \(stop.general(digits: 6)) ms\n"
    if isSilent { text += "the full cell never fires: nothing can be said of spikes\n" }
    text += "\n" + cells.text(isColoured: isColoured) + "\n" + rows.text(isColoured: isColoured)
    if reduced.seconds > 0 { text += "\n\((full.seconds / reduced.seconds).text()) times faster\n" }
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
          .init("rate_error", Self.known(rateError)), .init("gamma", Self.known(gamma)),
          .init("matched", Self.known(matched)),
          .init("spike_synchronization", Self.known(synchronization)),
          .init("spike_distance", Self.known(distance)),
          .init("rmsd", Self.known(soma.rootMeanSquare)),
          .init("mean_difference", Self.known(soma.mean)),
          .init("sd_difference", Self.known(soma.deviation)),
          .init("compared_share", Self.known(soma.comparedShare)),
        ] + cell("ap_height", full.height, reduced.height)
        + cell("half_width", full.halfWidth, reduced.halfWidth)
        + cell("latency", full.latency, reduced.latency)
        + cell("seconds", full.seconds, reduced.seconds))
  }

  private static func known(_ value: Double) -> JSONValue {
    value.isNaN ? .null : JSONValue(value)
  }
}

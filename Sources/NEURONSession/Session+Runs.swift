import CNEURON
import NEURONBridge

/// What was recorded of a run, at the beginning and after each step.
package struct RunRecord {
  /// In ms.
  package let times: [Double]
  /// In mV: by place, as long as the times.
  package let voltages: [[Double]]
  /// That the run took.
  package let seconds: Double

  package init(times: [Double], voltages: [[Double]], seconds: Double) {
    self.times = times
    self.voltages = voltages
    self.seconds = seconds
  }
}

extension Session {
  /// Runs the session with steps of equal length.
  ///
  /// - Parameters:
  ///   - stop: until when, in ms.
  ///   - step: in ms.
  ///   - places: whose potentials are recorded.
  ///   - events: of NetCons at times in ms, that are sent when the run begins.
  ///   - progress: is told which share is done.
  package func run(
    until stop: Double, step: Double,
    recording places: [(section: SectionReference, position: Double)],
    events: [(netCon: ObjectReference, times: [Double])] = [], progress: (Double) -> Void = { _ in }
  ) throws -> RunRecord {
    let time = try neuron.newObject("Vector")
    let symbol = try neuron.symbol("t")
    guard let address = neuron.api.symbol_data(symbol) else {
      throw BridgeError.neuron(doing: "recording the time", message: "there is none")
    }
    let count = Int(min(stop / step, 1e8)) + 16
    guard let first = places.first else { return RunRecord(times: [], voltages: [], seconds: 0) }
    let recorded = try neuron.with(section: first.section) { () throws(BridgeError) in
      try neuron.perform("buffer_size", of: time, [.number(Double(count))])
      try neuron.perform("record", of: time, [.address(address)])
      return try places.map { place throws(BridgeError) in
        let vector = try neuron.newObject("Vector")
        try neuron.perform("buffer_size", of: vector, [.number(Double(count))])
        let potential = HocArgument.range(
          RangeVariable(symbol: try neuron.symbol("v"), name: "v"), place.section,
          position: place.position)
        try neuron.perform("record", of: vector, [potential])
        return vector
      }
    }
    let solver = try neuron.newObject("CVode")
    try neuron.call(neuron.method("active", of: solver), of: solver, .number(0))
    neuron.api.object_unref(solver)
    try set("dt", to: step)
    let start = ContinuousClock.now
    try neuron.call(neuron.symbol("finitialize"), .number(neuron.number(named: "v_init") ?? -65))
    for each in events {
      for time in each.times { try neuron.perform("event", of: each.netCon, [.number(time)]) }
    }
    let run = try neuron.symbol("batch_run")
    let parts = max(1, Int(min(100, stop / 10)))
    for part in 1...parts {
      try neuron.call(run, .number(stop * Double(part) / Double(parts)), .number(1e9))
      progress(Double(part) / Double(parts))
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try neuron.check(doing: "running the cell")
    let record = RunRecord(
      times: values(time), voltages: recorded.map(values), seconds: seconds)
    for vector in recorded + [time] { neuron.api.object_unref(vector) }
    return record
  }

  func values(_ vector: ObjectReference) -> [Double] {
    Array(
      UnsafeBufferPointer(
        start: neuron.api.vector_data(vector), count: Int(neuron.api.vector_size(vector))))
  }
}

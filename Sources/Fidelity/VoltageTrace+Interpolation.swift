extension VoltageTrace {
  /// The voltages, in mV, at given times, linearly interpolated; at a jump, the voltage after it.
  ///
  /// - Parameter times: in ms, never falling. Before the first sample and after the last one the
  ///   voltage is that sample's.
  package func voltages(at times: [Double]) -> [Double] {
    var sample = 0
    return times.map { time in
      while sample + 1 < self.times.count, self.times[sample + 1] <= time { sample += 1 }
      guard sample + 1 < self.times.count, time > self.times[sample] else {
        return voltages[sample]
      }
      let share =
        (time - self.times[sample]) / (self.times[sample + 1] - self.times[sample])
      return voltages[sample] + share * (voltages[sample + 1] - voltages[sample])
    }
  }
}

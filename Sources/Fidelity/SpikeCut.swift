/// The stretches of time around spikes that a comparison of subthreshold voltages leaves out.
///
/// Where a spike is a millisecond late the difference of the voltages is that of a spike and of rest,
/// 100 mV: spikes are compared by their times and shapes, and voltages between them.
package struct SpikeCut: Sendable, Equatable {
  /// In ms. The foot of a spike, where the voltage rises by 10 mV/ms, was at most 0.6 ms before the
  /// crossing of −20 mV in the layer-5 pyramidal cell of the demo, and 1.1 ms with NEURON's hh.
  package static let before = 2.0
  /// In ms. In the same cells a spike was back at the voltage of its foot 1.6 and 2.7 ms after the
  /// crossing, and at the trough of a fast after-hyperpolarization after 3 to 5 ms, from which it
  /// takes about as long to come back. Slower after-potentials are subthreshold dynamics, which a
  /// reduced cell should have as well.
  package static let after = 10.0

  /// The spikes, in ms, never falling.
  package let times: [Double]
  /// What is left out before and after each spike, in ms.
  package let before: Double
  package let after: Double

  /// - Parameters:
  ///   - times: of spikes of any number of trains, in ms, in any order.
  ///   - before: in ms; 0 or greater.
  ///   - after: in ms; 0 or greater.
  /// - Throws: `FidelityError` for numbers that are not finite or less than 0.
  package init(
    times: [Double], before: Double = Self.before, after: Double = Self.after
  ) throws(FidelityError) {
    for (name, value) in [("cut before a spike", before), ("cut after a spike", after)]
    where !(Magnitude.isUsable(value) && value >= 0) {
      throw .parameter(name: name, value: value, expected: "a finite number of ms, 0 or greater")
    }
    try Magnitude.check(times, of: "spikes to cut out")
    self.times = times.sorted()
    self.before = before
    self.after = after
  }

  /// Which of some times lie outside all cuts; the ends of a cut are cut.
  ///
  /// - Parameter samples: in ms, never falling.
  func keeps(_ samples: [Double]) -> [Bool] {
    var spike = 0
    return samples.map { sample in
      while spike < times.count, times[spike] + after < sample { spike += 1 }
      return spike == times.count || sample < times[spike] - before
    }
  }
}

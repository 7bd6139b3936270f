extension SpikeTrain {
  /// Spikes per second of the span, in Hz: 1000·n / (end − start).
  package var rate: Double { 1000 * Double(count) / span.duration }

  /// |n − n_ref| / n_ref, the relative error of this train's spike count, and so of its rate.
  ///
  /// Where the reference has no spikes: 0 if this train has none either, and infinity otherwise.
  ///
  /// - Parameter reference: the train that is right.
  package func rateError(against reference: SpikeTrain) -> Double {
    if count == reference.count { return 0 }
    return Double(abs(count - reference.count)) / Double(reference.count)
  }
}

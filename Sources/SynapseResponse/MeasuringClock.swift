/// The steps of time that every run of a measurement takes, in ms. The first event comes at time 0.
package enum MeasuringClock {
  /// From the start of a run to the first event.
  package static let before = 1.0
  /// Step and end of the part that follows fast responses.
  package static let fineStep = 0.025
  package static let fineEnd = 60.0
  /// Step and end of the part that follows slow ones.
  package static let coarseStep = 0.5
  package static let end = 1500.0

  static let quietCount = 40
  static let fineCount = 2400
  static let coarseCount = 2880

  /// When currents are compared: the beginnings of all steps from time 0 on.
  package static let times: [Double] =
    (0..<fineCount).map { Double($0) * fineStep }
    + (0..<coarseCount).map { fineEnd + Double($0) * coarseStep }

  /// The values that are recorded in a run up to its end: one at the beginning, and one after each
  /// step.
  package static let sampleCount = 1 + quietCount + fineCount + coarseCount

  /// How many steps lie between two times of the fine part.
  static func fineSteps(in duration: Double) -> Int { Int((duration / fineStep).rounded()) }
}

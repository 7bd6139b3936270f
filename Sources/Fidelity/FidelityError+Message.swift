extension FidelityError: CustomStringConvertible {
  /// One sentence that names what is at fault and what was expected.
  package var description: String {
    switch self {
    case .lengths(let times, let voltages):
      "there are \(times) times and \(voltages) voltages; expected one voltage for each time"
    case .tooShort(let count):
      "the recording has \(count) samples; expected at least 2"
    case .value(let series, let index, let value):
      "element \(index) of the \(series) is \(value); expected a finite number of at most "
        + "\(Magnitude.largest) in magnitude"
    case .falling(let series, let index, let value, let previous):
      "element \(index) of the \(series) is \(value), after \(previous); expected times that do not "
        + "fall"
    case .outside(let series, let index, let value, let start, let end):
      "element \(index) of the \(series) is \(value) ms; expected a time from \(start) to \(end) ms"
    case .span(let start, let end):
      "the time to compare is from \(start) to \(end) ms; expected an end after the start"
    case .notCovered(let start, let end, let recordedFrom, let recordedTo):
      "the time to compare is from \(start) to \(end) ms, but the recording goes from "
        + "\(recordedFrom) to \(recordedTo) ms; expected a recording of all of that time"
    case .parameter(let name, let value, let expected):
      "\(name) is \(value); expected \(expected)"
    }
  }
}

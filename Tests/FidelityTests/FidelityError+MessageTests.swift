import Fidelity
import Testing

@Suite struct FidelityErrorMessageTests {
  @Test(arguments: [
    (
      FidelityError.lengths(times: 3, voltages: 2),
      "there are 3 times and 2 voltages; expected one voltage for each time"
    ),
    (.tooShort(count: 1), "the recording has 1 samples; expected at least 2"),
    (
      .value(series: "voltages", index: 4, value: .infinity),
      "element 4 of the voltages is inf; expected a finite number of at most 1e+100 in magnitude"
    ),
    (
      .falling(series: "times", index: 2, value: 1, previous: 1.5),
      "element 2 of the times is 1.0, after 1.5; expected times that do not fall"
    ),
    (
      .outside(series: "spikes", index: 0, value: -1, start: 0, end: 10),
      "element 0 of the spikes is -1.0 ms; expected a time from 0.0 to 10.0 ms"
    ),
    (
      .span(start: 2, end: 1),
      "the time to compare is from 2.0 to 1.0 ms; expected an end after the start"
    ),
    (
      .notCovered(start: 0, end: 10, recordedFrom: 1, recordedTo: 10),
      "the time to compare is from 0.0 to 10.0 ms, but the recording goes from 1.0 to 10.0 ms; "
        + "expected a recording of all of that time"
    ),
    (
      .parameter(name: "window", value: -1, expected: "a finite number of ms, 0 or greater"),
      "window is -1.0; expected a finite number of ms, 0 or greater"
    ),
  ])
  func messagesNameWhatIsAtFault(error: FidelityError, message: String) {
    #expect(error.description == message)
  }
}

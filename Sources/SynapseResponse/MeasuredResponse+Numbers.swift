/// As numbers, which one process can tell another.
extension MeasuredResponse {
  package var numbers: [Double] {
    [
      Double(nature.rawValue), Double(superposition.rawValue), reversal ?? .nan, addsUp ? 1 : 0,
      isOhmic ? 1 : 0, Double(brief?.rawValue ?? -1), Double(conductances.count),
    ] + conductances
  }

  /// - Parameter numbers: what begins with those of a response, and afterwards does not have them any more.
  package init?(takingFrom numbers: inout ArraySlice<Double>) {
    let head = Array(numbers.prefix(7))
    guard head.count == 7,
      let nature = SynapticResponse.Nature(rawValue: Int32(head[0])),
      let superposition = Superposition(rawValue: Int32(head[1])),
      head[6] >= 0, head[6] <= Double(numbers.count - 7)
    else { return nil }
    let count = Int(head[6])
    self.init(
      nature, superposition, whole: Array(numbers.dropFirst(7).prefix(count)),
      reversal: head[2].isNaN ? nil : head[2], addsUp: head[3] != 0, isOhmic: head[4] != 0,
      brief: MeasuringProtocol(rawValue: Int32(head[5])))
    numbers = numbers.dropFirst(7 + count)
  }

  /// The same with another nature of the current of one event.
  package func ohmic(_ isOhmic: Bool) -> MeasuredResponse {
    MeasuredResponse(
      nature, superposition, whole: conductances, reversal: reversal, addsUp: addsUp,
      isOhmic: isOhmic, brief: brief)
  }

  /// The same with another superposition.
  package func superposing(_ superposition: Superposition) -> MeasuredResponse {
    MeasuredResponse(
      nature, superposition, whole: conductances, reversal: reversal, addsUp: addsUp,
      isOhmic: isOhmic, brief: brief)
  }
}

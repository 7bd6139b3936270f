/// As numbers, which one process can tell another.
extension MeasuredResponse {
  package var numbers: [Double] {
    [
      Double(nature.rawValue), Double(superposition.rawValue), reversal ?? .nan, addsUp ? 1 : 0,
      isOhmic ? 1 : 0, Double(brief?.rawValue ?? -1), Double(charges.count),
      Double(conductances.count),
    ] + charges + conductances
  }

  /// - Parameter numbers: what begins with those of a response, and afterwards does not have them any more.
  package init?(takingFrom numbers: inout ArraySlice<Double>) {
    let head = Array(numbers.prefix(8))
    guard head.count == 8,
      let nature = SynapticResponse.Nature(rawValue: Int32(head[0])),
      let superposition = Superposition(rawValue: Int32(head[1])),
      head[6] >= 0, head[7] >= 0, head[6] + head[7] <= Double(numbers.count - 8)
    else { return nil }
    let (charges, count) = (Int(head[6]), Int(head[7]))
    self.init(
      nature, superposition, whole: Array(numbers.dropFirst(8 + charges).prefix(count)),
      reversal: head[2].isNaN ? nil : head[2], addsUp: head[3] != 0, isOhmic: head[4] != 0,
      charges: Array(numbers.dropFirst(8).prefix(charges)),
      brief: MeasuringProtocol(rawValue: Int32(head[5])))
    numbers = numbers.dropFirst(8 + charges + count)
  }

  /// ∫g dt, in µS·ms per unit of weight.
  package var charge: Double {
    let times = MeasuringClock.times
    return conductances.indices.dropFirst().reduce(0) {
      $0 + 0.5 * (conductances[$1] + conductances[$1 - 1]) * (times[$1] - times[$1 - 1])
    }
  }

  /// The same as far as a brief protocol tells, and the rest as of the one that it is most like: whether one event is
  /// ohmic, and what it lets in at potentials that were not tried.
  ///
  /// - Parameters:
  ///   - other: whether the other is ohmic.
  ///   - like: the other; nil for none.
  package func completed(isOhmic other: Bool, by like: MeasuredResponse?) -> MeasuredResponse {
    var charges = charges
    if charges.isEmpty, let like, !like.charges.isEmpty, like.charge > 0 {
      let scale = charge / like.charge
      charges = like.charges.map { $0 * scale }
    }
    return MeasuredResponse(
      nature, superposition, whole: conductances, reversal: reversal, addsUp: addsUp,
      isOhmic: isOhmic && other, charges: charges, brief: brief)
  }

  /// The same with another superposition.
  package func superposing(_ superposition: Superposition) -> MeasuredResponse {
    MeasuredResponse(
      nature, superposition, whole: conductances, reversal: reversal, addsUp: addsUp,
      isOhmic: isOhmic, charges: charges, brief: brief)
  }
}

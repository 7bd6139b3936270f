import ComplexModule

/// What one event does to a point process: how it was found to respond, measured in the simulator.
package struct SynapticResponse: Sendable, Equatable {
  /// How the membrane current of a point process follows its events and the voltage.
  package enum Nature: Int32, Sendable, CaseIterable {
    /// A conductance with a reversal potential, proportional to the weight; events add up.
    case linearConductance = 0
    /// A conductance that depends on the voltage, on earlier events or in another way than in
    /// proportion on the weight.
    case nonlinearConductance = 1
    /// A conductance that differs from one run to the next.
    case stochastic = 2
    /// A current that does not depend on the voltage.
    case current = 3
    /// No response was seen.
    case none = 4
  }

  package let nature: Nature
  /// ∫g dt for a weight of 1, in µS·ms per unit of weight; 0 where there is no conductance.
  package let charge: Double
  /// |G(ω)|²/G(0) at each of `SpectralGrid.frequencies`, in µS·ms per unit of weight.
  package let power: [Double]
  /// Where the current of a conductance reverses, in mV; nil where that is not known.
  package let reversal: Double?
  /// Whether events of two connections act as if each had such a point process of its own, so that one
  /// can stand for two; nil where that is not known.
  package let superposes: Bool?
  /// Whether the current of one event is linear in the voltage and proportional to the weight, whatever an event
  /// does to the next.
  package let isOhmic: Bool

  /// What an event lets in where its own site does not stay where it was; nil of responses that do not depend on the
  /// voltage, and where that is not known.
  package let voltageCourse: VoltageCourse?

  /// From a measured conductance.
  ///
  /// - Parameters:
  ///   - nature: what kind of current it makes.
  ///   - times: in ms, increasing, from the event on.
  ///   - conductances: at these times, in µS per unit of weight.
  ///   - reversal: see the property.
  ///   - superposes: see the property.
  ///   - isOhmic: see the property; a linear conductance is.
  ///   - charges: see `MeasuredResponse.charges`.
  package init(
    nature: Nature, times: [Double] = [], conductances: [Double] = [], reversal: Double? = nil,
    superposes: Bool? = nil, isOhmic: Bool = false, charges: [Double] = []
  ) {
    self.nature = nature
    self.isOhmic = isOhmic || nature == .linearConductance
    self.reversal = reversal
    self.superposes = superposes
    let spectrum = Spectrum.of(conductances, at: times)
    let total = spectrum[0].real
    let charge = total > 0 && total.isFinite ? total : 0
    self.charge = charge
    voltageCourse =
      nature == .nonlinearConductance && !isOhmic && charge > 0
      ? VoltageCourse(times: times, conductances: conductances, charges: charges, total: charge)
      : nil
    power = spectrum.map { charge > 0 ? $0.lengthSquared / charge : 0 }
  }

  private init(_ response: SynapticResponse, charge: Double) {
    nature = response.nature
    self.charge = charge
    let scale = response.charge > 0 ? charge / response.charge : 0
    power = response.power.map { $0 * scale }
    reversal = response.reversal
    superposes = response.superposes
    isOhmic = response.isOhmic
    voltageCourse = scale > 0 ? response.voltageCourse?.scaled(by: scale) : nil
  }

  /// The same time course with another charge; no time course where there was none.
  package func passing(charge: Double) -> SynapticResponse {
    SynapticResponse(self, charge: charge)
  }
}

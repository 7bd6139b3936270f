import CNEURON

/// How an ion's concentrations and reversal potential are had in a section, as NEURON's `ion_style` returns
/// and takes it.
package struct IonStyle: Hashable {
  package let bits: Int

  package init(_ bits: Int) { self.bits = bits }

  fileprivate var concentration: Double { Double(bits & 3) }
  fileprivate var initializesConcentrations: Double { Double(bits >> 2 & 1) }
  fileprivate var reversal: Double { Double(bits >> 3 & 3) }
  fileprivate var initializesReversal: Double { Double(bits >> 5 & 1) }
  fileprivate var advancesReversal: Double { Double(bits >> 6 & 1) }
}

extension NEURON {
  /// The style of an ion in a section that has it.
  package func ionStyle(
    of ion: HocString, in section: SectionReference
  ) throws(BridgeError) -> IonStyle {
    let function = try symbol("ion_style")
    return try with(section: section) { () throws(BridgeError) in
      IonStyle(try call(function, .string(ion)).count)
    }
  }

  /// Gives an ion a style in a section that has it.
  package func set(
    _ style: IonStyle, of ion: HocString, in section: SectionReference
  ) throws(BridgeError) {
    let function = try symbol("ion_style")
    try with(section: section) { () throws(BridgeError) in
      try call(
        function, .string(ion), .number(style.concentration), .number(style.reversal),
        .number(style.initializesReversal), .number(style.advancesReversal),
        .number(style.initializesConcentrations))
    }
  }
}

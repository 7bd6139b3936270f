/// A mechanism as its NMODL source declares it: its name and its PARAMETERs.
///
/// States, assigned values, functions, procedures, pointers and random-number members are not
/// parameters and do not appear.
package struct MechanismKind: Sendable, Codable, Equatable {
  /// The leak mechanism that NEURON itself provides: i = g_pas · (v − e_pas).
  package static let passiveLeakName = "pas"

  /// One PARAMETER, a scalar or an array.
  package struct Parameter: Sendable, Codable, Equatable {
    /// The name by which a section's range variable, or a point process's member, is reached.
    package var name: String
    /// The values that a newly inserted mechanism has; one for a scalar.
    package var defaults: [Double]
    /// As the mechanism's source states it, such as `S/cm2`; empty where it states none.
    package var unit: String

    package init(name: String, defaults: [Double], unit: String = "") {
      self.name = name
      self.defaults = defaults
      self.unit = unit
    }

    /// Whether this is an amount per membrane area, by its unit: a conductance, a current, a
    /// permeability (cm/s) or a number of channels, which is 0 where the mechanism is absent.
    package var isDensity: Bool {
      let unit = unit.filter { $0 != " " && $0 != "(" && $0 != ")" && $0 != "^" }
      // A specific resistance is no amount, and nothing where it is 0.
      if unit.lowercased().contains("ohm") { return false }
      return ["/cm2", "/um2", "/m2", "-cm2", "cm/s", "cm/sec", "um/s", "cm/ms", "um/ms"]
        .contains { unit.hasSuffix($0) }
    }
  }

  /// One value that all instances of the mechanism share (NMODL's GLOBAL).
  package struct Global: Sendable, Codable, Equatable {
    package var name: String
    package var values: [Double]

    package init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  package var name: String
  /// An ion: its parameters are reversal potential, inner and outer concentration.
  package var isIon: Bool
  package var parameters: [Parameter]
  package var globals: [Global]
  /// The ions whose currents it makes, by their names without `_ion`, as far as its source says.
  package var currents: [String]

  package init(
    name: String, isIon: Bool = false, parameters: [Parameter] = [], globals: [Global] = [],
    currents: [String] = []
  ) {
    self.name = name
    self.isIon = isIon
    self.currents = currents
    self.parameters = parameters
    self.globals = globals
  }

  /// An ion's name without the `_ion` at its end, which its mechanism has.
  package var ionName: String { name.hasSuffix("_ion") ? String(name.dropLast(4)) : name }

  /// How many numbers one instance's parameters take, arrays included.
  package var valueCount: Int { parameters.reduce(0) { $0 + $1.defaults.count } }

  /// The values of a newly inserted mechanism, in the order of `parameters`.
  package var defaultValues: [Double] { parameters.flatMap(\.defaults) }

  /// The name of one of an instance's values: `tau`, or `tau[0]`, `tau[1]` for an array.
  package func name(ofValue index: Int) -> String {
    var first = 0
    for parameter in parameters {
      if index < first + parameter.defaults.count {
        return parameter.defaults.count == 1
          ? parameter.name : "\(parameter.name)[\(index - first)]"
      }
      first += parameter.defaults.count
    }
    return name
  }

  /// Where in an instance's values a parameter begins; nil for a name that is no parameter.
  package func offset(ofParameter name: String) -> Int? {
    var offset = 0
    for parameter in parameters {
      if parameter.name == name { return offset }
      offset += parameter.defaults.count
    }
    return nil
  }
}

import CellModel
import Mechanisms

/// What of an ion a set of compartments has in the memory, and what changes.
struct IonPlan {
  /// The ion's name without `_ion`.
  let name: String
  /// Its prefix in C.
  let prefix: String
  let valence: Double
  /// `ion_style`: 4 and 32 initialise concentrations and reversal potential, 64 keeps that up to date.
  let style: Int
  /// Where its quantities begin.
  let reversal, current, inside, outside: Int
  /// Whether anything writes a concentration.
  let isDynamic: Bool
  /// Whether a mechanism writes the reversal potential.
  let isReversalWritten: Bool
  /// Whether the current has to be in the memory.
  let hasCurrent: Bool

  var initialisesReversal: Bool { style & 32 != 0 }
  var advancesReversal: Bool { style & 64 != 0 && isDynamic }
  /// Whether it is what concentrations make it from the first step on, and nothing changes these.
  var isReversalLeft: Bool { style & 64 != 0 && !isDynamic }

  func offset(of quantity: Mechanism.IonQuantity) -> Int {
    switch quantity {
    case .reversal: reversal
    case .current: current
    case .inside: inside
    case .outside: outside
    }
  }

  /// As hoc has it.
  func rangeName(of quantity: Mechanism.IonQuantity) -> String {
    switch quantity {
    case .reversal: "e\(name)"
    case .current: "i\(name)"
    case .inside: "\(name)i"
    case .outside: "\(name)o"
    }
  }

  func name(of quantity: Mechanism.IonQuantity) -> String {
    switch quantity {
    case .reversal: prefix + "e"
    case .current: prefix + "i"
    case .inside: prefix + "ci"
    case .outside: prefix + "co"
    }
  }
}

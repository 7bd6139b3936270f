import CNEURON
import CellModel

/// Access to one mechanism's parameters, segment by segment; the segments must have the mechanism
/// inserted, and their section must be the currently accessed one.
struct MechanismParameters {
  private enum Access {
    case scalars([SymbolReference])
    /// Arrays are beyond the range-variable calls: MechanismStandard copies the whole instance.
    case standard(Standard)
  }

  private struct Standard {
    let object: ObjectReference
    let read, write, get, set: SymbolReference
    let parameters: [(name: HocString, size: Int)]
  }

  private let neuron: NEURON
  private let access: Access

  init(_ neuron: NEURON, of kind: MechanismKind) throws(BridgeError) {
    self.neuron = neuron
    if kind.valueCount == kind.parameters.count {
      var symbols: [SymbolReference] = []
      for parameter in kind.parameters { symbols.append(try neuron.symbol(parameter.name)) }
      access = .scalars(symbols)
    } else {
      let object = try neuron.mechanismStandard(kind.name, .parameter)
      access = .standard(
        Standard(
          object: object, read: try neuron.method("in", of: object),
          write: try neuron.method("out", of: object), get: try neuron.method("get", of: object),
          set: try neuron.method("set", of: object),
          parameters: kind.parameters.map { (HocString($0.name), $0.defaults.count) }))
    }
  }

  /// Gives back what this holds in the session.
  func close() {
    if case .standard(let standard) = access { neuron.api.object_unref(standard.object) }
  }

  /// The values in a segment, in the order of the kind's parameters.
  func values(
    in section: SectionReference, at center: Double
  ) throws(BridgeError) -> [Double] {
    switch access {
    case .scalars(let symbols):
      return symbols.map { neuron.api.range_variable($0, section, center) }
    case .standard(let standard):
      try neuron.call(standard.read, of: standard.object, .number(center))
      var values: [Double] = []
      for (name, size) in standard.parameters {
        for element in 0..<size {
          values.append(
            try neuron.call(
              standard.get, of: standard.object, .string(name), .number(Double(element))
            ).number)
        }
      }
      return values
    }
  }

  /// Sets the values in a segment, in the order of the kind's parameters.
  func set(
    _ values: [Double], in section: SectionReference, at center: Double
  ) throws(BridgeError) {
    switch access {
    case .scalars(let symbols):
      for (symbol, value) in zip(symbols, values) {
        neuron.api.set_range_variable(symbol, section, center, value)
      }
    case .standard(let standard):
      var rest = values[...]
      for (name, size) in standard.parameters {
        for (element, value) in rest.prefix(size).enumerated() {
          try neuron.call(
            standard.set, of: standard.object, .string(name), .number(value),
            .number(Double(element)))
        }
        rest = rest.dropFirst(size)
      }
      try neuron.call(standard.write, of: standard.object, .number(center))
    }
  }
}

extension NEURON {
  /// MechanismStandard's kinds of variable.
  enum VariableKind: Double {
    case global = -1
    case all = 0
    case parameter = 1
  }

  /// A new MechanismStandard, which the caller gives back with `object_unref`.
  ///
  /// - Parameter mechanism: a mechanism that NEURON has.
  func mechanismStandard(
    _ mechanism: String, _ kind: VariableKind
  ) throws(BridgeError) -> ObjectReference {
    try newObject("MechanismStandard", .string(HocString(mechanism)), .number(kind.rawValue))
  }
}

/// Why NEURON does not run in this process.
package enum HostError: Error, Equatable {
  /// Its library cannot be loaded.
  case notLoaded(library: String, reason: String)
  /// It did not start, or is too old.
  case notStarted(library: String, reason: String)
}

extension HostError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notLoaded(let library, let reason):
      "NEURON's library \(library) cannot be loaded: \(reason); expected that of NEURON 9.0 or newer"
    case .notStarted(let library, let reason):
      "NEURON does not start from \(library): \(reason); expected NEURON 9.0 or newer"
    }
  }
}

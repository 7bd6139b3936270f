/// Why a cell cannot be written in some format.
package enum ExportError: Error, Equatable {
  /// Something is not the same in all segments of a section.
  case differing(what: String, format: ExportFormat)
  /// Something is infinite or no number.
  case noNumber(what: String, value: Double, format: ExportFormat)
  /// A mechanism of a cell rule has an array.
  case array(mechanism: String)
  case rallbranch(section: String, value: Double)
  /// A synapse is not what edges of SONATA can be.
  case synapse(mechanism: String, has: String, expected: String)
  /// An ion's reversal potential is not kept, since NEURON computes it.
  case computedReversal(ion: String, section: String)
  /// A mechanism lacks a parameter that NEURON's own has.
  case missingParameter(parameter: String, section: String)
  /// A section is so short that all its points are one.
  case noLength(section: String)
}

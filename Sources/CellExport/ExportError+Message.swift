import CellFile

extension ExportError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .differing(let what, .neuroml):
      "\(what) differs between segments; expected one value for NeuroML, or another format"
    case .differing(let what, _):
      "\(what) differs between segments, which a cell rule of NetPyNE has no way to say; expected "
        + "one value, or a path that ends with .hoc or .py"
    case .noNumber(let what, let value, let format):
      "\(what) is \(JSONWriter.text(of: value))" + Self.expectedNumber(in: format)
    case .array(let mechanism):
      "\(mechanism) has a parameter that is an array, which a cell rule of NetPyNE has no way to "
        + "say; expected a path that ends with .hoc or .py"
    case .rallbranch(let section, let value):
      "\(section) has rallbranch \(value.general()), which a cell rule of NetPyNE has no way to "
        + "say; expected 1, or a path that ends with .hoc or .py"
    case .synapse(let mechanism, let has, let expected):
      "\(mechanism), a synapse, \(has), which SONATA's edges have no way to say; expected "
        + "\(expected), or the format 'hoc' or 'python'"
    case .computedReversal(let ion, let section):
      "e\(ion) of \(section) is computed from concentrations"
    case .missingParameter(let parameter, let section):
      "\(parameter) of \(section) is missing; expected it, which NEURON's own mechanism has"
    case .noLength(let section):
      "\(section) is too short for its points to tell; expected a longer section, or another format"
    }
  }

  private static func expectedNumber(in format: ExportFormat) -> String {
    switch format {
    case .neuroml: "; expected a number, which NeuroML has a text for"
    case .sonata:
      ", for which JSON has no text; expected a number, or the format 'hoc' or 'python'"
    default: ", for which JSON has no text; expected a number, or a path that ends with .py"
    }
  }
}

extension ReductionError: CustomStringConvertible {
  /// One sentence that names what is at fault and what was expected.
  package var description: String {
    switch self {
    case .unknownMethod(let name, let known):
      "method is '\(name)'; expected one of: " + known.joined(separator: ", ")
    case .frequency(let value):
      "reduction_frequency is \(value); expected a finite frequency in Hz, 0 or greater"
    case .segmentCount(let value):
      "total_segments_manual is \(value); expected -1 (automatic), a share of the original "
        + "segments greater than 0 and at most 1, or a total greater than 1 and at most "
        + "\(Int(SegmentCount.largestTotal))"
    case .model(let error):
      error.description
    case .noSoma(let cell):
      "\(cell) has no soma; expected a cell whose soma is a section"
    case .noDendrites(let cell):
      "\(cell) has no dendrites; expected at least one section that is attached to the soma and is "
        + "not axon"
    case .somaHasParent(let soma, let parent):
      "\(soma) is attached to \(parent), which is not axon; expected the soma at the root of the "
        + "cell, with the dendrites attached to it"
    case .dendriteOnAxon(let section, let axon):
      "\(section) is a dendrite attached to the axon's \(axon); expected dendrites to be attached to "
        + "the soma or to dendrites"
    case .missingLeak(let section):
      "\(section) has no pas; expected every section that a dendrite begins with to have pas "
        + "inserted, since its g_pas and e_pas become the reduced cable's"
    case .property(let section, let name, let value, let expected):
      "\(name) of \(section) is \(value); expected \(expected)"
    case .unsolvable(let section, let frequency):
      "no cable has the impedances that the dendrite beginning with \(section) has at \(frequency) "
        + "Hz; expected lengths, passive properties and a frequency that give impedances a number can hold"
    case .tooManySegments(let section, let count, let limit):
      "the cable for \(section) would have \(Self.whole(count)) segments; expected at most \(limit), NEURON's "
        + "limit for a section: ask for a smaller total_segments_manual"
    case .unknownParameter(let kind, let name, let known):
      "PP_params_dict names '\(name)' for \(kind); expected some of its parameters: "
        + known.joined(separator: ", ")
    }
  }

  /// A count as it is written, whatever it is.
  private static func whole(_ count: Double) -> String {
    Int(exactly: count).map(String.init) ?? "\(count)"
  }
}

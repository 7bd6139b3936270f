/// What a front calls its arguments, for messages that name them.
package struct ArgumentNames: Sendable, Equatable {
  package let frequency, segments, synapses, connections, comparedParameters: String

  package init(
    frequency: String, segments: String, synapses: String, connections: String,
    comparedParameters: String
  ) {
    self.frequency = frequency
    self.segments = segments
    self.synapses = synapses
    self.connections = connections
    self.comparedParameters = comparedParameters
  }

  /// Where no front has said what it calls them.
  package static let plain = ArgumentNames(
    frequency: "frequency", segments: "segments", synapses: "synapses", connections: "netcons",
    comparedParameters: "compared_parameters")
}

extension ReductionError: CustomStringConvertible {
  package var description: String { message(naming: .plain) }

  /// One sentence that names what is at fault and what was expected.
  package func message(naming names: ArgumentNames) -> String {
    switch self {
    case .unknownMethod(let name, let known):
      "method is '\(name)'; expected one of: " + known.joined(separator: ", ")
    case .frequency(let value):
      "\(names.frequency) is \(value); expected a finite frequency in Hz, 0 or greater"
    case .segmentCount(let value):
      "\(names.segments) is \(value); expected -1 (automatic), a share of the original "
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
    case .missingLeak(_, let stems, let having, let sections, let example):
      Self.missingLeak(stems: stems, having: having, sections: sections, example: example)
    case .unsolvable(let section, let frequency):
      "no cable has the impedances that the dendrite beginning with \(section) has at \(frequency) "
        + "Hz; expected lengths, passive properties and a frequency that give impedances a number can hold"
    case .tooManySegments(let section, let count, let limit):
      "the cable for \(section) would have \(Self.whole(count)) segments; expected at most \(limit), NEURON's "
        + "limit for a section: choose \(names.segments) lower"
    case .tolerance(let value):
      "tolerance is \(value); expected a loss in mV, greater than 0 and finite"
    case .toleranceWithout(let method, let methods):
      "tolerance is given with method '\(method)', whose cells do not become the original with more segments; "
        + "expected method='\(methods.joined(separator: "' or '"))', or \(names.segments)"
    case .unknownLoss(let tolerance):
      "tolerance is \(tolerance), and no loss can be expected, since nothing is known of any event: expected "
        + "rates= for the NetCons, or NetStims that drive them, onto synapses whose conductance can be measured"
    case .toleranceOutOfReach(let tolerance, let least):
      "tolerance is \(tolerance); expected at least the \(least) mV that are lost with every segment kept, by "
        + "synapses at the ends of sections, which go to the segments beside them, and by spines that are folded"
    case .gain(let name, let factor, let known):
      "calibrate has a gain of \(factor) for '\(name)'; expected factors greater than 0 of some of: "
        + known.joined(separator: ", ")
    case .observedWithout(let method, let methods):
      "observe is given with method '\(method)', which does not ask what the cell does; expected "
        + "method='\(methods.joined(separator: "' or '"))'"
    case .observed(let samples, let segments, let interval):
      "observe has \(samples) potentials every \(interval) ms; expected as many for each of the cell's "
        + "\(segments) segments, finite"
    case .unknownParameter(let kind, let name, let known):
      "\(names.comparedParameters) names '\(name)' for \(kind); expected some of its parameters: "
        + known.joined(separator: ", ")
    case .sitesOfMethod(let name, let known):
      "sites are given for method '\(name)', which keeps none; expected one of the methods that do: "
        + known.joined(separator: ", ")
    case .site(let index, let section, let position):
      "sites[\(index)] is at \(position) of section \(section); expected a place on a section of the cell"
    case .sitesNeed(let needed, let total, let kept):
      "\(names.segments) is \(Self.whole(total)), and the sites need \(needed); expected at least as many: the soma, "
        + "\(kept) \(kept == 1 ? "segment" : "segments") that \(kept == 1 ? "is a site" : "are sites") or on the "
        + "way from one to the soma, and \(needed - kept - 1) for what hangs on these"
    case .part(let argument, let index, let section):
      "\(argument)[\(index)] is section \(section); expected a section of the cell"
    case .rootStays(let section, let role):
      "roots has \(section), which is \(role) and stays; expected dendrites, each of which is collapsed with all "
        + "beyond it"
    case .rootInside(let section, let root) where section == root:
      "roots has \(section) twice; expected each section once"
    case .rootInside(let section, let root):
      "roots has \(section), which is in the subtree of \(root), another of the roots, and is collapsed with it; "
        + "expected of each subtree the first section only"
    case .rootKept(let section):
      "keep has all of the subtree of \(section), which is one of the roots; expected a part of it, or other roots"
    case .spinesOfMethod(let name, let known):
      "spines is 'folded' with method '\(name)', which leaves the weights of synapses as they are, and with them "
        + "what the spines' necks do to them; expected 'kept' or 'collapsed', or one of the methods that change "
        + "weights: " + known.joined(separator: ", ")
    case .spineElsewhere(let section, let role, _) where role == "soma" || role == "axon":
      "spines has \(section), which is \(role); expected sections that hang on dendrites, each of which is a spine "
        + "with all beyond it"
    case .spineElsewhere(let section, _, let parent):
      "spines has \(section), which hangs on \(parent ?? "nothing"); expected sections that hang on dendrites, each "
        + "of which is a spine with all beyond it"
    case .spineBears(let section, let axon):
      "spines has \(section), from which \(axon), an axon, leaves; expected spines on which nothing but dendrite "
        + "hangs"
    case .spineIsRoot(let section):
      "spines has \(section), which is one of the roots or beyond it in the same spine; expected it in one of the two"
    case .allKept(let cell):
      "keep leaves none of the dendrites of \(cell) to be collapsed; expected some that are neither kept nor on the "
        + "way from the soma to what is kept"
    }
  }

  /// A count as it is written, whatever it is.
  private static func whole(_ count: Double) -> String {
    Int(exactly: count).map(String.init) ?? "\(count)"
  }

  private static func missingLeak(
    stems: [String], having: Int, sections: Int, example: String
  ) -> String {
    let few = stems.prefix(4).joined(separator: ", ")
    let named = stems.count > 4 ? "\(few) and \(stems.count - 4) more" : few
    let lacking = "\(named) \(stems.count == 1 ? "has" : "have") no pas"
    // One that is inserted in a stem alone would be a cable of a hundredth of the dendrite's conductance.
    guard 2 * having >= sections, !example.isEmpty else {
      return
        "\(lacking), as \(sections - having) of the \(sections) sections of the dendrites; expected a "
        + "leak in every section that a dendrite begins with: where the leak is in another mechanism, "
        + "leak=(\"Mechanism\", \"gmax\", \"e\") names it, with its conductance per area and its "
        + "reversal potential; where there is none, insert pas"
    }
    return
      "\(lacking); expected every section that a dendrite begins with to have a leak, since it becomes "
      + "the reduced cable's: \(example)"
  }
}

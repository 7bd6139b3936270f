import Reduction
import Testing

@testable import NEURONBridge

@Suite struct BridgeErrorMessageTests {
  /// As `subtree_reductor` calls its arguments; `reduce` calls them what `.plain` does.
  private static let published = ArgumentNames(
    frequency: "reduction_frequency", segments: "total_segments_manual",
    synapses: "synapses_list", connections: "netcons_list",
    comparedParameters: "PP_params_dict")

  /// Every error with its sentence.
  private static let sentences: [(BridgeError, String)] = [
    (
      .noNEURON(missingFunction: "nrn_cas"),
      "this process has no NEURON with a C API (nrn_cas is missing); expected NEURON 9.0 or newer, "
        + "imported before the reduction"
    ),
    (
      .neuron(doing: "reading the cell", message: "no memory"),
      "NEURON failed reading the cell: no memory"
    ),
    (
      .leak(named: "gmax", expected: "a parameter of Leak: g_Leak"),
      "leak names 'gmax'; expected a parameter of Leak: g_Leak"
    ),
    (
      .loop(sections: ["soma", "dend[0]"]),
      "sections are attached in a circle, each to the one after it and the last to the first: soma, "
        + "dend[0]; expected a tree"
    ),
    (
      .changedMeanwhile(what: "dend[0] was deleted"),
      "the session was changed while the cell was being reduced: dend[0] was deleted; expected nothing "
        + "else, such as another thread, to change the cell meanwhile"
    ),
    (
      .somaInPieces(section: "soma[1]", soma: "soma[0]"),
      "soma[1] is a soma section, but not connected to soma[0]; expected the soma's sections to be in "
        + "one piece"
    ),
    (
      .rallBranch(section: "dend[0]", value: 2),
      "rallbranch of dend[0] is 2.0; expected 1, the only value that can be reduced"
    ),
    (
      .diameter(section: "dend[0]", value: -1),
      "diam of dend[0] is -1.0; expected a finite value greater than 0 µm"
    ),
    (
      .listsDiffer(synapses: 3, connections: 2),
      "synapses has 3 elements and netcons 2; expected as many NetCons as synapses, the i-th NetCon "
        + "targeting the i-th synapse"
    ),
    (
      .notAPointProcess(index: 4, found: "Vector[0]"),
      "synapses[4] is Vector[0]; expected a point process"
    ),
    (.notANetCon(index: 4, found: "Vector[0]"), "netcons[4] is Vector[0]; expected a NetCon"),
    (
      .unplacedSynapse(index: 1, kind: "ExpSyn"),
      "synapses[1] (ExpSyn) is on no section, perhaps since its section was deleted; expected a point "
        + "process on the cell"
    ),
    (
      .foreignSynapse(index: 1, kind: "ExpSyn", section: "dend[9]", cell: "L5[0]"),
      "synapses[1] (ExpSyn) is on dend[9], which is no part of L5[0]; expected a point process on the "
        + "cell that is reduced"
    ),
    (
      .connectionTarget(index: 2, found: "ExpSyn[1]"),
      "netcons[2] targets ExpSyn[1]; expected it to target synapses[2]"
    ),
    (
      .pointer(owner: "Gap[0].vgap", target: "dend[0](0.5).ina", expected: "a potential"),
      "the POINTER Gap[0].vgap points to dend[0](0.5).ina, where the reduced cell has nothing for it; "
        + "expected it to point to a potential, or to be set anew after the reduction"
    ),
    (
      .unreadablePointers(name: "Gap.vgap"),
      "this version of NEURON keeps POINTERs such as Gap.vgap in a way that is not known here; expected "
        + "NEURON 9.0, or a session in which no mechanism with a POINTER is used"
    ),
    (
      .transfer(identifier: 7, place: "dend[0](0.5)"),
      "source 7 of ParallelContext's transfers is a variable on dend[0](0.5) which the reduced cell does "
        + "not have there; expected a potential, or a variable of one of the dendrites' density mechanisms"
    ),
    (
      .unreadableTransfers(functions: ["source_var", "target_var"]),
      "this version of NEURON keeps the sources of ParallelContext's transfers in a way that is not "
        + "known here; expected NEURON 9.0, or a session without source_var and target_var"
    ),
    (
      .template(name: "model", problem: "it is not defined"),
      "the hoc template 'model' cannot hold a reduced cell: it is not defined; expected a template whose "
        + "init takes no arguments, with the public sections soma, dend and apic and the public "
        + "SectionLists all, somatic, apical and basal (and axonal, where it has one)"
    ),
    (
      .reduction(.frequency(-1)),
      "frequency is -1.0; expected a finite frequency in Hz, 0 or greater"
    ),
  ]

  @Test(arguments: sentences)
  func saysWhatIsAtFaultAndWhatWasExpected(error: BridgeError, sentence: String) {
    #expect(error.description == sentence)
    #expect("\(error)" == sentence)
  }

  /// Those that name arguments, with the names of `subtree_reductor`.
  private static let publishedSentences: [(BridgeError, String)] = [
    (
      .listsDiffer(synapses: 3, connections: 2),
      "synapses_list has 3 elements and netcons_list 2; expected as many NetCons as synapses, the i-th "
        + "NetCon targeting the i-th synapse"
    ),
    (
      .notAPointProcess(index: 4, found: "Vector[0]"),
      "synapses_list[4] is Vector[0]; expected a point process"
    ),
    (.notANetCon(index: 4, found: "Vector[0]"), "netcons_list[4] is Vector[0]; expected a NetCon"),
    (
      .unplacedSynapse(index: 1, kind: "ExpSyn"),
      "synapses_list[1] (ExpSyn) is on no section, perhaps since its section was deleted; expected a "
        + "point process on the cell"
    ),
    (
      .foreignSynapse(index: 1, kind: "ExpSyn", section: "dend[9]", cell: "L5[0]"),
      "synapses_list[1] (ExpSyn) is on dend[9], which is no part of L5[0]; expected a point process on "
        + "the cell that is reduced"
    ),
    (
      .connectionTarget(index: 2, found: "ExpSyn[1]"),
      "netcons_list[2] targets ExpSyn[1]; expected it to target synapses_list[2]"
    ),
    (
      .reduction(.frequency(-1)),
      "reduction_frequency is -1.0; expected a finite frequency in Hz, 0 or greater"
    ),
    (
      .reduction(.segmentCount(-2)),
      "total_segments_manual is -2.0; expected -1 (automatic), a share of the original segments greater "
        + "than 0 and at most 1, or a total greater than 1 and at most 1000000"
    ),
    (
      .reduction(.unknownParameter(kind: "ExpSyn", name: "tau3", known: ["tau", "e"])),
      "PP_params_dict names 'tau3' for ExpSyn; expected some of its parameters: tau, e"
    ),
  ]

  @Test(arguments: publishedSentences)
  func namesArgumentsAsTheFrontDoes(error: BridgeError, sentence: String) {
    #expect(error.message(naming: Self.published) == sentence)
  }

  /// What names no argument is the same from any front.
  @Test(arguments: sentences)
  func otherSentencesStay(error: BridgeError, sentence: String) {
    switch error {
    case .listsDiffer, .notAPointProcess, .notANetCon, .unplacedSynapse, .foreignSynapse,
      .connectionTarget, .reduction:
      return
    default:
      #expect(error.message(naming: Self.published) == sentence)
    }
  }
}

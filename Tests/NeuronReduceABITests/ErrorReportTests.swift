import CNeuronReduce
import CellModel
import NEURONBridge
import Reduction
import Testing

@testable import NeuronReduceABI

@Suite struct ErrorReportTests {
  /// Every case of the bridge's errors, with what C reads of it.
  static let bridgeErrors: [(BridgeError, nr_status, String, [ErrorValue])] = [
    (
      .noNEURON(missingFunction: "nrn_cas"), NR_UNSUPPORTED_NEURON, "noNEURON",
      [.text("missingFunction", "nrn_cas")]
    ),
    (
      .neuron(doing: "reading", message: "why"), NR_NEURON, "neuron",
      [.text("doing", "reading"), .text("message", "why")]
    ),
    (
      .leak(named: "gmax", expected: "g"), NR_ARGUMENT, "leak",
      [.text("named", "gmax"), .text("expected", "g")]
    ),
    (.loop(sections: ["a", "b"]), NR_CELL, "loop", [.text("sections", "a, b")]),
    (
      .changedMeanwhile(what: "dend[0] was deleted"), NR_NEURON, "changedMeanwhile",
      [.text("what", "dend[0] was deleted")]
    ),
    (
      .somaInPieces(section: "soma[1]", soma: "soma[0]"), NR_CELL, "somaInPieces",
      [.text("section", "soma[1]"), .text("soma", "soma[0]")]
    ),
    (
      .rallBranch(section: "dend[0]", value: 2), NR_CELL, "rallBranch",
      [.text("section", "dend[0]"), .number("value", 2)]
    ),
    (
      .diameter(section: "dend[0]", value: -1), NR_CELL, "diameter",
      [.text("section", "dend[0]"), .number("value", -1)]
    ),
    (
      .listsDiffer(synapses: 3, connections: 2), NR_SYNAPSE, "listsDiffer",
      [.number("synapses", 3), .number("connections", 2)]
    ),
    (
      .notAPointProcess(index: 4, found: "Vector[0]"), NR_SYNAPSE, "notAPointProcess",
      [.number("index", 4), .text("found", "Vector[0]")]
    ),
    (
      .notANetCon(index: 4, found: "Vector[0]"), NR_SYNAPSE, "notANetCon",
      [.number("index", 4), .text("found", "Vector[0]")]
    ),
    (
      .unplacedSynapse(index: 1, kind: "ExpSyn"), NR_SYNAPSE, "unplacedSynapse",
      [.number("index", 1), .text("kind", "ExpSyn")]
    ),
    (
      .foreignSynapse(index: 1, kind: "ExpSyn", section: "dend[9]", cell: "L5[0]"), NR_SYNAPSE,
      "foreignSynapse",
      [
        .number("index", 1), .text("kind", "ExpSyn"), .text("section", "dend[9]"),
        .text("cell", "L5[0]"),
      ]
    ),
    (
      .connectionTarget(index: 2, found: "ExpSyn[1]"), NR_SYNAPSE, "connectionTarget",
      [.number("index", 2), .text("found", "ExpSyn[1]")]
    ),
    (
      .pointer(owner: "Gap[0].vgap", target: "dend[0](0.5).v", expected: "a potential"), NR_CELL,
      "pointer",
      [
        .text("owner", "Gap[0].vgap"), .text("target", "dend[0](0.5).v"),
        .text("expected", "a potential"),
      ]
    ),
    (
      .unreadablePointers(name: "Gap.vgap"), NR_CELL, "unreadablePointers",
      [.text("name", "Gap.vgap")]
    ),
    (
      .transfer(identifier: 7, place: "dend[0]"), NR_CELL, "transfer",
      [.number("identifier", 7), .text("place", "dend[0]")]
    ),
    (
      .unreadableTransfers(functions: ["source_var", "target_var"]), NR_CELL, "unreadableTransfers",
      [.text("functions", "source_var, target_var")]
    ),
    (
      .template(name: "model", problem: "it is not defined"), NR_TEMPLATE, "template",
      [.text("name", "model"), .text("problem", "it is not defined")]
    ),
  ]

  @Test(arguments: bridgeErrors)
  func saysWhichErrorAndWhatItIsAbout(
    error: BridgeError, status: nr_status, code: String, values: [ErrorValue]
  ) {
    let read = ReadError(error)
    #expect(read.status == status.rawValue)
    #expect(read.code == code)
    #expect(read.values == values)
  }

  /// Of the reduction's errors, which the bridge's carry: those of each kind of payload.
  static let reductionErrors: [(ReductionError, nr_status, String, [ErrorValue])] = [
    (
      .unknownMethod(name: "newest", known: ["classic", "lumped"]), NR_ARGUMENT, "unknownMethod",
      [.text("name", "newest"), .text("known", "classic, lumped")]
    ),
    (.frequency(-3.5), NR_ARGUMENT, "frequency", [.number("value", -3.5)]),
    (.segmentCount(-2), NR_ARGUMENT, "segmentCount", [.number("value", -2)]),
    (.noSoma(cell: "L5[0]"), NR_CELL, "noSoma", [.text("cell", "L5[0]")]),
    (.noDendrites(cell: "L5[0]"), NR_CELL, "noDendrites", [.text("cell", "L5[0]")]),
    (
      .somaHasParent(soma: "soma[0]", parent: "dend[0]"), NR_CELL, "somaHasParent",
      [.text("soma", "soma[0]"), .text("parent", "dend[0]")]
    ),
    (
      .dendriteOnAxon(section: "dend[0]", axon: "axon[0]"), NR_CELL, "dendriteOnAxon",
      [.text("section", "dend[0]"), .text("axon", "axon[0]")]
    ),
    (
      .missingLeak(section: "a", stems: ["a", "b"], having: 1, sections: 4, example: "c"), NR_CELL,
      "missingLeak",
      [
        .text("section", "a"), .text("stems", "a, b"), .number("having", 1),
        .number("sections", 4), .text("example", "c"),
      ]
    ),
    (
      .unsolvable(section: "dend[2]", frequency: 38), NR_CELL, "unsolvable",
      [.text("section", "dend[2]"), .number("frequency", 38)]
    ),
    (
      .tooManySegments(section: "dend[5]", count: 40_000, limit: 32_766), NR_ARGUMENT,
      "tooManySegments",
      [.text("section", "dend[5]"), .number("count", 40_000), .number("limit", 32_766)]
    ),
    (.tolerance(-1), NR_ARGUMENT, "tolerance", [.number("value", -1)]),
    (
      .toleranceWithout(method: "classic", methods: ["a", "b"]), NR_ARGUMENT, "toleranceWithout",
      [.text("method", "classic"), .text("methods", "a, b")]
    ),
    (
      .toleranceOutOfReach(tolerance: 0.01, least: 0.25), NR_ARGUMENT, "toleranceOutOfReach",
      [.number("tolerance", 0.01), .number("least", 0.25)]
    ),
    (
      .gain(name: "zn", factor: 1.5, known: ["leak", "na"]), NR_ARGUMENT, "gain",
      [.text("name", "zn"), .number("factor", 1.5), .text("known", "leak, na")]
    ),
    (
      .observedWithout(method: "lumped", methods: ["a", "b"]), NR_ARGUMENT, "observedWithout",
      [.text("method", "lumped"), .text("methods", "a, b")]
    ),
    (
      .observed(samples: 7, segments: 3, interval: 0.5), NR_ARGUMENT, "observed",
      [.number("samples", 7), .number("segments", 3), .number("interval", 0.5)]
    ),
    (
      .unknownLoss(tolerance: 0.5), NR_ARGUMENT, "unknownLoss", [.number("tolerance", 0.5)]
    ),
    (
      .unknownParameter(kind: "ExpSyn", name: "tau3", known: ["tau", "e"]), NR_ARGUMENT,
      "unknownParameter",
      [.text("kind", "ExpSyn"), .text("name", "tau3"), .text("known", "tau, e")]
    ),
    (
      .sitesOfMethod(name: "lumped", known: ["folded"]), NR_ARGUMENT, "sitesOfMethod",
      [.text("name", "lumped"), .text("known", "folded")]
    ),
    (
      .site(index: 1, section: 9, position: 0.5), NR_ARGUMENT, "site",
      [.number("index", 1), .number("section", 9), .number("position", 0.5)]
    ),
    (
      .sitesNeed(needed: 58, total: 40, kept: 41), NR_ARGUMENT, "sitesNeed",
      [.number("needed", 58), .number("total", 40), .number("kept", 41)]
    ),
    // An error in an error in an error: it is the innermost that C is told of.
    (
      .model(.property(section: "dend[3]", name: "cm", value: -1.5, expected: "a finite value")),
      NR_CELL, "property",
      [
        .text("section", "dend[3]"), .text("name", "cm"), .number("value", -1.5),
        .text("expected", "a finite value"),
      ]
    ),
    (
      .model(.parent(section: "dend[3]", index: 3, parent: 9)), NR_CELL, "parent",
      [.text("section", "dend[3]"), .number("index", 3), .number("parent", 9)]
    ),
  ]

  @Test(arguments: reductionErrors)
  func saysTheSameOfTheErrorThatAnErrorCarries(
    error: ReductionError, status: nr_status, code: String, values: [ErrorValue]
  ) {
    let read = ReadError(.reduction(error))
    #expect(read.status == status.rawValue)
    #expect(read.code == code)
    #expect(read.values == values)
  }

  @Test(arguments: [Int.min, -1, 1, Int.max])
  func pastThePayloadThereIsNoName(index: Int) {
    let error = ErrorReport(.reduction(.frequency(1))).retained
    defer { nr_error_free(error) }
    #expect(nr_error_payload(error, index).name == nil)
    #expect(nr_error_payload(error, index).text == nil)
  }

  @Test func namesArgumentsAsTheFrontDoes() {
    let differ = BridgeError.listsDiffer(synapses: 3, connections: 2)
    #expect(
      message(of: differ)
        == "synapses has 3 elements and netcons 2; expected as many NetCons as synapses, the i-th "
        + "NetCon targeting the i-th synapse")
    #expect(
      message(of: differ, synapses: "synapses_list", connections: "netcons_list")
        .hasPrefix("synapses_list has 3 elements and netcons_list 2;"))
    #expect(
      message(of: .reduction(.segmentCount(-2)), segments: "total_segments_manual")
        .hasPrefix("total_segments_manual is -2.0;"))
  }

  @Test func aMessageIsThatOfTheNamesAskedForLast() {
    let report = ErrorReport(.reduction(.segmentCount(0)))
    let names = ["first", "second"].map {
      ArgumentNames(
        frequency: "", segments: $0, synapses: "", connections: "", comparedParameters: "")
    }
    #expect(String(cString: report.message(naming: names[0])).hasPrefix("first is 0.0;"))
    #expect(String(cString: report.message(naming: names[1])).hasPrefix("second is 0.0;"))
  }

  @Test func aTemplatesErrorIsMadeOutside() {
    let read = ReadError(nr_template_error("cells", "its init takes arguments"))
    #expect(read.status == NR_TEMPLATE.rawValue)
    #expect(read.code == "template")
    #expect(
      read.values == [.text("name", "cells"), .text("problem", "its init takes arguments")])
  }

  @Test func anErrorIsFreedWhenGivenBack() {
    weak var report: ErrorReport?
    let pointer = {
      let new = ErrorReport(.reduction(.frequency(-1)))
      report = new
      return new.retained
    }()
    #expect(report != nil)
    nr_error_free(pointer)
    #expect(report == nil)
  }
}

import FakeNEURON
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct ReducedTemplateTests {
    private let session: FakeSession
    private var neuron: NEURON { session.neuron }
    private let template = ReducedTemplate(name: "model")

    init() throws { session = try FakeSession() }

    @Test func theBuiltInOneIsDefinedWhereThereIsNone() throws {
      try template.prepare(isBuiltIn: true, in: neuron)
      #expect(String(cString: fake_last_statement()).hasPrefix("begintemplate model\n"))
      try template.prepare(isBuiltIn: true, in: neuron)
      #expect(fake_statement_count() == 1)
    }

    @Test func ofOnesOwnTheUserDefines() throws {
      #expect(throws: BridgeError.template(name: "model", problem: "it is not defined")) {
        try template.prepare(isBuiltIn: false, in: neuron)
      }
      #expect(fake_statement_count() == 0)
      fake_name("model", FAKE_TEMPLATE)
      try template.prepare(isBuiltIn: false, in: neuron)
    }

    @Test(arguments: [FAKE_NUMBER, FAKE_FUNCTION, FAKE_OBJECT_REFERENCE])
    func somethingElseByItsNameIsRefused(kind: fake_kind) {
      fake_name("model", kind)
      #expect(
        throws: BridgeError.template(
          name: "model", problem: "'model' is something else in this session")
      ) { try template.prepare(isBuiltIn: true, in: neuron) }
    }

    @Test func oneWithAnErrorInItIsRefused() {
      fake_name("model", FAKE_BROKEN_TEMPLATE)
      #expect(
        throws: BridgeError.template(
          name: "model", problem: "its definition ended in an error")
      ) { try template.prepare(isBuiltIn: false, in: neuron) }
    }

    @Test func whatNEURONSaysIsTheTemplatesProblem() {
      #expect(
        template.problem(.neuron(doing: "calling", message: "why"))
          == .template(name: "model", problem: "why"))
      let another = BridgeError.rallBranch(section: "dend[0]", value: 2)
      #expect(template.problem(another) == another)
    }
  }
}

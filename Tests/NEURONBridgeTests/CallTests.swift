import CNEURON
import FakeNEURON
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct CallTests {
    private let session: FakeSession
    private var neuron: NEURON { session.neuron }

    init() throws { session = try FakeSession() }

    // MARK: Outcomes

    @Test func numbersAreNumbers() throws {
      #expect(try neuron.call(session.symbol("a_number")).number == 42)
      #expect(try neuron.call(session.symbol("an_integer")).number == 7)
      #expect(try neuron.call(session.symbol("an_integer")).count == 7)
      #expect(session.isBalanced)
    }

    @Test func aTextIsAText() throws {
      guard case .string("text") = try neuron.call(session.symbol("a_text")) else {
        Issue.record("no text")
        return
      }
      #expect(session.isBalanced)
    }

    @Test(arguments: ["a_variable", "nothing", "no_object", "a_text"])
    func whatIsNoNumberHasNone(function: String) throws {
      let outcome = try neuron.call(session.symbol(function))
      #expect(outcome.number.isNaN)
      #expect(outcome.count == 0)
      #expect(session.isBalanced)
    }

    @Test(arguments: [-1, 1e9, .infinity, -.infinity, .nan])
    func aNumberThatIsNoCountIsNone(number: Double) {
      #expect(NEURON.Outcome.number(number).count == 0)
    }

    @Test func noObjectIsNone() throws {
      guard case .object(nil) = try neuron.call(session.symbol("no_object")) else {
        Issue.record("something else than no object")
        return
      }
    }

    @Test func anObjectIsTheReceivers() throws {
      let object = fake_object("Vector")
      guard
        case .object(let result?) = try neuron.call(
          session.symbol("its_argument"), .object(object))
      else {
        Issue.record("no object")
        return
      }
      #expect(result == object)
      #expect(fake_object_references(object) == 2)
      neuron.api.object_unref(result)
      #expect(fake_object_references(object) == 1)
      #expect(session.isBalanced)
    }

    // MARK: Errors

    @Test func argumentsOfACallThatFailedAreTakenBack() throws {
      let objects = [fake_object("Vector"), fake_object("Vector")]
      let text = HocString("text")
      fake_let_fail("nothing", 1)
      #expect(
        throws: BridgeError.neuron(doing: "calling a function", message: "nothing failed")
      ) {
        try neuron.call(
          session.symbol("nothing"), .object(objects[0]), .number(1), .string(text),
          .object(objects[1]))
      }
      #expect(session.isBalanced)
      #expect(objects.map(fake_object_references) == [1, 1])
      // What is below them stays.
      neuron.api.double_push(3)
      fake_let_fail("nothing", 1)
      #expect(throws: BridgeError.self) {
        try neuron.call(session.symbol("nothing"), .number(1))
      }
      #expect(fake_stack_depth() == 1)
    }

    @Test func soAreThoseOfAMethod() throws {
      let list = fake_object("SectionList")
      let object = fake_object("Vector")
      fake_let_fail("append", 1)
      #expect(throws: BridgeError.neuron(doing: "calling a method", message: "append failed")) {
        try neuron.call(neuron.method("append", of: list), of: list, .object(object))
      }
      #expect(session.isBalanced)
      #expect(fake_object_references(object) == 1)
      #expect(fake_object_references(list) == 1)
    }

    @Test func namesThatNEURONHasNotAreSaid() {
      #expect(
        throws: BridgeError.neuron(doing: "looking for area", message: "no such name")
      ) { try neuron.symbol("area") }
      #expect(
        throws: BridgeError.neuron(doing: "looking for Vector.resize", message: "no such method")
      ) { try neuron.method("resize", of: fake_object("Vector")) }
      #expect(throws: BridgeError.neuron(doing: "looking for Matrix", message: "no such name")) {
        try neuron.newObject("Matrix")
      }
    }

    @Test func anObjectThatCannotBeMadeIsAnError() throws {
      fake_let_fail("Vector", 1)
      #expect(
        throws: BridgeError.neuron(doing: "creating a Vector", message: "Vector failed")
      ) { try neuron.newObject("Vector") }
    }

    @Test func aNameThatAppearsLaterIsFound() throws {
      #expect(throws: BridgeError.self) { try neuron.symbol("later") }
      fake_name("later", FAKE_FUNCTION)
      let found = try neuron.symbol("later")
      #expect(try neuron.symbol("later") == found)
    }

    @Test func aStatementThatHocDidNotTakeIsAnError() throws {
      try neuron.execute("objref name", doing: "naming")
      #expect(String(cString: fake_last_statement()) == "objref name")
      #expect(
        throws: BridgeError.neuron(doing: "naming", message: "a hoc error, printed above")
      ) { try neuron.execute("nonsense", doing: "naming") }
      #expect(session.isBalanced)
    }

    // MARK: Sections and objects

    @Test func aSectionIsAccessedWhileSomethingIsDoneWithIt() throws {
      let section = fake_section("dend[0]", nil)
      try neuron.with(section: section) { () throws(BridgeError) in
        #expect(fake_pushed_sections() == 1)
      }
      fake_let_fail("a_number", 1)
      #expect(throws: BridgeError.self) {
        try neuron.with(section: section) { () throws(BridgeError) in
          try neuron.call(neuron.symbol("a_number"))
        }
      }
      #expect(session.isBalanced)
    }

    @Test func deletingIsTriedTwice() {
      let section = fake_section("dend[0]", nil)
      fake_let_fail("delete_section", 1)
      neuron.delete(section)
      #expect(!neuron.api.section_is_active(section))
      #expect(session.isBalanced)
      // And not where it is gone.
      neuron.delete(section)
    }

    @Test func everyObjectOfAClassIsSeenOnce() throws {
      let vectors = [fake_object("Vector"), fake_object("Vector")]
      _ = fake_object("List")
      var seen: [ObjectReference] = []
      try neuron.forEachObject(ofClass: "Vector") { seen.append($0) }
      #expect(seen == vectors)
      #expect(try neuron.objectCount(ofClass: "Vector") == 2)
      try neuron.forEachObject(ofClass: "Vector", unlessCountIs: 2) { _ in
        Issue.record("as many as expected are not gone through")
      }
      #expect(vectors.map(fake_object_references) == [1, 1])
      #expect(session.isBalanced)
    }

    @Test func objectsAreGivenBackWhereSomethingFails() throws {
      let vector = fake_object("Vector")
      let lists = fake_object_count("List")
      let error = BridgeError.loop(sections: ["dend[0]"])
      #expect(throws: error) {
        try neuron.forEachObject(ofClass: "Vector") { _ throws(BridgeError) in
          throw error
        }
      }
      #expect(fake_object_references(vector) == 1)
      #expect(fake_object_count("List") == lists)
    }

    @Test func membersAreOfOneKind() {
      fake_name("dend", FAKE_ARRAY)
      fake_name("cell", FAKE_OBJECT_REFERENCE)
      fake_name("soma", FAKE_NUMBER)
      #expect(neuron.memberKind("dend", of: nil) == .array)
      #expect(neuron.memberKind("cell", of: nil) == .objectReference)
      #expect(neuron.memberKind("soma", of: nil) == .other)
      #expect(neuron.memberKind("none", of: nil) == .other)
      #expect(neuron.memberKind("dend", of: fake_object("cell")) == .array)
    }
  }
}

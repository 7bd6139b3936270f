import FakeNEURON
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct PublishedNameTests {
    private let session: FakeSession
    private let instance: ObjectReference
    private var neuron: NEURON { session.neuron }

    init() throws {
      session = try FakeSession()
      instance = fake_object("model")
    }

    @Test func theInstanceHasTheName() throws {
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      #expect(fake_referred("reduced_cell") == instance)
      #expect(fake_object_references(instance) == 2)
      undo.commit()
      #expect(fake_referred("reduced_cell") == instance)
      #expect(session.isBalanced)
    }

    @Test func itsFunctionsAreDefinedOnce() throws {
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      let statements = fake_statement_count()
      try PublishedName.give(to: fake_object("model"), in: neuron, &undo)
      #expect(fake_statement_count() == statements)
    }

    @Test func takenBackItIsNobodys() throws {
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      undo.rollBack()
      #expect(fake_referred("reduced_cell") == nil)
      #expect(fake_object_references(instance) == 1)
      #expect(session.isBalanced)
    }

    @Test(arguments: [true, false])
    func whoHadItBeforeHasItAgainWhereItIsTakenBack(isTakenBack: Bool) throws {
      let before = fake_object("model")
      fake_refer("reduced_cell", before)
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      if isTakenBack { undo.rollBack() } else { undo.commit() }
      #expect(fake_referred("reduced_cell") == (isTakenBack ? before : instance))
      #expect(fake_object_references(before) == (isTakenBack ? 2 : 1))
      #expect(fake_object_references(instance) == (isTakenBack ? 1 : 2))
      #expect(session.isBalanced)
    }

    @Test(arguments: [FAKE_NUMBER, FAKE_FUNCTION, FAKE_ARRAY, FAKE_TEMPLATE])
    func somethingElseByThatNameKeepsIt(kind: fake_kind) throws {
      fake_name("reduced_cell", kind)
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      undo.commit()
      #expect(fake_statement_count() == 0)
      #expect(fake_object_references(instance) == 1)
    }

    @Test func aFailureLeavesTheNameToWhoHadIt() throws {
      let before = fake_object("model")
      fake_refer("reduced_cell", before)
      fake_let_fail("neuron_reduce_name", 1)
      var undo = Undo()
      #expect(throws: BridgeError.self) {
        try PublishedName.give(to: instance, in: neuron, &undo)
      }
      undo.rollBack()
      #expect(fake_referred("reduced_cell") == before)
      #expect(fake_object_references(before) == 2)
      #expect(fake_object_references(instance) == 1)
      #expect(session.isBalanced)
    }

    /// Whichever call fails, the session is as it was.
    @Test(arguments: 1...8)
    func afterAFailureAnywhereNobodyHasIt(call: Int) throws {
      _ = NEURON.fail(atCall: call)
      var undo = Undo()
      do {
        try PublishedName.give(to: instance, in: neuron, &undo)
      } catch {
        #expect(NEURON.fail(atCall: 0) == 0)
      }
      _ = NEURON.fail(atCall: 0)
      undo.rollBack()
      #expect(fake_referred("reduced_cell") == nil)
      #expect(fake_object_references(instance) == 1)
      #expect(session.isBalanced)
    }

    @Test func onlyItsHolderForgetsIt() throws {
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      let other = fake_object("model")
      PublishedName.forget(other, in: neuron)
      #expect(fake_referred("reduced_cell") == instance)
      #expect(fake_object_references(instance) == 2)
      PublishedName.forget(instance, in: neuron)
      #expect(fake_referred("reduced_cell") == nil)
      #expect(fake_object_references(instance) == 1)
      // And where nobody has it there is nothing to forget.
      PublishedName.forget(instance, in: neuron)
      #expect(fake_object_references(instance) == 1)
      #expect(session.isBalanced)
    }

    @Test func whereItWasNeverGivenNothingIsForgotten() {
      PublishedName.forget(instance, in: neuron)
      #expect(fake_object_references(instance) == 1)
      #expect(session.isBalanced)
    }
  }
}

import CNEURON
import FakeNEURON
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct GuardTests {
    /// A table of functions that all throw; what they are handed is never looked at.
    private struct Throwing {
      let api: neuron_api
      private let reason: HocString?
      let pointer = OpaquePointer(MessageBuffer.somewhere.base)

      init(_ text: String?) throws {
        let reason = text.map { HocString($0) }
        self.reason = reason
        _ = takeFailure()
        _ = neuron_fail_at_call(0)
        api = try NEURON {
          neuron_api_find_by($0, fake_throwing_function, reason?.reference.pointee, $1)
        }.api
      }
    }

    @Test func whatIsThrownIsCaughtAndKept() throws {
      let throwing = try Throwing("diam must be positive")
      throwing.api.section_push(throwing.pointer)
      #expect(takeFailure() == "diam must be positive")
      #expect(takeFailure() == nil)
    }

    @Test func whatIsNoExceptionIsCaughtToo() throws {
      let throwing = try Throwing(nil)
      throwing.api.section_pop()
      #expect(takeFailure() == "an exception of unknown type")
    }

    @Test func theFirstReasonIsKept() throws {
      let throwing = try Throwing("first")
      throwing.api.section_pop()
      let second = try NEURON {
        neuron_api_find_by($0, fake_throwing_function, nil, $1)
      }
      second.api.section_pop()
      #expect(takeFailure() == "first")
    }

    @Test func aReasonIsCutToTheRoomThereIs() throws {
      let throwing = try Throwing(String(repeating: "a", count: 2000))
      throwing.api.section_pop()
      // 511 characters and a zero are kept.
      #expect(takeFailure(size: 1024)?.count == 511)
      throwing.api.section_pop()
      #expect(takeFailure(size: 8) == "aaaaaaa")
    }

    /// Functions of every kind of result.
    @Test func whatThrewReturnsNothing() throws {
      let throwing = try Throwing("reason")
      let (api, pointer) = (throwing.api, throwing.pointer)
      #expect(api.section_new("dend") == nil)
      #expect(api.section_length(pointer).isNaN)
      #expect(api.range_variable(pointer, pointer, 0.5).isNaN)
      #expect(String(cString: api.section_name(pointer)) == "")
      #expect(!api.section_is_active(pointer))
      #expect(api.segment_count(pointer) == 0)
      #expect(api.symbol("v") == nil)
      #expect(api.symbol_data(pointer) == nil)
      #expect(api.object_new(pointer, 0) == nil)
      #expect(api.object_pop() == nil)
      #expect(api.stack_type() == 0)
      #expect(api.address_pop() == nil)
      #expect(api.vector_data(pointer) == nil)
      #expect(api.property(pointer, "delay").isNaN)
      #expect(takeFailure() == "reason")
    }

    @Test func callsWithAStatusSayIt() throws {
      let throwing = try Throwing("reason")
      let message = MessageBuffer()
      let size = message.size
      #expect(throwing.api.function_call(throwing.pointer, 0, message.base, size) == 1)
      #expect(message.text == "reason")
      #expect(throwing.api.method_call(throwing.pointer, throwing.pointer, 0, message.base, 4) == 1)
      #expect(message.text == "rea")
      // And it is not said twice.
      #expect(takeFailure() == nil)
    }

    @Test func theBridgeThrowsWhatWasKept() throws {
      let session = try FakeSession()
      let section = fake_section("dend[0]", nil)
      // The fake session has no such function.
      #expect(session.neuron.api.section_length(section).isNaN)
      #expect(
        throws: BridgeError.neuron(
          doing: "reading", message: "a function that the fake session lacks")
      ) { try session.neuron.check(doing: "reading") }
      #expect(throws: Never.self) { try session.neuron.check(doing: "reading") }
    }

    // MARK: Failures that tests ask for

    @Test func theCallThatIsAskedForFailsOnce() throws {
      let session = try FakeSession()
      let number = try session.symbol("a_number")
      #expect(NEURON.fail(atCall: 3) == 0)
      #expect(try session.neuron.call(number).number == 42)
      // Those that change nothing are not counted.
      _ = session.neuron.api.symbol("a_number")
      #expect(try session.neuron.call(number).number == 42)
      #expect(
        throws: BridgeError.neuron(
          doing: "calling a function", message: "the failure that a test asked for")
      ) { try session.neuron.call(number) }
      #expect(try session.neuron.call(number).number == 42)
      #expect(NEURON.fail(atCall: 0) == 0)
    }

    @Test func saysHowManyCallsWereToCome() throws {
      let session = try FakeSession()
      _ = NEURON.fail(atCall: 5)
      try session.neuron.call(session.symbol("a_number"))
      try session.neuron.call(session.symbol("a_number"))
      #expect(NEURON.fail(atCall: 0) == 3)
      for _ in 0..<5 { try session.neuron.call(session.symbol("a_number")) }
    }

    @Test func callsWithoutAStatusFailToo() throws {
      let session = try FakeSession()
      _ = NEURON.fail(atCall: 1)
      #expect(
        throws: BridgeError.neuron(
          doing: "creating a SectionList", message: "the failure that a test asked for")
      ) { try session.neuron.newObject("SectionList") }
    }

    // MARK: Finding

    @Test func withoutNEURONItSaysWhatIsMissing() throws {
      #expect(throws: BridgeError.noNEURON(missingFunction: "nrn_section_new")) { try NEURON() }
    }

    @Test(arguments: [
      "nrn_section_new", "nrn_nseg_get", "_Z13hoc_push_ndimi", "nrn_property_array_set",
    ])
    func namesTheFunctionThatIsMissing(name: String) throws {
      let missing = HocString(name)
      #expect(throws: BridgeError.noNEURON(missingFunction: name)) {
        try NEURON {
          neuron_api_find_by($0, fake_function_but_one, missing.reference.pointee, $1)
        }
      }
    }

    @Test func whatTheSafePopConsistsOfMayBeMissing() throws {
      let missing = HocString("_Z10hoc_objpopv")
      #expect(throws: Never.self) {
        try NEURON {
          neuron_api_find_by($0, fake_function_but_one, missing.reference.pointee, $1)
        }
      }
    }
  }
}

extension MessageBuffer {
  /// An address that is somebody's.
  fileprivate nonisolated(unsafe) static let somewhere = MessageBuffer()
}

import CNEURON
import FakeNEURON
import Testing

@testable import NEURONBridge

/// The suites that use the fake session: there is one in the process, and one table of functions.
@Suite(.serialized) struct WithFakeNEURON {}

/// A session of the fake NEURON, begun anew.
struct FakeSession {
  let neuron: NEURON

  init() throws {
    fake_begin()
    neuron = try NEURON { neuron_api_find_by($0, fake_neuron_function, nil, $1) }
    _ = takeFailure()
    _ = neuron_fail_at_call(0)
  }

  /// A SectionList of these sections.
  func list(_ sections: SectionReference...) -> ObjectReference {
    let list = fake_object("SectionList")
    for section in sections { fake_append(list, section) }
    return list
  }

  func symbol(_ name: String) throws -> SymbolReference { try neuron.symbol(name) }

  /// Whether all that was pushed was popped.
  var isBalanced: Bool { fake_stack_depth() == 0 && fake_pushed_sections() == 0 }
}

/// The reason that `neuron_take_failure` has kept; nil for none.
func takeFailure(size: Int = 512) -> String? {
  let buffer = MessageBuffer()
  return neuron_take_failure(buffer.base, size) ? buffer.text : nil
}

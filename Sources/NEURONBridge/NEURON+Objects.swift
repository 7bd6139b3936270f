import CNEURON

extension NEURON {
  /// How many objects of a class the session has.
  package func objectCount(ofClass name: String) throws(BridgeError) -> Int {
    let list = try newObject("List", .string(HocString(name)))
    defer { api.object_unref(list) }
    return try call(method("count", of: list), of: list).count
  }

  /// Goes through all objects of a class in the session, unless there are just as many as expected.
  package func forEachObject(
    ofClass name: String, unlessCountIs expected: Int = 0,
    _ body: (ObjectReference) throws(BridgeError) -> Void
  ) throws(BridgeError) {
    let list = try newObject("List", .string(HocString(name)))
    defer { api.object_unref(list) }
    let count = try call(method("count", of: list), of: list).count
    guard count != expected else { return }
    let element = try method("o", of: list)
    for index in 0..<count {
      guard case .object(let object?) = try call(element, of: list, .number(Double(index))) else {
        continue
      }
      defer { api.object_unref(object) }
      try body(object)
    }
  }
}

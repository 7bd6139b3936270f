import CellFile

/// The members of an object in the order in which their names were first set.
struct JSONMembers: Equatable {
  private var members: [JSONValue.Member] = []

  init(_ members: [(name: String, value: JSONValue)] = []) {
    for (name, value) in members { self[name] = value }
  }

  var isEmpty: Bool { members.isEmpty }
  var object: JSONValue { .object(members) }

  subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index] = .init(name, value)
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(.init(name, value))
      case (nil, nil): break
      }
    }
  }

  /// Whatever the order.
  static func == (first: Self, second: Self) -> Bool {
    first.members.count == second.members.count
      && first.members.allSatisfy { second[$0.name] == $0.value }
  }
}

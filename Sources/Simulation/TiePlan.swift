import Mechanisms

/// What is noted of events at the same time where a NET_RECEIVE depends on their order: NEURON's queue sometimes
/// turns it around.
struct TiePlan {
  /// How many numbers of each instance are kept of its last event.
  static let count = 4

  /// Where they are.
  let offset: Int
  /// Whether an event and one that was sent to itself for the same NetCon matter alone.
  let isWithinConnections: Bool
  /// Whether an event of one instance matters to the others.
  let isOfAll: Bool
  /// How many weights of two events have to be equal for the two to be the same; nil where that does not make them
  /// such.
  let comparedWeights: Int?

  /// - Parameter plan: of the instances.
  init?(of instances: InstancePlan, in plan: inout MemoryPlan) {
    let mechanism = instances.mechanism
    guard let receiver = mechanism.receiver else { return nil }
    let isKept = { (variable: Variable) in
      switch variable {
      case .instance(let index):
        if case .ion = mechanism.variables[index].role { return true }
        if case .temporary = instances.storage[index] { return false }
      case .global(let index):
        if case .temporary = instances.globals[index] { return false }
      default: break
      }
      return true
    }
    let order = mechanism.eventOrder(isKept: isKept)
    if order == .indifferent { return nil }
    isWithinConnections = order == .withinConnections
    let assigned = receiver.block.effects(mechanism.tables).mayAssign
    isOfAll = assigned.contains {
      if case .global = $0 { isKept($0) } else { false }
    }
    // What an event leaves in its own weights later events of the same NetCon find there.
    let setsWeights = assigned.contains { if case .weight = $0 { true } else { false } }
    comparedWeights = setsWeights || isOfAll ? nil : receiver.weightCount
    offset = plan.place(-1, count: Self.count * instances.room)
  }
}

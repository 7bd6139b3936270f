extension Mechanism {
  /// Whether it is certain that instances on one node with equal parameters can be one: currents and the
  /// equations of the states are linear in the states without a constant part, states begin at 0, and events
  /// add to states what is proportional to their weight.
  package var superposes: Bool {
    guard kind == .pointProcess, let receiver, receiver.initial == nil,
      beforeBreakpoint.isEmpty, afterSolve.isEmpty, beforeStep.isEmpty,
      ions.allSatisfy({ $0.writes.allSatisfy { $0 == .current } }),
      !globals.contains(where: \.isAssigned), !variables.contains(where: { $0.role == .pointer })
    else { return false }
    let running = [advance, currents, receiver.block].map { $0.effects(tables).mayAssign }
    let changing = running.reduce(into: Set<Variable>()) { $0.formUnion($1) }
    let states = Set(
      variables.indices.filter { variables[$0].role == .state }.map(Variable.instance))
    func start(_ variable: Variable) -> Superposition.Share {
      if states.contains(variable) { return .proportional }
      switch variable {
      case .instance(let index):
        if case .ion = variables[index].role { return .other }
        return changing.contains(variable) ? .other : .constant
      case .global, .timeStep, .celsius, .diameter, .area: return .constant
      case .voltage, .time, .local, .weight, .flag: return .other
      }
    }

    // INITIAL: whatever it starts from, states are 0 after it; it may read what all instances share.
    var initial = Superposition(tables) { variable in
      if states.contains(variable) { return .other }
      switch variable {
      case .instance(let index): return variables[index].role == .parameter ? .constant : .other
      case .local, .weight, .flag: return .other
      default: return .constant
      }
    }
    guard initial.follow(self.initial.statements),
      states.allSatisfy({ initial.share(of: $0) == .zero })
    else { return false }
    for variable in variables.indices.map(Variable.instance)
    where self.initial.effects(tables).mayAssign.contains(variable) && !states.contains(variable) {
      guard changing.contains(variable) || initial.share(of: variable).isConstant else {
        return false
      }
    }

    var advancing = Superposition(tables, start)
    guard advancing.follow(advance.statements),
      states.allSatisfy({ advancing.share(of: $0).isProportional })
    else { return false }

    // At a given time v and the ions are the same for all instances.
    var flowing = Superposition(tables) { variable in
      switch variable {
      case .voltage, .time: return .constant
      case .instance(let index):
        if case .ion(_, let quantity) = variables[index].role, quantity != .current {
          return .constant
        }
        return start(variable)
      default: return start(variable)
      }
    }
    guard flowing.follow(currents.statements),
      currents.effects(tables).mayAssign.isDisjoint(with: states.union([.voltage])),
      currentVariables.allSatisfy({ flowing.share(of: .instance($0)).isProportional })
    else { return false }
    return addsOnly(receiver.block, to: states, changing)
  }

  /// Whether each statement adds to a state what is proportional to the event's first weight.
  private func addsOnly(
    _ block: Block, to states: Set<Variable>, _ changing: Set<Variable>
  ) -> Bool {
    var shares = Superposition(tables) { variable in
      switch variable {
      case .weight(0): return .proportional
      case .instance(let index):
        return variables[index].role == .parameter && !changing.contains(variable)
          || variables[index].role == .assigned && !changing.contains(variable) ? .constant : .other
      case .global, .celsius, .timeStep, .diameter, .area: return .constant
      default: return .other
      }
    }
    for statement in block.statements {
      guard case .assign(let variable, let value) = statement else { return false }
      if case .local = variable {
        guard shares.follow([statement]) else { return false }
        continue
      }
      guard states.contains(variable), let form = value.linear(in: variable),
        form.slope == .number(1), shares.share(of: form.constant).isProportional
      else { return false }
    }
    return true
  }
}

/// What of several instances' numbers adds up when the instances are made one.
private struct Superposition {
  enum Share {
    case zero, constant, proportional, other

    /// 0 is of any share.
    var isProportional: Bool { self == .zero || self == .proportional }
    var isConstant: Bool { self == .zero || self == .constant }
  }

  let tables: [Table]
  let start: (Variable) -> Share
  var assigned: [Variable: Share] = [:]

  init(_ tables: [Table], _ start: @escaping (Variable) -> Share) {
    self.tables = tables
    self.start = start
  }

  func share(of variable: Variable) -> Share { assigned[variable] ?? start(variable) }

  func share(of expression: Expression) -> Share {
    switch expression {
    case .number(let value): return value == 0 ? .zero : .constant
    case .variable(let variable): return share(of: variable)
    case .negative(let operand): return share(of: operand)
    case .binary(.add, let left, let right), .binary(.subtract, let left, let right):
      return Self.sum(share(of: left), share(of: right))
    case .binary(.multiply, let left, let right):
      switch (share(of: left), share(of: right)) {
      case (.zero, _), (_, .zero): return .zero
      case (.constant, .constant): return .constant
      case (.constant, .proportional), (.proportional, .constant): return .proportional
      default: return .other
      }
    case .binary(.divide, let left, let right):
      guard share(of: right) == .constant else { return .other }
      return share(of: left)
    default:
      let isConstant = expression.variables.allSatisfy { share(of: $0).isConstant }
      return isConstant && !expression.hasElements ? .constant : .other
    }
  }

  private static func sum(_ a: Share, _ b: Share) -> Share {
    if a == .zero { return b }
    if b == .zero { return a }
    return a == b ? a : .other
  }

  /// Whether all statements are such that shares can be known.
  mutating func follow(_ statements: [Statement]) -> Bool {
    for statement in statements {
      switch statement {
      case .assign(let variable, let value): assigned[variable] = share(of: value)
      case .conditional(let condition, let then, let otherwise):
        guard share(of: condition).isConstant else { return false }
        var first = self
        var second = self
        guard first.follow(then), second.follow(otherwise) else { return false }
        for variable in Set(first.assigned.keys).union(second.assigned.keys) {
          let shares = (first.share(of: variable), second.share(of: variable))
          assigned[variable] =
            shares.0 == shares.1
            ? shares.0
            : shares.0.isConstant && shares.1.isConstant
              ? .constant
              : shares.0.isProportional && shares.1.isProportional ? .proportional : .other
        }
      case .solveLinear(let unknowns, let matrix, let right):
        guard matrix.allSatisfy({ $0.allSatisfy { share(of: $0).isConstant } }),
          right.allSatisfy({ share(of: $0).isProportional })
        else { return false }
        for variable in unknowns { assigned[variable] = .proportional }
      case .lookUp(let table, let argument), .lookUpValue(let table, _, let argument):
        // What all instances look up at the same place is the same number.
        guard tables.indices.contains(table), share(of: argument).isConstant,
          tables[table].body.allEffects(tables).liveIn.allSatisfy({ variable in
            if case .local = variable { return true }
            return share(of: variable).isConstant
          })
        else { return false }
        for variable in statement.assignedItself(tables) { assigned[variable] = .constant }
      default: return false
      }
    }
    return true
  }
}

extension Expression {
  fileprivate var hasElements: Bool {
    var found = false
    visit { if case .element = $0 { found = true } }
    return found
  }
}

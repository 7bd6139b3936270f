import Mechanisms

/// How a mechanism's currents depend on the potential, where they are linear in it: i = a + b · v.
struct OhmicSlopes {
  /// By current variable: b, an expression of variables as they are after the block; nil for 0.
  let slopes: [Int: Expression?]

  /// nil where a current is not linear in v, or b is not to be had after the block.
  init?(of mechanism: Mechanism) {
    var walk = Walk(tables: mechanism.tables)
    walk.visit(mechanism.currents.statements)
    var slopes: [Int: Expression?] = [:]
    for current in mechanism.currentVariables {
      switch walk.dependences[.instance(current)] ?? .constant {
      case .constant: slopes[current] = .some(nil)
      case .linear(let slope):
        guard walk.stays(slope) else { return nil }
        slopes[current] = slope
      case .other: return nil
      }
    }
    self.slopes = slopes
  }
}

extension OhmicSlopes {
  private enum Dependence: Equatable {
    case constant
    case linear(Expression)
    case other
  }

  private struct Walk {
    var dependences: [Variable: Dependence] = [.voltage: .linear(.number(1))]
    /// How often each variable was set, and when slopes first named it.
    var assignments: [Variable: Int] = [:]
    var named: [Expression: [Variable: Int]] = [:]
    let tables: [Table]

    init(tables: [Table]) { self.tables = tables }

    mutating func visit(_ statements: [Statement]) {
      for statement in statements { visit(statement) }
    }

    private mutating func visit(_ statement: Statement) {
      switch statement {
      case .assign(let variable, let value):
        let found = dependence(of: value)
        set(variable, found)
        if case .linear(let slope) = found { remember(slope) }
      case .assignElement(let variable, let index, let value):
        let isPlain = dependence(of: value) == .constant && dependence(of: index) == .constant
        set(variable, isPlain && dependences[variable] ?? .constant == .constant ? .constant : .other)
      case .conditional(let condition, let then, let otherwise):
        alternatives([then, otherwise], isPlain: dependence(of: condition) == .constant)
      case .loop(_, let first, let last, let step, let body):
        let isPlain = [first, last, step].allSatisfy { dependence(of: $0) == .constant }
        alternatives([body + body, []], isPlain: isPlain)
      case .whileLoop(let condition, let body):
        alternatives([body + body, []], isPlain: dependence(of: condition) == .constant)
      case .lookUp(let table, let argument):
        let found: Dependence = dependence(of: argument) == .constant ? .constant : .other
        guard tables.indices.contains(table) else { return }
        for result in tables[table].results { set(result, found) }
      case .lookUpValue(_, let result, let argument):
        set(result, dependence(of: argument) == .constant ? .constant : .other)
      case .solveLinear(let unknowns, _, _), .solveNonlinear(let unknowns, _):
        for unknown in unknowns { set(unknown, .other) }
      case .sendToItself, .sendEvent, .moveEvent, .watch: break
      }
    }

    /// Statements of which one list is done: what all of them leave plain is plain, where nothing that
    /// chooses between them knows v; all else that they set is not linear.
    private mutating func alternatives(_ lists: [[Statement]], isPlain: Bool) {
      let before = dependences
      var ends: [[Variable: Dependence]] = []
      for list in lists {
        dependences = before
        visit(list)
        ends.append(dependences)
      }
      dependences = before
      for variable in LiveVariables.assigned(in: lists.flatMap { $0 }, tables: tables) {
        let isConstant = isPlain && ends.allSatisfy { $0[variable] ?? .constant == .constant }
        dependences[variable] = isConstant ? .constant : .other
      }
    }

    private mutating func set(_ variable: Variable, _ dependence: Dependence) {
      assignments[variable, default: 0] += 1
      dependences[variable] = dependence
    }

    private mutating func remember(_ slope: Expression) {
      var versions: [Variable: Int] = [:]
      for variable in LiveVariables.variables(of: slope) {
        versions[variable] = assignments[variable, default: 0]
      }
      named[slope] = versions
    }

    /// Whether all that a slope names is, after the block, what it was when the slope was found.
    func stays(_ slope: Expression) -> Bool {
      guard let versions = named[slope] else { return LiveVariables.variables(of: slope).isEmpty }
      return versions.allSatisfy { assignments[$0.key, default: 0] == $0.value }
    }

    private func dependence(of expression: Expression) -> Dependence {
      switch expression {
      case .number: return .constant
      case .variable(let variable): return dependences[variable] ?? .constant
      case .element(let variable, let index):
        let isPlain = dependences[variable] ?? .constant == .constant && dependence(of: index) == .constant
        return isPlain ? .constant : .other
      case .negative(let operand):
        guard case .linear(let slope) = dependence(of: operand) else {
          return dependence(of: operand)
        }
        return .linear(.negative(slope))
      case .not(let operand): return dependence(of: operand) == .constant ? .constant : .other
      case .call(_, let arguments):
        return arguments.allSatisfy { dependence(of: $0) == .constant } ? .constant : .other
      case .binary(let operation, let left, let right):
        return binary(operation, left, right)
      }
    }

    private func binary(
      _ operation: Expression.Operator, _ left: Expression, _ right: Expression
    ) -> Dependence {
      let (leftDependence, rightDependence) = (dependence(of: left), dependence(of: right))
      switch (operation, leftDependence, rightDependence) {
      case (_, .constant, .constant): return .constant
      case (.add, .linear(let slope), .constant), (.add, .constant, .linear(let slope)),
        (.subtract, .linear(let slope), .constant):
        return .linear(slope)
      case (.subtract, .constant, .linear(let slope)): return .linear(.negative(slope))
      case (.add, .linear(let one), .linear(let other)),
        (.subtract, .linear(let one), .linear(let other)):
        return .linear(.binary(operation, one, other))
      case (.multiply, .constant, .linear(let slope)): return .linear(Self.product(left, slope))
      case (.multiply, .linear(let slope), .constant): return .linear(Self.product(slope, right))
      case (.divide, .linear(let slope), .constant): return .linear(.binary(.divide, slope, right))
      default: return .other
      }
    }

    private static func product(_ left: Expression, _ right: Expression) -> Expression {
      if left == .number(1) { return right }
      if right == .number(1) { return left }
      return .binary(.multiply, left, right)
    }
  }
}

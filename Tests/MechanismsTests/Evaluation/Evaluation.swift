import Mechanisms

/// The numbers of one instance of a mechanism, and what its blocks do to them: the meaning of the form,
/// without regard to speed. What has no meaning (an index outside of an array) is not a number.
package struct Evaluation {
  package enum Event: Sendable, Equatable {
    case toItself(delay: Double, flag: Double)
    case sent(time: Double)
    case moved(time: Double)
    case watch(difference: Double, isUpwards: Bool, flag: Double)
  }

  package let mechanism: Mechanism
  package var instance: [[Double]]
  package var globals: [[Double]]
  package var voltage = -65.0
  package var time = 0.0
  package var timeStep = 0.025
  package var celsius = 6.3
  package var diameter = 1.0
  package var area = 100.0
  package var weights: [Double] = []
  package var flag = 0.0
  /// What blocks sent, oldest first.
  package var events: [Event] = []

  private(set) var tables: [Int: FilledTable] = [:]
  private var locals: [[Double]] = []

  /// An instance with the defaults of the source.
  package init(_ mechanism: Mechanism) {
    self.mechanism = mechanism
    instance = mechanism.variables.map { Array(repeating: $0.initialValue, count: $0.count) }
    globals = mechanism.globals.map { Array(repeating: $0.initialValue, count: $0.count) }
  }

  /// A variable of the instance or a global, by its name; the first element of an array.
  package subscript(name: String) -> Double {
    get {
      if let index = mechanism.variables.firstIndex(where: { $0.name == name }) {
        return instance[index][0]
      }
      guard let index = mechanism.globals.firstIndex(where: { $0.name == name }) else {
        return .nan
      }
      return globals[index][0]
    }
    set {
      if let index = mechanism.variables.firstIndex(where: { $0.name == name }) {
        instance[index][0] = newValue
      } else if let index = mechanism.globals.firstIndex(where: { $0.name == name }) {
        globals[index][0] = newValue
      }
    }
  }

  package mutating func run(_ block: Block) {
    let outer = locals
    locals = block.localCounts.map { Array(repeating: 0, count: $0) }
    run(block.statements)
    locals = outer
  }

  mutating func run(_ statements: [Statement]) {
    for statement in statements { run(statement) }
  }

  private mutating func run(_ statement: Statement) {
    switch statement {
    case .assign(let variable, let expression): set(variable, 0, value(expression))
    case .assignElement(let variable, let index, let expression):
      set(variable, position(value(index)), value(expression))
    case .conditional(let condition, let then, let otherwise):
      run(value(condition) != 0 ? then : otherwise)
    case .loop(let local, let first, let last, let step, let body):
      let step = value(step)
      var index = value(first)
      while step >= 1, index <= value(last) {
        set(.local(local), 0, index)
        run(body)
        index += step
      }
    case .whileLoop(let condition, let body):
      var turns = 0
      while value(condition) != 0, turns < Self.mostTurns {
        run(body)
        turns += 1
      }
    case .lookUp(let table, let argument): lookUp(table, value(argument))
    case .lookUpValue(let table, let result, let argument):
      set(result, 0, lookUp(table, value(argument)).first ?? .nan)
    case .solveLinear(let unknowns, let matrix, let right):
      let rows = matrix.map { row in row.map { value($0) } }
      let solution = LinearSystem.solve(rows, right.map { value($0) })
      for (variable, number) in zip(unknowns, solution) { set(variable, 0, number) }
    case .solveNonlinear(_, let unknowns, let residuals): solve(unknowns, residuals)
    case .sendToItself(let delay, let flag):
      events.append(.toItself(delay: value(delay), flag: value(flag)))
    case .sendEvent(let time): events.append(.sent(time: value(time)))
    case .moveEvent(let time): events.append(.moved(time: value(time)))
    case .watch(let left, let isUpwards, let right, let flag):
      events.append(
        .watch(difference: value(left) - value(right), isUpwards: isUpwards, flag: value(flag)))
    }
  }

  private static let mostTurns = 1_000_000

  // MARK: Variables

  func position(_ index: Double) -> Int { Int(exactly: index.rounded(.towardZero)) ?? -1 }

  func get(_ variable: Variable, _ index: Int) -> Double {
    func element(_ arrays: [[Double]], _ array: Int) -> Double {
      arrays.indices.contains(array) && arrays[array].indices.contains(index)
        ? arrays[array][index] : .nan
    }
    switch variable {
    case .instance(let array): return element(instance, array)
    case .global(let array): return element(globals, array)
    case .local(let array): return element(locals, array)
    case .voltage: return voltage
    case .time: return time
    case .timeStep: return timeStep
    case .celsius: return celsius
    case .diameter: return diameter
    case .area: return area
    case .weight(let weight): return weights.indices.contains(weight) ? weights[weight] : .nan
    case .flag: return flag
    }
  }

  mutating func set(_ variable: Variable, _ index: Int, _ value: Double) {
    func store(_ arrays: inout [[Double]], _ array: Int) {
      guard arrays.indices.contains(array), arrays[array].indices.contains(index) else { return }
      arrays[array][index] = value
    }
    switch variable {
    case .instance(let array): store(&instance, array)
    case .global(let array): store(&globals, array)
    case .local(let array): store(&locals, array)
    case .voltage: voltage = value
    case .time: time = value
    case .timeStep: timeStep = value
    case .celsius: celsius = value
    case .diameter: diameter = value
    case .area: area = value
    case .weight(let weight): if weights.indices.contains(weight) { weights[weight] = value }
    case .flag: flag = value
    }
  }

  // MARK: Tables

  /// What a table gives; also sets its results where these are not local to it.
  @discardableResult
  private mutating func lookUp(_ index: Int, _ argument: Double) -> [Double] {
    guard mechanism.tables.indices.contains(index) else { return [] }
    let table = mechanism.tables[index]
    guard get(.global(table.switchGlobal), 0) != 0 else { return compute(table, argument) }
    let dependencies = table.dependencies.map { get($0, 0) }
    if tables[index]?.dependencies != dependencies { fill(index, table, dependencies) }
    guard let filled = tables[index] else { return [] }
    let results = filled.values(at: argument)
    var position = 0
    for variable in table.results {
      for element in 0..<count(of: variable) where position < results.count {
        if case .local = variable {} else { set(variable, element, results[position]) }
        position += 1
      }
    }
    return results
  }

  private mutating func fill(_ index: Int, _ table: Table, _ dependencies: [Double]) {
    var filled = FilledTable(
      dependencies: dependencies, lowest: value(table.lowest), highest: value(table.highest),
      intervals: table.intervals)
    var x = filled.lowest
    for _ in 0...table.intervals {
      filled.rows.append(compute(table, x))
      // As NEURON does, with what is lost by rounding.
      x += filled.step
    }
    tables[index] = filled
  }

  private func count(of variable: Variable) -> Int {
    switch variable {
    case .instance(let index):
      mechanism.variables.indices.contains(index) ? mechanism.variables[index].count : 0
    case .global(let index):
      mechanism.globals.indices.contains(index) ? mechanism.globals[index].count : 0
    default: 1
    }
  }

  private mutating func compute(_ table: Table, _ argument: Double) -> [Double] {
    let outer = locals
    locals = table.body.localCounts.map { Array(repeating: 0, count: $0) }
    set(.local(0), 0, argument)
    run(table.body.statements)
    let results = table.results.flatMap { variable in
      (0..<count(of: variable)).map { get(variable, $0) }
    }
    locals = outer
    return results
  }
}

import Mechanisms

/// Where a table is for some instances of a mechanism: once, or once for each different set of the values that
/// it depends on.
struct TablePlan {
  /// Where the first one begins, and how far the next is from it.
  private(set) var offset = 0
  private(set) var stride = 0
  /// Where in the indices it says which one is each instance's; nil where there is one.
  private(set) var rows: Int?
  /// For each one an instance that it is made for.
  private(set) var representatives = [0]
  /// Among the mechanism's tables.
  let index: Int
  /// Whether anything is looked up in it.
  let isUsed: Bool
  /// Whether it depends on a parameter that may be changed between runs.
  private(set) var isAdjustable = false
  /// What it depends on without saying so: NEURON makes it once, for one instance.
  private(set) var undeclared: [Int] = []
  /// The values of instance variables that it is made with, where these are not all instances' own.
  private(set) var fixed: [Int: Double] = [:]

  /// - Parameters:
  ///   - values: of an instance variable in each instance, NaN where it may change.
  ///   - first: of an instance variable in the first instance of all in the session; nil where that is not known.
  init(
    _ index: Int, of mechanism: Mechanism, _ storage: [InstancePlan.Storage],
    _ globals: [InstancePlan.GlobalStorage], _ assigned: Set<Variable>,
    values: (Int) -> [Double], first: (Int) -> Double?, in plan: inout MemoryPlan
  ) throws(SimulationError) {
    let table = mechanism.tables[index]
    self.index = index
    isUsed = mechanism.usedTables.contains(index)
    guard isUsed else { return }
    func refused(_ construct: String) -> SimulationError {
      .unsupported(mechanism: mechanism.name, block: "TABLE", construct: construct)
    }
    let read = table.inputs(mechanism.tables)
    var differing: [[Double]] = []
    for variable in read.union(table.dependencies).sorted(by: { "\($0)" < "\($1)" }) {
      switch variable {
      case .instance(let index):
        let name = mechanism.variables[index].name
        let isOne =
          !table.dependencies.contains(variable)
          || mechanism.mayRunInThreads && !mechanism.isComputedOneByOne
        let one = isOne && mechanism.isMadeForFirst(self.index) ? first(index) : nil
        switch storage[index] {
        case .constant:
          if isOne, one == nil { undeclared.append(index) }
          fixed[index] = one
        case .memory where !assigned.contains(variable):
          let all = values(index)
          if mechanism.variables[index].count > 1 { throw refused("the array \(name)") }
          if let one {
            fixed[index] = one
          } else if all.allSatisfy({ $0 == all.first }) {
            if isOne { undeclared.append(index) }
          } else if table.dependencies.contains(variable), mechanism.isComputedOneByOne {
            differing.append(all)
            isAdjustable = isAdjustable || all.contains(where: \.isNaN)
          } else if table.dependencies.contains(variable) {
            throw refused("DEPEND on \(name), which differs between segments,")
          } else {
            throw refused("\(name), which differs between segments and is not in its DEPEND,")
          }
        default: throw refused("\(name), which blocks set,")
        }
      case .global(let index):
        // A result begins with what it had before.
        if globals[index].isOfInstances, !table.results.contains(variable) {
          throw refused("\(mechanism.globals[index].name), which instances set,")
        }
      default: break
      }
    }
    let readByBlocks = mechanism.blocksThatRun.reduce(into: Set<Variable>()) {
      $0.formUnion($1.effects(mechanism.tablesMade).liveIn)
    }
    let besides = table.besides(mechanism.tables).intersection(readByBlocks)
    for index in mechanism.variables.indices where besides.contains(.instance(index)) {
      throw refused("setting \(mechanism.variables[index].name) besides its values")
    }

    // Made anew for each, it would be with each one's own.
    if !differing.isEmpty, !fixed.isEmpty {
      throw refused("what differs between segments, in its DEPEND and not in it,")
    }
    if !differing.isEmpty {
      var known: [[UInt64]: Int] = [:]
      var own: [Int] = []
      representatives = []
      for instance in differing[0].indices {
        // What may change is each instance's own.
        var key = differing.map { $0[instance].bitPattern }
        if differing.contains(where: { $0[instance].isNaN }) { key.append(UInt64(instance)) }
        if known[key] == nil {
          known[key] = representatives.count
          representatives.append(instance)
        }
        own.append(known[key] ?? 0)
      }
      rows = plan.place(indices: own)
    }
    let columns = table.results.reduce(0) { $0 + mechanism.count(of: $1) }
    stride = TableLayout.header + columns * (table.intervals + 1)
    offset = plan.place(0, count: stride * representatives.count)
  }
}

extension Table {
  /// What its values follow from, but for its argument.
  func inputs(_ tables: [Table]) -> Set<Variable> {
    var body = body
    body.statements.insert(.assign(.local(0), .number(0)), at: 0)
    let ends = lowest.variables.union(highest.variables)
    return body.effects(tables).liveIn.union(ends)
  }

  /// What making it sets besides its results.
  func besides(_ tables: [Table]) -> Set<Variable> {
    body.allEffects(tables).mayAssign.subtracting(results).filter {
      if case .local = $0 { false } else { true }
    }
  }
}

extension Mechanism {
  /// Whether NEURON certainly makes a table anew for each instance whose values are others. Of a mechanism that
  /// may run in threads it looks at one instance only, before each step.
  var isComputedOneByOne: Bool {
    let results = Set(tables.flatMap(\.results))
    return !isThreadSafe && globals.indices.contains { results.contains(.global($0)) }
  }

  /// Whether NEURON certainly makes a table for the first instance: it checks tables for that one alone, or INITIAL
  /// looks something up in any case.
  func isMadeForFirst(_ table: Int) -> Bool {
    func looksUp(_ statement: Statement) -> Bool {
      switch statement {
      case .lookUp(table, _), .lookUpValue(table, _, _): true
      default: false
      }
    }
    var isNested = false
    for statement in tables.flatMap(\.body.statements) {
      statement.visit {
        switch $0 {
        case .lookUp, .lookUpValue: isNested = true
        default: break
        }
      }
    }
    return !isNested && (mayRunInThreads || initial.statements.contains(where: looksUp))
  }

  /// What the making of tables that are used sets besides their results.
  var setBesidesTables: Set<Variable> {
    usedTables.reduce(into: []) { $0.formUnion(tables[$1].besides(tables)) }
  }
}

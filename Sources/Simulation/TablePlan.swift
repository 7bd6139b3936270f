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
  /// Whether anything is looked up in it.
  let isUsed: Bool
  /// Whether it depends on a parameter that may be changed between runs.
  private(set) var isAdjustable = false
  /// What it depends on without saying so: NEURON makes it once, for one instance.
  private(set) var undeclared: [Int] = []

  /// - Parameter values: of an instance variable in each instance, NaN where it may change.
  init(
    _ index: Int, of mechanism: Mechanism, _ storage: [InstancePlan.Storage],
    _ globals: [InstancePlan.GlobalStorage], _ assigned: Set<Variable>,
    values: (Int) -> [Double], in plan: inout MemoryPlan
  ) throws(SimulationError) {
    let table = mechanism.tables[index]
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
        switch storage[index] {
        case .constant:
          if !table.dependencies.contains(variable) { undeclared.append(index) }
        case .memory where !assigned.contains(variable):
          let all = values(index)
          if mechanism.variables[index].count > 1 { throw refused("the array \(name)") }
          if all.allSatisfy({ $0 == all.first }) {
            if !table.dependencies.contains(variable) { undeclared.append(index) }
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
        if case .temporary = globals[index], !table.results.contains(variable) {
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

  /// What the making of tables that are used sets besides their results.
  var setBesidesTables: Set<Variable> {
    usedTables.reduce(into: []) { $0.formUnion(tables[$1].besides(tables)) }
  }
}

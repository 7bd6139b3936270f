import CellModel
import Mechanisms

/// A cell as a program: C code that runs it, the numbers that it begins with, and where what is in them.
///
/// The code follows NEURON's fixed step; `simulation.h` has the loop that it is part of.
package struct CellProgram: Sendable {
  /// Where one of the cell's point processes went: several may be one.
  package struct Instance: Sendable, Equatable {
    package let kind: Int
    package let index: Int
  }

  package let source: String
  package let memory: [Double]
  package let indices: [Int32]
  /// By section, then by segment: the place in the memory of its potential; after the segments those of the
  /// ends x = 0 and x = 1.
  package let potentials: [[Int]]
  package let instances: [Instance]
  /// Where the weights of NetCons begin, `ProgramSettings.weightCount` of them.
  package let weights: Int

  let sets: [SetPlan]
  let processes: [ProcessPlan]
  let layout: CellLayout

  /// Compiles a cell to C.
  ///
  /// - Parameters:
  ///   - cell: holds together (`validate()`); all of its sections and point processes.
  ///   - mechanisms: by name, at least those of the cell, ions excepted.
  /// - Throws: `SimulationError`, for the first mechanism that cannot be compiled.
  package init(
    of cell: CellModel, mechanisms: [String: Mechanism], settings: ProgramSettings
  ) throws(SimulationError) {
    var emitter = try ProgramEmitter(cell, mechanisms, settings)
    source = try emitter.source()
    memory = emitter.plan.values
    indices = emitter.plan.indices
    potentials = emitter.potentials
    instances = emitter.instances
    weights = emitter.weights
    sets = emitter.sets
    processes = emitter.processes
    layout = emitter.layout
  }

  /// Where a range variable of a segment is in the memory; nil where it is not there.
  package func offset(ofRangeVariable name: String, section: Int, segment: Int) -> Int? {
    if name == "v" { return potentials[section][segment] }
    guard let slot = layout.slots[layout.compartments.segments[section][segment]] else { return nil }
    let index = layout.set(ofSlot: slot)
    let place = slot - layout.sets[index].first
    for ion in sets[index].ions.values {
      let offset: Int? =
        switch name {
        case "e\(ion.name)": ion.reversal
        case "i\(ion.name)": ion.hasCurrent ? ion.current : nil
        case "\(ion.name)i": ion.inside
        case "\(ion.name)o": ion.outside
        default: nil
        }
      if let offset { return offset + place }
    }
    for instance in sets[index].instances.values {
      if let offset = Self.offset(of: name, in: instance) { return offset + place }
    }
    return nil
  }

  /// Where a member of a point process is in the memory; nil where it is not there.
  package func offset(ofMember name: String, pointProcess: Int) -> Int? {
    let instance = instances[pointProcess]
    return Self.offset(of: name, in: processes[instance.kind].instances).map {
      $0 + instance.index
    }
  }

  private static func offset(of name: String, in plan: InstancePlan) -> Int? {
    for (index, variable) in plan.mechanism.variables.enumerated()
    where InstancePlan.name(of: variable.name, of: plan.mechanism) == name {
      if case .memory(let offset) = plan.storage[index] { return offset }
    }
    return nil
  }
}

/// What a set of compartments has.
struct SetPlan {
  /// By index into the cell's `mechanisms`, in the order in which they are computed.
  var order: [Int]
  var instances: [Int: InstancePlan]
  var ions: [Int: IonPlan]
  var diameters, areas: Int?
}

/// What the point processes of a kind have.
struct ProcessPlan {
  var instances: InstancePlan
  /// Where in the indices their slots are.
  var slots: Int
  /// 100 / area: what makes nA to mA/cm².
  var factors: Int
  /// By ion of the mechanism, then by quantity: where in the indices its places in the memory are.
  var ions: [[Mechanism.IonQuantity: Int]]
  var ionPlans: [IonPlan?]
  /// By ion: whether its current has to be in the memory anywhere.
  var hasCurrents: [Bool]
  var diameters, areas: Int?
}

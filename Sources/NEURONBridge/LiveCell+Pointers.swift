import CNEURON
import CellModel

extension LiveCell {
  /// A POINTER of the cell's that is set.
  package struct SetPointer {
    package enum Owner {
      case segment(section: Int, segment: Int)
      /// By its index in the model.
      case process(Int)
    }

    /// As hoc has it: `level_gated` of a density mechanism, `level` of a point process.
    package let name: String
    package let owner: Owner
    package let target: Recording.Variable
  }

  /// What the POINTERs of the cell's mechanisms point to.
  ///
  /// - Parameter names: as hoc has them, of those that matter.
  /// - Throws: `BridgeError` where this NEURON's cannot be read.
  package func pointers(named names: Set<String>) throws(BridgeError) -> [SetPointer] {
    guard let first = names.min() else { return [] }
    guard let internals = Internals(neuron), LayoutTest.result(internals).pointers else {
      throw .unreadablePointers(name: first)
    }
    let kinds = try PointerKinds(internals)
    let variables = try variables(internals)
    var found: [SetPointer] = []
    for kind in kinds.densities where names.contains(kind.name) {
      for (section, reference) in zip(model.sections.indices, sections) {
        let count = model.sections[section].segments.count
        for segment in 0..<count {
          let center = Section.center(ofSegment: segment, segmentCount: count)
          guard let pointer = internals.pointer(kind, in: reference, at: center) else { break }
          guard pointer.address != nil else { continue }
          found.append(
            SetPointer(
              name: kind.name, owner: .segment(section: section, segment: segment),
              target: try target(of: pointer, variables)))
        }
      }
    }
    for (index, object) in synapses.enumerated() {
      let name = model.pointProcessKinds[model.pointProcesses[index].kind].name
      let kinds = (kinds.processes[name] ?? []).filter { names.contains($0.name) }
      for pointer in internals.pointers(of: object, kinds) where pointer.address != nil {
        found.append(
          SetPointer(
            name: pointer.kind.name, owner: .process(index),
            target: try target(of: pointer, variables)))
      }
    }
    return found
  }

  private func target(
    of pointer: Pointer, _ variables: DendriticVariables
  ) throws(BridgeError) -> Recording.Variable {
    guard let handle = pointer.target else { return .other }
    return variable(try variables.variable(of: handle))
  }

  /// Those of the cell's density mechanisms that other sections have; nil where NEURON does not tell.
  package var mechanismsElsewhere: Set<String>? {
    guard let internals = Internals(neuron) else { return nil }
    let own = Set(sections)
    let kinds = model.mechanisms.map { ($0.name, internals.functions.mechanism_type($0.name)) }
    var found: Set<String> = []
    for section in neuron.allSections() where !own.contains(section) {
      guard let node = internals.functions.own_node(section, 0) else { continue }
      for (name, type) in kinds where internals.functions.property_of_node(type, node) != nil {
        found.insert(name)
      }
    }
    return found
  }

  /// The numbers of the cell's mechanisms in this session; empty where NEURON does not tell.
  package var mechanismTypes: [String: Int] {
    guard let internals = Internals(neuron) else { return [:] }
    let names = (model.mechanisms + model.pointProcessKinds).map(\.name)
    return Dictionary(
      names.map { ($0, Int(internals.functions.mechanism_type($0))) },
      uniquingKeysWith: { first, _ in first })
  }
}

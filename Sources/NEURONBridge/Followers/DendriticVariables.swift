import CNEURON
import CellModel

/// Finds out which variable of a cell's dendrites, or of the point processes that it gives up, something
/// in the session refers to.
///
/// NEURON keeps each variable of a mechanism in one array for all its instances, and what refers to a
/// variable tells which array and where in it. Most scripts refer to potentials only, of dendrites or of
/// others: those are told apart by one look-up. Mechanisms' variables are gone through only when something
/// refers to an array of theirs.
final class DendriticVariables {
  enum Variable: Hashable {
    /// On a dendrite; of a mechanism, or for nil of what every section has.
    case range(RangeVariable, mechanism: String?, Place)
    /// Of a point process, by its index in the model.
    case property(process: Int, name: String, element: Int)
  }

  /// A place on a section that NEURON has a node for: the centre of a segment, or an end.
  struct Place: Hashable {
    let section: Int
    let position: Double
  }

  private let internals: Internals
  private let neuron: NEURON
  private let cell: LiveCell
  private let replacement: Replacement
  /// The model's point processes whose variables are asked for.
  private let processes: [Int]

  /// - Parameter processes: indices of the model's point processes whose variables count.
  init(
    _ internals: Internals, _ cell: LiveCell, _ replacement: Replacement, processes: [Int]
  ) {
    self.internals = internals
    neuron = internals.neuron
    self.cell = cell
    self.replacement = replacement
    self.processes = processes
  }

  /// Where the dendrites have nodes that go with them: their segments' centres, and those of their ends
  /// whose node is not one of what stays.
  private(set) lazy var places: [Place] = {
    let (replaced, kept) = (
      cell.model.sections.indices.filter(replacement.contains),
      cell.model.sections.indices.filter { !replacement.contains($0) }
    )
    let going = Set(replaced.flatMap { nodes(of: cell.sections[$0]) })
    // The node at the beginning of a root is none of any section's own.
    let staying = Set(
      kept.flatMap { index in
        let section = cell.sections[index]
        return nodes(of: section)
          + [0, 1].compactMap { internals.functions.node(section, $0) }.filter {
            !going.contains($0)
          }
      })
    let ends = replaced.flatMap { index in
      [0, 1].map { Place(section: index, position: $0) }
    }
    return centers
      + ends.filter { end in
        internals.functions.node(cell.sections[end.section], end.position).map {
          !staying.contains($0)
        } ?? false
      }
  }()

  /// A section's own nodes: those of its segments and of its end.
  private func nodes(of section: SectionReference) -> [OpaquePointer] {
    (0..<max(0, internals.functions.node_count(section))).compactMap {
      internals.functions.own_node(section, $0)
    }
  }

  private lazy var centers: [Place] = cell.model.sections.indices.filter(replacement.contains)
    .flatMap { index in centers(of: index).map { Place(section: index, position: $0) } }

  private func centers(of index: Int) -> [Double] {
    let section = cell.model.sections[index]
    return section.segments.indices.map { section.center(ofSegment: $0) }
  }

  /// The variable that a handle is of; nil where it is none of those.
  func variable(of handle: neuron_handle) throws(BridgeError) -> Variable? {
    var handle = handle
    guard let address = neuron_handle_address(&handle) else { return nil }
    let array = handle.row == nil ? nil : handle.storage
    for index in nodeColumns.indices where nodeColumns[index].array == array {
      return nodeColumns[index].variable(at: address)
    }
    for index in try mechanismColumns().indices where columns[index].array == array {
      if let found = columns[index].variable(at: address) { return found }
    }
    return nil
  }

  /// The variable at an address; nil where it is none of those. Goes through all of them.
  func variable(at address: UnsafeMutablePointer<Double>?) throws(BridgeError) -> Variable? {
    guard let address else { return nil }
    for column in nodeColumns + (try mechanismColumns()) {
      if let found = column.variable(at: address) { return found }
    }
    return nil
  }

  /// The dendrites' nodes.
  private(set) lazy var placesByNode: [OpaquePointer: Place] = Dictionary(
    places.compactMap { place in
      internals.functions.node(cell.sections[place.section], place.position).map { ($0, place) }
    }, uniquingKeysWith: { first, _ in first })

  /// The variable of one of the model's point processes that a handle is of; nil where it is none.
  func property(
    of handle: neuron_handle, process: Int
  ) throws(BridgeError) -> (name: String, element: Int)? {
    var handle = handle
    guard let address = neuron_handle_address(&handle),
      neuron.api.point_process_is_placed(cell.synapses[process])
    else { return nil }
    let kind = cell.model.pointProcessKinds[cell.model.pointProcesses[process].kind]
    for (name, size) in try catalog().allVariables(of: kind.name) {
      guard let symbol = neuron.api.method_symbol(cell.synapses[process], name),
        internals.isNumber(symbol)
      else { continue }
      let text = HocString(name)
      for element in 0..<size
      where neuron.address(of: .property(cell.synapses[process], text, element: element))
        == address
      {
        return (name, element)
      }
    }
    return nil
  }

  private var knownCatalog: MechanismCatalog?

  private func catalog() throws(BridgeError) -> MechanismCatalog {
    if let knownCatalog { return knownCatalog }
    let catalog = try MechanismCatalog(neuron)
    knownCatalog = catalog
    return catalog
  }

  // MARK: arrays of variables

  /// The array of one variable, of all that have it.
  private final class Column {
    /// Identifies the array; nil for what NEURON keeps one by one.
    let array: UnsafeMutableRawPointer?
    private let entries: () -> [(UnsafeMutablePointer<Double>?, Variable)]
    private lazy var byAddress: [UnsafeMutablePointer<Double>: Variable] = Dictionary(
      entries().compactMap { address, variable in address.map { ($0, variable) } },
      uniquingKeysWith: { first, _ in first })

    init(
      array: UnsafeMutableRawPointer?,
      entries: @escaping () -> [(UnsafeMutablePointer<Double>?, Variable)]
    ) {
      self.array = array
      self.entries = entries
    }

    func variable(at address: UnsafeMutablePointer<Double>) -> Variable? { byAddress[address] }
  }

  /// Potentials, and where NEURON computes them for every node, membrane currents.
  private lazy var nodeColumns: [Column] =
    (internals.functions.uses_fast_membrane_current.pointee != 0 ? ["v", "i_membrane_"] : ["v"])
    .compactMap { name in
      neuron.api.symbol(name).flatMap { column(of: name, $0, element: nil, nil, nil) }
    }

  private var columns: [Column] = []
  private var hasColumns = false

  private func mechanismColumns() throws(BridgeError) -> [Column] {
    if hasColumns { return columns }
    hasColumns = true
    let catalog = try catalog()
    columns = try densityColumns(catalog) + processColumns(catalog)
    return columns
  }

  private func densityColumns(_ catalog: MechanismCatalog) throws(BridgeError) -> [Column] {
    var sections = [[Int]](repeating: [], count: cell.model.mechanisms.count)
    let replaced = cell.model.sections.indices.filter(replacement.contains)
    for section in replaced {
      for insertion in cell.model.sections[section].insertions {
        sections[insertion.mechanism].append(section)
      }
    }
    let owners =
      zip(cell.model.mechanisms, sections).map { ($0.name, $1) }
      + MechanismCatalog.structural.sorted().map { ($0, replaced) }
    var result: [Column] = []
    for (mechanism, sections) in owners where !sections.isEmpty {
      for (name, size) in try catalog.allVariables(of: mechanism) {
        guard let symbol = neuron.api.symbol(name), internals.isNumber(symbol) else { continue }
        let elements = neuron.api.symbol_is_array(symbol) ? (0..<size).map(Int?.some) : [nil]
        let owner = MechanismCatalog.structural.contains(mechanism) ? nil : mechanism
        result += elements.compactMap { column(of: name, symbol, element: $0, owner, sections) }
      }
    }
    return result
  }

  private func column(
    of name: String, _ symbol: SymbolReference, element: Int?, _ mechanism: String?,
    _ sections: [Int]?
  ) -> Column? {
    guard let first = sections.map({ $0.first.flatMap(firstCenter) }) ?? places.first else {
      return nil
    }
    let variable = RangeVariable(symbol: symbol, name: name, element: element)
    var handle = internals.handle(
      of: variable, in: cell.sections[first.section], at: first.position)
    defer { neuron_handle_release(&handle) }
    return Column(array: handle.row == nil ? nil : handle.storage) { [unowned self] in
      let places =
        sections?.flatMap { section in
          centers(of: section).map { Place(section: section, position: $0) }
        } ?? places
      return places.map { place in
        let argument = HocArgument.range(
          variable, cell.sections[place.section], position: place.position)
        return (neuron.address(of: argument), .range(variable, mechanism: mechanism, place))
      }
    }
  }

  private func firstCenter(of section: Int) -> Place? {
    centers(of: section).first.map { Place(section: section, position: $0) }
  }

  private func processColumns(_ catalog: MechanismCatalog) throws(BridgeError) -> [Column] {
    var byKind: [Int: [Int]] = [:]
    for process in processes {
      byKind[cell.model.pointProcesses[process].kind, default: []].append(process)
    }
    var result: [Column] = []
    for (kind, processes) in byKind.sorted(by: { $0.key < $1.key }) {
      guard let first = processes.first else { continue }
      for (name, size) in try catalog.allVariables(of: cell.model.pointProcessKinds[kind].name) {
        guard let symbol = neuron.api.method_symbol(cell.synapses[first], name),
          internals.isNumber(symbol),
          var handle = internals.handle(of: name, element: 0, in: cell.synapses[first])
        else { continue }
        defer { neuron_handle_release(&handle) }
        result.append(
          Column(array: handle.row == nil ? nil : handle.storage) { [neuron, cell] in
            let text = HocString(name)
            return processes.flatMap { process in
              (0..<size).map { element in
                let argument = HocArgument.property(
                  cell.synapses[process], text, element: element)
                return (
                  neuron.address(of: argument),
                  .property(process: process, name: name, element: element)
                )
              }
            }
          })
      }
    }
    return result
  }
}

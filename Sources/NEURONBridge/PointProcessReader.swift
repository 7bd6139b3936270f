import CNEURON
import CellModel

/// Reads point processes.
struct PointProcessReader {
  /// The kinds of point process met so far.
  private(set) var kinds: [MechanismKind] = []

  private let neuron: NEURON
  private let catalog: MechanismCatalog
  private let cellName: String
  private let sectionIndices: [SectionReference: Int]
  /// By NEURON's own copy of a class's name, which is one for all its objects.
  private var readers: [UnsafePointer<CChar>: KindReader] = [:]
  private var values = SharedArrays()

  private struct KindReader {
    let kind: Int
    let properties: [(name: HocString, size: Int)]
    let location: SymbolReference
  }

  init(
    _ neuron: NEURON, _ catalog: MechanismCatalog, cellName: String,
    sections: [SectionReference]
  ) {
    self.neuron = neuron
    self.catalog = catalog
    self.cellName = cellName
    sectionIndices = sections.firstIndices()
  }

  /// Reads an element of the caller's list, which must be a point process on the cell.
  mutating func listed(
    _ object: ObjectReference, index: Int
  ) throws(BridgeError) -> PointProcess {
    guard let reader = try reader(for: object) else {
      throw .notAPointProcess(
        index: index, found: "a \(String(cString: neuron.api.class_name(object)))")
    }
    guard let (section, position) = try place(of: object, reader) else {
      throw .unplacedSynapse(index: index, kind: kinds[reader.kind].name)
    }
    guard let sectionIndex = sectionIndices[section] else {
      throw .foreignSynapse(
        index: index, kind: kinds[reader.kind].name, section: neuron.name(of: section),
        cell: cellName)
    }
    return process(object, reader, section: sectionIndex, position: position)
  }

  /// Reads a point process of the session that is on the cell; nil for any other object.
  mutating func ifOnCell(_ object: ObjectReference) throws(BridgeError) -> PointProcess? {
    guard let reader = try reader(for: object),
      let (section, position) = try place(of: object, reader)
    else { return nil }
    return sectionIndices[section].map {
      process(object, reader, section: $0, position: position)
    }
  }

  /// The section and position of a point process; nil where it is on none.
  private func place(
    of object: ObjectReference, _ reader: KindReader
  ) throws(BridgeError) -> (SectionReference, Double)? {
    guard neuron.api.point_process_is_placed(object) else { return nil }
    let position = try neuron.call(reader.location, of: object).number
    defer { neuron.api.section_pop() }
    return (0...1).contains(position) ? (neuron.api.accessed_section(), position) : nil
  }

  private mutating func process(
    _ object: ObjectReference, _ reader: KindReader, section: Int, position: Double
  ) -> PointProcess {
    PointProcess(
      kind: reader.kind, section: section, position: position,
      values: values.shared { values in
        for (name, size) in reader.properties {
          if size == 1 {
            values.append(neuron.api.property(object, name.cString))
          } else {
            for element in 0..<size {
              values.append(neuron.api.property_element(object, name.cString, Int32(element)))
            }
          }
        }
      })
  }

  /// What reads objects of a class; nil where it is no class of point processes.
  private mutating func reader(for object: ObjectReference) throws(BridgeError) -> KindReader? {
    let className = neuron.api.class_name(object)
    if let reader = readers[className] { return reader }
    let name = String(cString: className)
    guard catalog.pointProcessNames.contains(name) else { return nil }
    let kind = try catalog.kind(named: name)
    let reader = KindReader(
      kind: kinds.count,
      properties: kind.parameters.map { (HocString($0.name), $0.defaults.count) },
      location: try neuron.method("get_loc", of: object))
    kinds.append(kind)
    readers[className] = reader
    return reader
  }
}

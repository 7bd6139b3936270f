import CellModel

// A cell in bytes, for another process: numbers of 64 bits, the lowest byte first; texts and lists behind their
// length. Codable's coders are part of Foundation, which the library is free of. Who sends it around says which
// version wrote it: nothing here reads what another one wrote.

extension SimulatedCell {
  /// What begins it.
  private static let mark = "neuron_reduce cell"

  /// The cell, to be read by `init(bytes:)`. Without leaks and connections, of which programs know nothing.
  package var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.mark)
    writer.write(model.name)
    writer.write(model.temperature)
    writer.write(model.initialPotential ?? .nan)
    writer.write(model.mechanisms) { $0.write($1) }
    writer.write(model.pointProcessKinds) { $0.write($1) }
    writer.write(model.sections) { $0.write($1) }
    writer.write(model.pointProcesses) { writer, process in
      writer.write(process.kind)
      writer.write(process.section)
      writer.write(process.position)
      writer.write(process.values)
      writer.write(process.mayMerge ? 1 : 0)
    }
    writer.write(ions.sorted { $0.key < $1.key }) { writer, ion in
      writer.write(ion.key)
      writer.write([ion.value.valence, ion.value.inside, ion.value.outside])
    }
    writer.write(styles) { writer, styles in
      writer.write(styles.sorted { $0.key < $1.key }) { writer, style in
        writer.write(style.key)
        writer.write(style.value) { $0.write($1) }
      }
    }
    writer.write(pointers.map { ($0.key, $0.value) }.sorted(by: Self.isBefore)) { writer, pointer in
      writer.write(pointer.0)
      writer.write(pointer.1)
    }
    writer.write(externals.sorted { $0.key < $1.key }) { writer, external in
      writer.write(external.key)
      writer.write(external.value)
    }
    writer.write(elsewhere == nil ? 0 : 1)
    writer.write((elsewhere ?? []).sorted()) { $0.write($1) }
    writer.write(types.sorted { $0.key < $1.key }) { writer, type in
      writer.write(type.key)
      writer.write(type.value)
    }
    return writer.bytes
  }

  /// Reads what `bytes` gave.
  ///
  /// - Throws: `SimulationError.damaged`.
  package init(bytes: [UInt8]) throws(SimulationError) {
    var reader = ByteReader(bytes)
    guard try reader.text() == Self.mark else { throw .damaged(problem: "does not begin as one") }
    let name = try reader.text()
    let temperature = try reader.number()
    let initialPotential = try reader.number()
    var model = CellModel(
      name: name, temperature: temperature,
      initialPotential: initialPotential.isNaN ? nil : initialPotential,
      mechanisms: try reader.list { reader throws(SimulationError) in try reader.kind() },
      pointProcessKinds: try reader.list { reader throws(SimulationError) in try reader.kind() },
      leaks: [])
    model.sections = try reader.list { reader throws(SimulationError) in try reader.section() }
    model.pointProcesses = try reader.list { reader throws(SimulationError) in
      PointProcess(
        kind: try reader.integer(), section: try reader.integer(), position: try reader.number(),
        values: try reader.numbers(), mayMerge: try reader.integer() != 0)
    }
    do throws(CellModelError) {
      try model.validate()
    } catch {
      throw .damaged(problem: "does not hold together (\(error))")
    }
    var ions: [String: ProgramSettings.Ion] = [:]
    for (name, values) in try reader.list({ reader throws(SimulationError) in
      (try reader.text(), try reader.numbers())
    }) {
      guard values.count == 3 else { throw .damaged(problem: "has an ion of other values") }
      ions[name] = .init(valence: values[0], inside: values[1], outside: values[2])
    }
    let styles = try reader.list { reader throws(SimulationError) in
      var found: [String: [Int]] = [:]
      for (name, style) in try reader.list({ reader throws(SimulationError) in
        let name = try reader.text()
        return (name, try reader.list { reader throws(SimulationError) in try reader.integer() })
      }) {
        found[name] = style
      }
      return found
    }
    guard styles.count == model.sections.count else {
      throw .damaged(problem: "has no styles of ions for each section")
    }
    self.init(model: model, ions: ions, styles: styles)
    for (owner, target) in try reader.list({ reader throws(SimulationError) in
      (try reader.owner(in: model), try reader.target(in: model))
    }) {
      pointers[owner] = target
    }
    for (name, value) in try reader.list({ reader throws(SimulationError) in
      (try reader.text(), try reader.number())
    }) {
      externals[name] = value
    }
    let isKnown = try reader.integer() != 0
    let names = try reader.list { reader throws(SimulationError) in try reader.text() }
    elsewhere = isKnown ? Set(names) : nil
    for (name, type) in try reader.list({ reader throws(SimulationError) in
      (try reader.text(), try reader.integer())
    }) {
      types[name] = type
    }
    guard reader.isAtEnd else { throw .damaged(problem: "does not end as one") }
  }

  private static func isBefore(
    _ one: (PointerOwner, PointerTarget), _ other: (PointerOwner, PointerTarget)
  ) -> Bool {
    let key = { (owner: PointerOwner) in
      switch owner.place {
      case .segment(let section, let segment): (0, section, segment)
      case .process(let index): (1, index, 0)
      }
    }
    let (first, second) = (key(one.0), key(other.0))
    return first == second ? one.0.name < other.0.name : first < second
  }
}

/// Numbers, texts and lists to bytes.
private struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ value: Int) { write(bits: UInt64(bitPattern: Int64(value))) }

  mutating func write(_ value: Double) { write(bits: value.bitPattern) }

  private mutating func write(bits: UInt64) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ values: [Double]) { write(values) { $0.write($1) } }

  mutating func write<Element>(
    _ elements: [Element], _ element: (inout ByteWriter, Element) -> Void
  ) {
    write(elements.count)
    for each in elements { element(&self, each) }
  }

  mutating func write(_ kind: MechanismKind) {
    write(kind.name)
    write(kind.isIon ? 1 : 0)
    write(kind.parameters) { writer, parameter in
      writer.write(parameter.name)
      writer.write(parameter.defaults)
      writer.write(parameter.unit)
    }
    write(kind.globals) { writer, global in
      writer.write(global.name)
      writer.write(global.values)
    }
  }

  mutating func write(_ owner: PointerOwner) {
    write(owner.name)
    switch owner.place {
    case .segment(let section, let segment): write([section, segment]) { $0.write($1) }
    case .process(let index): write([index]) { $0.write($1) }
    }
  }

  mutating func write(_ target: PointerTarget) {
    switch target {
    case .range(let name, let section, let position):
      write(name)
      write([Double(section), position])
    case .member(let name, let process):
      write(name)
      write([Double(process)])
    case .other:
      write("")
      write([Double]())
    }
  }

  mutating func write(_ section: Section) {
    write(section.name)
    write(section.role.rawValue)
    write(
      section.attachment.map { [Double($0.parent), $0.position, $0.ownEnd] } ?? [])
    write([section.length, section.axialResistivity, section.endResistance])
    write(
      section.segments.flatMap { [$0.diameter, $0.area, $0.axialResistance, $0.capacitance] })
    write(section.insertions) { writer, insertion in
      writer.write(insertion.mechanism)
      writer.write(insertion.values) { $0.write($1) }
    }
  }
}

/// The same back; whatever the bytes are, it ends in a value or an error.
private struct ByteReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  private mutating func bits() throws(SimulationError) -> UInt64 {
    guard bytes.count - place >= 8 else { throw .damaged(problem: "ends too early") }
    var bits: UInt64 = 0
    for offset in 0..<8 { bits |= UInt64(bytes[place + offset]) << (8 * UInt64(offset)) }
    place += 8
    return bits
  }

  mutating func integer() throws(SimulationError) -> Int { Int(Int64(bitPattern: try bits())) }

  mutating func number() throws(SimulationError) -> Double { Double(bitPattern: try bits()) }

  /// How many of something are to come, each of a byte at least.
  private mutating func count() throws(SimulationError) -> Int {
    let count = try integer()
    guard (0...(bytes.count - place)).contains(count) else {
      throw .damaged(problem: "has a list of \(count) elements")
    }
    return count
  }

  mutating func text() throws(SimulationError) -> String {
    let count = try count()
    defer { place += count }
    return String(decoding: bytes[place..<(place + count)], as: UTF8.self)
  }

  mutating func numbers() throws(SimulationError) -> [Double] {
    try list { reader throws(SimulationError) in try reader.number() }
  }

  mutating func list<Element>(
    _ element: (inout ByteReader) throws(SimulationError) -> Element
  ) throws(SimulationError) -> [Element] {
    let count = try count()
    var found: [Element] = []
    for _ in 0..<count { found.append(try element(&self)) }
    return found
  }

  mutating func kind() throws(SimulationError) -> MechanismKind {
    MechanismKind(
      name: try text(), isIon: try integer() != 0,
      parameters: try list { reader throws(SimulationError) in
        MechanismKind.Parameter(
          name: try reader.text(), defaults: try reader.numbers(), unit: try reader.text())
      },
      globals: try list { reader throws(SimulationError) in
        MechanismKind.Global(name: try reader.text(), values: try reader.numbers())
      })
  }

  mutating func owner(in cell: CellModel) throws(SimulationError) -> PointerOwner {
    let name = try text()
    let place = try list { reader throws(SimulationError) in try reader.integer() }
    if place.count == 2, cell.sections.indices.contains(place[0]),
      cell.sections[place[0]].segments.indices.contains(place[1])
    {
      return PointerOwner(name: name, place: .segment(section: place[0], segment: place[1]))
    }
    guard place.count == 1, cell.pointProcesses.indices.contains(place[0]) else {
      throw .damaged(problem: "has a POINTER of nothing")
    }
    return PointerOwner(name: name, place: .process(place[0]))
  }

  mutating func target(in cell: CellModel) throws(SimulationError) -> PointerTarget {
    let name = try text()
    let place = try numbers()
    let index = place.first.flatMap { Int(exactly: $0) } ?? -1
    if place.isEmpty { return .other }
    if place.count == 2, cell.sections.indices.contains(index), (0...1).contains(place[1]) {
      return .range(name, section: index, position: place[1])
    }
    guard place.count == 1, cell.pointProcesses.indices.contains(index) else {
      throw .damaged(problem: "has a POINTER to nothing")
    }
    return .member(name, process: index)
  }

  mutating func section() throws(SimulationError) -> Section {
    let name = try text()
    guard let role = Section.Role(rawValue: try text()) else {
      throw .damaged(problem: "has \(name) as no part of a cell")
    }
    let place = try numbers()
    let sizes = try numbers()
    let segments = try numbers()
    guard place.isEmpty || place.count == 3 && Int(exactly: place[0]) != nil, sizes.count == 3,
      segments.count.isMultiple(of: 4)
    else { throw .damaged(problem: "has \(name) of other sizes") }
    return Section(
      name: name, role: role,
      attachment: place.isEmpty
        ? nil : .init(parent: Int(place[0]), position: place[1], ownEnd: place[2]),
      length: sizes[0], axialResistivity: sizes[1],
      segments: stride(from: 0, to: segments.count, by: 4).map {
        .init(
          diameter: segments[$0], area: segments[$0 + 1], axialResistance: segments[$0 + 2],
          capacitance: segments[$0 + 3])
      }, endResistance: sizes[2],
      insertions: try list { reader throws(SimulationError) in
        Section.Insertion(
          mechanism: try reader.integer(),
          values: try reader.list { reader throws(SimulationError) in try reader.numbers() })
      })
  }
}

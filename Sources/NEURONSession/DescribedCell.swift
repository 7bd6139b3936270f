import CNEURON
import CellFile
import CellModel
import NEURONBridge
import Reduction

/// Why a cell cannot be kept.
package struct KeepingError: Error, Equatable, CustomStringConvertible {
  package let description: String
}

/// Describes a cell of the session by a plain value, as docs/saved.md has it.
package struct CellDescriber {
  private let session: Session
  private var neuron: NEURON { session.neuron }
  private let cell: LiveCell
  private let sections: [SectionReference]
  private let indices: [SectionReference: Int]
  /// By section, the index in `cell`.
  private let modelIndices: [SectionReference: Int]
  /// By mechanism what is kept of its mod file.
  private let sources: [String: ModSource]

  /// - Parameters:
  ///   - session: that the cell is in.
  ///   - name: what the cell is called.
  ///   - sections: all of the cell's, in the order in which they are kept.
  ///   - somatic: SectionList of the soma, as `apical` and `axonal` of these parts.
  ///   - apical: likewise.
  ///   - axonal: likewise.
  ///   - processes: point processes on it in the order in which they were placed, and by all classes those that
  ///     are not among them.
  package init(
    _ session: Session, named name: String, sections: [SectionReference],
    somatic: ObjectReference, apical: ObjectReference, axonal: ObjectReference,
    processes: [ObjectReference]
  ) throws {
    self.session = session
    self.sections = sections
    var indices: [SectionReference: Int] = [:]
    for (index, section) in sections.enumerated() { indices[section] = index }
    self.indices = indices
    let all = try Self.processes(on: indices, beginningWith: processes, in: session.neuron)
    cell = try LiveCell(
      LiveCellReferences(
        name: name, soma: somatic, apical: apical, axonal: axonal, synapses: all, connections: [],
        isWhole: true, isApicalGiven: true, isAxonGiven: true))
    modelIndices = Dictionary(
      cell.sections.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var sources: [String: ModSource] = [:]
    for (kinds, isProcess) in [
      (cell.model.mechanisms, false), (cell.model.pointProcessKinds, true),
    ] {
      for kind in kinds {
        sources[kind.name] = try ModSource(
          of: kind.name, isPointProcess: isProcess, in: session.neuron)
      }
    }
    self.sources = sources
    for section in cell.sections where indices[section] == nil {
      throw KeepingError(
        description:
          "\(session.neuron.name(of: section)) is attached to the cell and in none of its lists of "
          + "sections; expected a cell with all that is attached to it")
    }
    guard cell.sections.count == sections.count else {
      throw KeepingError(description: "a section of the cell is not connected to its soma")
    }
  }

  static func processes(
    on sections: [SectionReference: Int], beginningWith known: [ObjectReference], in neuron: NEURON
  ) throws(BridgeError) -> [ObjectReference] {
    var all = known
    var seen = Set(known)
    for name in try MechanismCatalog(neuron).pointProcessNames.sorted() {
      try neuron.forEachObject(ofClass: name) { object throws(BridgeError) in
        guard neuron.api.point_process_is_placed(object), !seen.contains(object) else { return }
        let position = try neuron.call(neuron.method("get_loc", of: object), of: object).number
        guard (0...1).contains(position) else { return }
        defer { neuron.api.section_pop() }
        if sections[neuron.api.accessed_section()] != nil {
          seen.insert(object)
          all.append(object)
        }
      }
    }
    return all
  }

  // MARK: The whole

  /// - Parameters:
  ///   - survivors: the point processes that stand for the original's synapses.
  ///   - netCons: those of the original's synapses, in their order.
  package func describe(
    survivors: [ObjectReference], netCons: [ObjectReference]
  ) throws -> KeptCell {
    try refuseWhatCannotBeKept()
    var result = KeptCell()
    result.name = cell.model.name
    result.versions = [Named("NEURON", try session.version())]
    result.temperature = cell.model.temperature
    result.initialPotential = cell.model.initialPotential ?? -65
    result.sections = try sections.map { try section($0) }
    nameApart(&result.sections)
    result.attachments = try attachments()
    let order = orderOfProcesses
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    result.pointProcesses = try order.map { try process($0) }
    var placesOfObjects: [ObjectReference: Int] = [:]
    for (index, object) in cell.synapses.enumerated() { placesOfObjects[object] = places[index] }
    let drive = try DescribedDrive(neuron, sections: indices, processes: placesOfObjects)
    result.sources = drive.sources
    result.connections = drive.connections
    let played = try DescribedPlays(session, of: cell, sections: indices, places: places)
    result.plays = played.plays
    result.pointProcesses.setPlayed(played.plays)
    result.notes = drive.notes + played.notes + notesOfTheSession
    result.survivors = survivors.compactMap { placesOfObjects[$0] }
    result.originalConnections = try netCons.enumerated().map { index, object in
      guard let place = drive.indices[object] else {
        throw KeepingError(
          description: "the NetCon of synapse \(index) does not target the cell; expected it to")
      }
      return place
    }
    result.originalSynapses = result.originalConnections.map { drive.connections[$0].process }
    let described = try mechanisms()
    result.mechanisms = described.mechanisms
    result.notes += described.notes
    var told: Set<String> = []
    result.notes.removeAll { !told.insert($0).inserted }
    return result
  }

  /// POINTERs lead to numbers that a file cannot have.
  private func refuseWhatCannotBeKept() throws {
    for (kind, isProcess) in kinds {
      guard let source = sources[kind.name] else { continue }
      let names = source.pointers.map { isProcess ? $0 : "\($0)_\(kind.name)" }
      if let set = try cell.pointers(named: Set(names)).first {
        throw KeepingError(
          description:
            "the POINTER \(set.name) of \(kind.name) is set, and what it is at cannot be kept; expected "
            + "mechanisms whose POINTERs are not set")
      }
    }
  }

  /// What NEURON tells of for the session as a whole.
  private var notesOfTheSession: [String] {
    var notes: [String] = []
    if cell.hasTransfers() {
      notes.append(
        "ParallelContext transfers variables in this session, as between gap junctions: those of the cell are not kept."
      )
    }
    if case .some = cell.randomPlays() {
      notes.append("A Random is played into a variable of the session: it is not kept.")
    }
    return notes
  }

  private var kinds: [(kind: MechanismKind, isProcess: Bool)] {
    (cell.model.mechanisms.map { ($0, false) } + cell.model.pointProcessKinds.map { ($0, true) })
      .sorted { $0.0.name < $1.0.name }
  }

  private func mechanisms() throws -> (mechanisms: [KeptCell.Mechanism], notes: [String]) {
    var notes: [String] = []
    var known: DescribedTables?
    let mechanisms = try kinds.map { each in
      let source = sources[each.kind.name]
      var kept = KeptCell.Mechanism(
        name: each.kind.name, source: source.map { .init(file: $0.file, sha256: $0.sha256) },
        globals: each.kind.globals.filter {
          source?.hasParameter($0.name, of: each.kind.name) ?? true
        }.map { ($0.name, $0.values, $0.values.count > 1) })
      for name in source?.tables ?? [] {
        let table = FunctionTable(
          mechanism: each.kind.name, name: name,
          owner: each.isProcess ? example(of: each.kind.name) : nil, neuron: neuron)
        let tables = try known ?? DescribedTables(neuron)
        known = tables
        if let (x, y) = tables.contents(of: table) {
          kept.tables.append((name, x, y))
        } else if table.isSet {
          notes.append(
            "What the FUNCTION_TABLE \(name) of \(each.kind.name) was set to is none of the session's Vectors any "
              + "more, and is not kept: set it wherever the cell is built.")
        }
      }
      return kept
    }
    return (mechanisms, notes)
  }

  /// The first point process of a class.
  private func example(of kind: String) -> ObjectReference? {
    cell.synapses.first { String(cString: neuron.api.class_name($0)) == kind }
  }

  // MARK: Sections

  private func section(_ reference: SectionReference) throws -> KeptCell.Section {
    guard let index = modelIndices[reference] else {
      throw KeepingError(
        description:
          "\(neuron.name(of: reference)) is not connected to the cell's soma; expected it to be")
    }
    let model = cell.model.sections[index]
    let points = try neuron.points(of: reference)
    return KeptCell.Section(
      name: session.ownName(of: reference),
      role: KeptCell.Section.Role(rawValue: model.role.rawValue) ?? .basal,
      segmentCount: model.segments.count, length: points.isEmpty ? model.length : nil,
      diameter: points.isEmpty ? PerSegment(model.segments.map(\.diameter)) : nil,
      points: points.map { $0.coordinates.map(Self.shortest) },
      arcs: arcs(of: points), areas: points.isEmpty ? nil : model.segments.map(\.area),
      axialResistivity: model.axialResistivity,
      rallbranch: neuron.api.section_rallbranch(reference),
      capacitance: PerSegment(model.segments.map(\.capacitance)),
      insertions: try insertions(of: model, reference),
      ions: try ions(of: model, reference))
  }

  /// The shortest digits that are the same number in the 32 bits that NEURON has.
  private static func shortest(_ value: Double) -> Double {
    Double(Float(value).description) ?? value
  }

  /// How far along the section its points are; nil where that follows from these.
  private func arcs(of points: [NEURON.Point]) -> [Double]? {
    guard !points.isEmpty else { return nil }
    var along = 0.0
    for (before, point) in zip(points, points.dropFirst()) {
      let square = zip(point.coordinates, before.coordinates).prefix(3).map {
        Double(Float($0) - Float($1))
      }
      along += (square[0] * square[0] + square[1] * square[1] + square[2] * square[2]).squareRoot()
      if point.arc != along { return points.map(\.arc) }
    }
    return nil
  }

  private func insertions(
    of model: Section, _ reference: SectionReference
  ) throws(BridgeError) -> [KeptCell.Section.Insertion] {
    try model.insertions.filter { !cell.model.mechanisms[$0.mechanism].isIon }
      .sorted {
        cell.model.mechanisms[$0.mechanism].name < cell.model.mechanisms[$1.mechanism].name
      }
      .map { insertion throws(BridgeError) in
        let kind = cell.model.mechanisms[insertion.mechanism]
        var kept = KeptCell.Section.Insertion(mechanism: kind.name)
        var offset = 0
        for parameter in kind.parameters {
          let elements = parameter.defaults.indices.map { element in
            PerSegment(insertion.values.map { $0[offset + element] })
          }
          offset += parameter.defaults.count
          if elements.count == 1 {
            kept.parameters.append(Named(parameter.name, elements[0]))
          } else {
            kept.arrays.append(Named(parameter.name, elements))
          }
        }
        for name in sources[kind.name]?.randoms ?? [] {
          kept.streams.append(
            Named(
              name,
              try model.segments.indices.map { segment throws(BridgeError) in
                try session.stream(
                  name, of: kind.name, in: reference, at: model.center(ofSegment: segment))
              }))
        }
        return kept
      }
  }

  private func ions(
    of model: Section, _ reference: SectionReference
  ) throws(BridgeError) -> [KeptCell.Section.Ion] {
    let inserted = model.insertions.filter { cell.model.mechanisms[$0.mechanism].isIon }
      .sorted {
        cell.model.mechanisms[$0.mechanism].name < cell.model.mechanisms[$1.mechanism].name
      }
    return try inserted.map { insertion throws(BridgeError) in
      let kind = cell.model.mechanisms[insertion.mechanism]
      let style = try neuron.ionStyle(of: HocString(kind.name), in: reference).bits & 127
      let values = kind.parameters.enumerated().compactMap { index, parameter in
        Self.isComputed(isReversal: index == 0, style: style)
          ? nil : Named(parameter.name, PerSegment(insertion.values.map { $0[index] }))
      }
      return KeptCell.Section.Ion(name: kind.name, style: style, values: values)
    }
  }

  /// Whether each initialisation computes it, whatever it was before.
  private static func isComputed(isReversal: Bool, style: Int) -> Bool {
    isReversal
      ? style >> 3 & 3 >= 2 && style >> 5 & 1 == 1 : style & 3 == 3 && style >> 2 & 1 == 1
  }

  /// Gives sections names of their own: a cable may be called as one that stayed.
  private func nameApart(_ sections: inout [KeptCell.Section]) {
    var taken = Set(sections.map(\.name))
    var seen: Set<String> = []
    for index in sections.indices {
      if seen.contains(sections[index].name) {
        let name = sections[index].name
        let base = name.hasSuffix("]") ? String(name.prefix { $0 != "[" }) : name
        var number = 0
        while taken.contains("\(base)[\(number)]") { number += 1 }
        sections[index].name = "\(base)[\(number)]"
        taken.insert(sections[index].name)
      }
      seen.insert(sections[index].name)
    }
  }

  /// In an order in which NEURON gives each section the same order of children when they are connected anew.
  private func attachments() throws(BridgeError) -> [KeptCell.Attachment] {
    let end = try neuron.symbol("section_orientation")
    let position = try neuron.symbol("parent_connection")
    var found: [KeptCell.Attachment] = []
    for (parent, reference) in sections.enumerated() {
      // The last one to be connected comes first among those of one place.
      for child in try neuron.sectionList("children", of: reference).reversed() {
        guard let index = indices[child] else { continue }
        found.append(
          try neuron.with(section: child) { () throws(BridgeError) in
            KeptCell.Attachment(
              section: index, end: try neuron.call(end).number, parent: parent,
              position: try neuron.call(position).number)
          })
      }
    }
    return found
  }

  // MARK: Point processes

  /// Section by section, and along each, those of one segment in the order in which they were placed.
  private var orderOfProcesses: [Int] {
    if let found = PlacementOrder(neuron)?.indices(of: cell.synapses, along: sections),
      found.count == cell.synapses.count
    {
      return found
    }
    let keys = cell.model.pointProcesses.map { process -> (Int, Double) in
      let section = indices[cell.sections[process.section]] ?? 0
      return (section, process.position)
    }
    return keys.indices.sorted { (keys[$0].0, keys[$0].1, $0) < (keys[$1].0, keys[$1].1, $1) }
  }

  private func process(_ index: Int) throws(BridgeError) -> KeptCell.PointProcess {
    let process = cell.model.pointProcesses[index]
    let kind = cell.model.pointProcessKinds[process.kind]
    var offset = 0
    return KeptCell.PointProcess(
      mechanism: kind.name, section: indices[cell.sections[process.section]] ?? 0,
      position: process.position,
      parameters: kind.parameters.map { parameter in
        let values = process.values[offset..<(offset + parameter.defaults.count)]
        offset += parameter.defaults.count
        return Named(
          parameter.name,
          values.count == 1 ? .scalar(values[values.startIndex]) : .array(Array(values)))
      },
      streams: try (sources[kind.name]?.randoms ?? []).map { name throws(BridgeError) in
        Named(name, try session.stream(name, of: cell.synapses[index]))
      })
  }
}

extension NEURON {
  package struct Point {
    /// x, y, z and diameter in µm.
    package let coordinates: [Double]
    /// In µm.
    let arc: Double
  }

  /// A section's 3D points; none for fewer than two, or as many as are wanted at least.
  package func points(
    of section: SectionReference, atLeast least: Int = 2
  ) throws(BridgeError) -> [Point] {
    try with(section: section) { () throws(BridgeError) in
      let count = try call(symbol("n3d")).count
      guard count >= least else { return [] }
      let names = try ["x3d", "y3d", "z3d", "diam3d", "arc3d"].map { name throws(BridgeError) in
        try symbol(name)
      }
      return try (0..<count).map { index throws(BridgeError) in
        let values = try names.map { name throws(BridgeError) in
          try call(name, .number(Double(index))).number
        }
        return Point(coordinates: Array(values.dropLast()), arc: values[4])
      }
    }
  }
}
